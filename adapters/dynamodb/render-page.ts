/**
 * Query and scan requests of the port → inputs of Query and Scan. Pure.
 *
 * @module
 */
import type { QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb'
import type { QueryRequest, ScanRequest } from '../../core/store/store.ts'
import { mapToWire } from './attribute-values.ts'
import { ExpressionAttributes } from './expression-attributes.ts'
import { renderCondition } from './render-condition.ts'

/** What DynamoDB takes, far more than the items of any answer. */
const MAX_LIMIT = 2 ** 31 - 1

export function renderQuery(request: QueryRequest): QueryCommandInput {
  const attributes = new ExpressionAttributes()
  const KeyConditionExpression = renderKeyCondition(request, attributes)
  return { KeyConditionExpression, ScanIndexForward: !request.reverse, ...renderCommon(request, attributes) }
}

export function renderScan(request: ScanRequest): ScanCommandInput {
  const { segment } = request
  return {
    ...(segment && { Segment: segment.index, TotalSegments: segment.of }),
    ...renderCommon(request, new ExpressionAttributes()),
  }
}

/** Comes after all other expressions of the request, as it collects their placeholders too. */
function renderCommon(request: QueryRequest | ScanRequest, attributes: ExpressionAttributes) {
  const { table, index, consistent, filter, projection, countOnly, limit, from } = request
  const FilterExpression = filter && renderCondition(filter, attributes)
  // DynamoDB refuses a projection of what is only counted.
  const ProjectionExpression = countOnly ? undefined : projection?.map((name) => attributes.name(name)).join(', ')
  return {
    TableName: table,
    ConsistentRead: consistent,
    ...(index !== undefined && { IndexName: index }),
    ...(FilterExpression !== undefined && { FilterExpression }),
    ...(ProjectionExpression !== undefined && { ProjectionExpression }),
    ...(countOnly && { Select: 'COUNT' as const }),
    ...(limit !== undefined && { Limit: Math.min(limit, MAX_LIMIT) }),
    ...(from !== undefined && { ExclusiveStartKey: mapToWire(from) }),
    ...attributes.members(),
  }
}

function renderKeyCondition({ partition, sort }: QueryRequest, attributes: ExpressionAttributes): string {
  const equal = `${attributes.name(partition.attribute)} = ${attributes.value(partition.value)}`
  if (!sort) return equal
  const name = attributes.name(sort.attribute)
  switch (sort.operator) {
    case 'between':
      return `${equal} AND ${name} BETWEEN ${attributes.value(sort.low)} AND ${attributes.value(sort.high)}`
    case 'begins-with':
      return `${equal} AND begins_with(${name}, ${attributes.value(sort.prefix)})`
    default:
      return `${equal} AND ${name} ${sort.operator} ${attributes.value(sort.value)}`
  }
}

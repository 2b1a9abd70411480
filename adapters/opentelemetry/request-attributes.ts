/**
 * A request in the words of OpenTelemetry's database conventions. On DynamoDB the operation is the API's, by which people
 * look for it; other stores have none, so theirs is the port's.
 *
 * https://opentelemetry.io/docs/specs/semconv/db/
 *
 * @module
 */
import type { Attributes } from '@opentelemetry/api'
import type { RequestBegun } from '../../core/observation/observer.ts'
import type { ConsumedCapacity } from '../../core/store/capacity.ts'

const DYNAMODB = 'aws.dynamodb'

/** Of spans and metrics alike: few values each. */
export function requestAttributes(begun: RequestBegun, namespace: string | undefined): Attributes {
  const [table, ...others] = begun.tables
  return {
    'db.system.name': begun.system ?? 'other',
    'db.operation.name': operationName(begun),
    ...(table !== undefined && others.length === 0 && { 'db.collection.name': table }),
    ...(namespace !== undefined && { 'db.namespace': namespace }),
  }
}

/** Of spans only. */
export function requestDetails(begun: RequestBegun): Attributes {
  const size = batchSize(begun)
  const index = begun.operation === 'query' || begun.operation === 'scan' ? begun.request.index : undefined
  return {
    ...(size > 1 && { 'db.operation.batch.size': size }),
    ...(begun.system === DYNAMODB && { 'aws.dynamodb.table_names': [...begun.tables] }),
    ...(index !== undefined && { 'aws.dynamodb.index_name': index }),
    ...(begun.attempt > 1 && { 'draftwork.request.attempt': begun.attempt }),
  }
}

/** As DynamoDB words it, but for what the port does not tell. */
export const consumedAttribute = (consumed: readonly ConsumedCapacity[]): readonly string[] =>
  consumed.map(({ table, index, readUnits, writeUnits }) =>
    JSON.stringify({
      TableName: table,
      IndexName: index,
      ReadCapacityUnits: readUnits,
      WriteCapacityUnits: writeUnits,
    }),
  )

function operationName(begun: RequestBegun): string {
  if (begun.system !== DYNAMODB) return begun.operation
  switch (begun.operation) {
    case 'read':
      return begun.addresses.length > 1 ? 'BatchGetItem' : 'GetItem'
    case 'query':
      return 'Query'
    case 'scan':
      return 'Scan'
    case 'commit':
      return commitName(begun.plan.actions.map(({ kind }) => kind))
    case 'write':
      return 'BatchWriteItem'
    case 'create-table':
      return 'CreateTable'
    case 'delete-table':
      return 'DeleteTable'
    case 'describe-table':
      return 'DescribeTable'
    case 'update-table':
      return 'UpdateTable'
    default:
      return begun satisfies never
  }
}

const writes: Readonly<Record<string, string>> = { put: 'PutItem', update: 'UpdateItem', delete: 'DeleteItem' }

/** Several actions, and a check alone, travel as a transaction. */
const commitName = ([kind, ...others]: readonly string[]): string =>
  (kind !== undefined && others.length === 0 && writes[kind]) || 'TransactWriteItems'

function batchSize(begun: RequestBegun): number {
  if (begun.operation === 'read') return begun.addresses.length
  return begun.operation === 'commit' ? begun.plan.actions.length : 1
}

/**
 * What is wrong with a query or a scan, before it is run.
 *
 * @module
 */
import type { ScalarValue } from '../data/attribute-value.ts'
import { keyNames, MAX_SORT_BYTES, valueProblem, valuesProblem } from './check-keys.ts'
import type { QueryRequest, ScanRequest, SortCondition } from './store.ts'
import type { KeyAttribute, KeySchema, TableDefinition } from './table-definition.ts'

/** The first fault, if any. */
export function requestProblem(definition: TableDefinition, request: QueryRequest | ScanRequest): string | undefined {
  const { index, limit, from } = request
  const found = definition.indexes.find(({ name }) => name === index)
  if (index !== undefined && found === undefined) return `Table ${definition.table} has no index ${index}`
  if (found?.kind === 'global' && request.consistent) return `The global index ${index} has no consistent reads`
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) {
    return `Expected a limit of at least 1, got ${limit}`
  }
  const schema = found ?? definition
  const missing = from && [...keyNames(definition), ...keyNames(schema)].find((name) => !Object.hasOwn(from, name))
  if (missing !== undefined) return `Expected the key to go on from to have ${missing}`
  const fault = from && (valuesProblem(definition, from) ?? valuesProblem(schema, from))
  if (fault !== undefined) return fault
  return 'partition' in request ? queryProblem(schema, request) : segmentProblem(request)
}

function queryProblem(schema: KeySchema, { partition, sort }: QueryRequest): string | undefined {
  if (partition.attribute !== schema.partition.name) {
    return `Expected a query by ${schema.partition.name}, got ${partition.attribute}`
  }
  const problem = valueProblem(schema.partition, partition.value)
  if (problem || sort === undefined) return problem
  if (schema.sort === undefined) return `There is no sort key to compare ${sort.attribute} with`
  if (sort.attribute !== schema.sort.name) return `Expected bounds of ${schema.sort.name}, got ${sort.attribute}`
  if (sort.operator === 'begins-with' && schema.sort.type === 'N') return `A number has no beginning: ${sort.attribute}`
  return boundsProblem(schema.sort, sort)
}

/** What keeps the bounds from being values of the sort key, if anything. */
export function boundsProblem(attribute: KeyAttribute, sort: SortCondition): string | undefined {
  for (const value of boundsOf(sort)) {
    const fault = valueProblem(attribute, value, MAX_SORT_BYTES)
    if (fault) return fault
  }
  return undefined
}

function boundsOf(sort: SortCondition): readonly ScalarValue[] {
  switch (sort.operator) {
    case 'between':
      return [sort.low, sort.high]
    case 'begins-with':
      // An empty prefix is no key, but begins every one.
      return sort.prefix.length === 0 ? [] : [sort.prefix]
    default:
      return [sort.value]
  }
}

function segmentProblem({ segment }: ScanRequest): string | undefined {
  if (segment === undefined || (segment.index >= 0 && segment.index < segment.of)) return undefined
  return `Expected a segment below ${segment.of}, got ${segment.index}`
}

/**
 * Queries and scans: what was asked, checked and turned into requests of the port.
 *
 * @module
 */
import { assertOptions, unexpected } from '../arguments.ts'
import { printPath } from '../data/document-path.ts'
import { type ItemKey, keyOf } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { engineError } from '../errors.ts'
import { all, beginsWith, between, type Condition, compareTo, equals, pathsIn } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import { conditionWeight } from '../expression/weight.ts'
import type { AnyModel } from '../model/model.ts'
import type { ModelIndex } from '../model/model-index.ts'
import type { QueryRequest, ReadStore, ScanRequest } from '../store/store.ts'
import { again } from './again.ts'
import { type Position, parseCursor, printCursor, type ReadIdentity } from './cursor.ts'
import { type Demand, type Found, found } from './found.ts'
import { type KeyCondition, keyCondition } from './key-condition.ts'
import { conditionOf, type Filter } from './operators.ts'
import { pagesOf } from './page-source.ts'
import { bulkOptions, checkPolicy, policyNames } from './read-options.ts'
import { itemReader, notExpired, ofModel } from './read-policy.ts'
import type { OnInvalid } from './selection.ts'

export interface FindParts {
  readonly store: ReadStore
  readonly environment: Environment
}

/** Options of a query or a scan as plain JavaScript gives them. */
export interface FindOptions {
  readonly key?: unknown
  readonly index?: unknown
  readonly select?: unknown
  readonly filter?: unknown
  readonly reverse?: unknown
  readonly limit?: unknown
  readonly pageSize?: unknown
  readonly segments?: unknown
  readonly consistent?: boolean | undefined
  readonly from?: unknown
  readonly expired?: 'present' | 'absent' | undefined
  readonly onInvalid?: OnInvalid | undefined
  readonly signal?: AbortSignal | undefined
}

const common = [...policyNames, 'index', 'select', 'filter', 'limit', 'pageSize', 'from']
const names = { query: [...common, 'key', 'reverse'], scan: [...common, 'segments'] }
const MAX_SEGMENTS = 1_000_000

/** Throws INVALID_ARGUMENT, before anything is sent, for what the model does not have. */
export function findRecords<R>(
  operation: 'query' | 'scan',
  model: AnyModel,
  options: FindOptions,
  { store, environment }: FindParts,
): Found<R> {
  assertOptions(operation === 'query' ? (options ?? null) : options)
  const stray = Object.keys(options).find((name) => !names[operation].includes(name))
  if (stray !== undefined) throw unexpected('options', `one of ${names[operation].join(', ')}`, stray)
  checkPolicy(options)
  const index = indexOf(model, options.index)
  const { limit, pageSize, reverse = false } = options
  assertCount('limit', limit, 0)
  assertCount('pageSize', pageSize, 1)
  if (typeof reverse !== 'boolean') throw unexpected('reverse', 'a boolean', reverse)
  const consistent = options.consistent ?? index?.kind !== 'global'
  if (consistent && index?.kind === 'global') {
    throw unexpected('consistent', `false for the global index ${index.name}, which has no consistent reads`, true)
  }
  const keyParts = index?.keyParts ?? model.definition.keyParts
  const key = operation === 'query' ? keyCondition(model, keyParts, options.key) : undefined
  const fields = selectedFields(model, index, options.select)
  const keys = [...new Set([...model.definition.keyParts, ...keyParts].map(({ attribute }) => attribute))]
  const filter = filterOf(model, index, key, options.filter as Filter<never> | undefined)
  assertFits(model, filter, store)
  const read: ReadIdentity = { operation, model: model.name, index: index?.name ?? '', reverse }
  const positions = startOf(read, keys, key, options)
  const request = {
    table: model.table,
    index: index?.name,
    consistent,
    ...(fields && { projection: [...new Set([...fields, ...keys])] }),
  }
  return found<R>({
    limit: (limit as number | undefined) ?? Number.POSITIVE_INFINITY,
    read: itemReader(model, options.onInvalid ?? 'throw', fields),
    cursor: (places) => printCursor(read, places),
    pages: (demand, countOnly) =>
      pagesOf({
        positions,
        keys,
        ahead: demand.left === Number.POSITIVE_INFINITY,
        signal: options.signal,
        fetch(part, from, signal) {
          // Now, lest a long read take for alive what has expired since it began.
          const conditions = [...filter, ...(options.expired === 'absent' ? notExpired(model, environment) : [])]
          const asked = {
            ...request,
            ...(conditions.length > 0 && { filter: all(conditions) }),
            ...(countOnly && { countOnly, projection: undefined }),
            limit: (pageSize as number | undefined) ?? wanted(demand),
            from,
          }
          const send = () =>
            key
              ? store.query({ ...asked, ...key, reverse } satisfies QueryRequest, bulkOptions(signal))
              : store.scan(
                  {
                    ...asked,
                    segment: positions.length > 1 ? { index: part, of: positions.length } : undefined,
                  } satisfies ScanRequest,
                  bulkOptions(signal),
                )
          return again(send, environment, signal)
        },
      }),
  })
}

/** As many as are wanted, then twice as many each time, since the filter has dropped some. */
function wanted(demand: Demand): number | undefined {
  if (demand.left === Number.POSITIVE_INFINITY) return undefined
  const items = demand.left * 2 ** demand.requests++
  return items < 100_000 ? Math.max(1, items) : undefined
}

function indexOf(model: AnyModel, name: unknown): ModelIndex | undefined {
  if (name === undefined) return undefined
  const { indexes } = model.definition
  const index = indexes.find((each) => each.name === name)
  if (index) return index
  const known = indexes.map((each) => each.name).join(', ')
  throw unexpected('index', known === '' ? `absent, as ${model.name} has no indexes` : `one of ${known}`, name)
}

/** Of a partial record; undefined for whole ones. */
function selectedFields(
  model: AnyModel,
  index: ModelIndex | undefined,
  select: unknown,
): readonly string[] | undefined {
  if (select === undefined) return index?.holds
  const held = index?.holds ?? [...model.definition.fields.keys()]
  if (!Array.isArray(select) || select.length === 0) throw unexpected('select', 'a list of fields', select)
  const stray = Array.from(select as unknown[]).find((name) => !held.includes(name as string))
  if (stray !== undefined) throw unexpected('select', `fields among ${held.join(', ')}`, stray)
  return select as string[]
}

function filterOf(
  model: AnyModel,
  index: ModelIndex | undefined,
  key: KeyCondition | undefined,
  filter: Filter<never> | undefined,
): readonly Condition[] {
  const own = ofModel(model)
  if (filter === undefined) return own
  const condition = conditionOf(model, filter)
  const keyParts = index?.keyParts ?? model.definition.keyParts
  for (const path of pathsIn(condition)) {
    const field = String(path[0])
    if (index?.holds && !index.holds.includes(field)) {
      throw unexpected('filter', `about fields that ${index.name} holds: ${index.holds.join(', ')}`, printPath(path))
    }
    // DynamoDB refuses it.
    if (key && keyParts.some(({ attribute }) => attribute === field)) {
      throw unexpected('filter', `about fields outside of the key; ${field} goes into key`, printPath(path))
    }
  }
  return [...own, condition]
}

function assertFits(model: AnyModel, filter: readonly Condition[], { limits }: ReadStore): void {
  const { bytes, operators } = conditionWeight(all(filter))
  // What reads add by themselves fits into what is left.
  const [maximum, actual, limit] =
    operators > limits.operators - 10
      ? [limits.operators - 10, operators, 'operators in a filter']
      : [limits.expressionBytes - 100, bytes, 'bytes in a filter']
  if (actual <= maximum) return
  throw engineError('TOO_LARGE', `${model.name}: at most ${maximum} ${limit}, got ${actual}. Nothing was sent.`, {
    limit,
    maximum,
    actual,
    model: model.name,
  })
}

function startOf(
  read: ReadIdentity,
  keys: readonly string[],
  key: KeyCondition | undefined,
  { from, segments }: FindOptions,
): readonly Position[] {
  assertCount('segments', segments, 1, MAX_SEGMENTS)
  if (from === undefined) return Array.from({ length: (segments as number | undefined) ?? 1 }, () => 'start' as const)
  const positions = parseCursor(read, from)
  if (segments !== undefined && segments !== positions.length) {
    throw unexpected('segments', `${positions.length}, as the cursor was made with, or absent`, segments)
  }
  for (const position of positions) {
    if (typeof position === 'string') continue
    if (!keys.every((name) => Object.hasOwn(position, name))) throw unexpected('from', 'a cursor of this read', from)
    if (key && !evaluate(withinKey(key), position))
      throw unexpected('from', 'a cursor of a query by the same key', from)
  }
  return positions.map((position) => (typeof position === 'string' ? position : (keyOf(position, keys) as ItemKey)))
}

function withinKey({ partition, sort }: KeyCondition): Condition {
  const same = equals([partition.attribute], partition.value)
  if (!sort) return same
  const path = [sort.attribute]
  switch (sort.operator) {
    case 'between':
      return all([same, between(path, sort.low, sort.high)])
    case 'begins-with':
      return all([same, beginsWith(path, sort.prefix)])
    default:
      return all([same, compareTo(path, sort.operator, sort.value)])
  }
}

function assertCount(argument: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return
  throw unexpected(argument, `a whole number, at least ${least}`, value)
}

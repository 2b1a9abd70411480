/**
 * Queries and scans: what was asked, checked and turned into requests of the port.
 *
 * @module
 */
import { assertOptions, unexpected } from '../arguments.ts'
import { type ItemKey, keyOf } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { all } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import type { AnyModel } from '../model/model.ts'
import type { ModelIndex } from '../model/model-index.ts'
import type { QueryRequest, ReadStore, ScanRequest } from '../store/store.ts'
import { again } from './again.ts'
import { assertCount, assertFits, assertHeld, filterOf, indexOf } from './checked-options.ts'
import { type Position, parseCursor, printCursor, type ReadIdentity } from './cursor.ts'
import { type Found, found, wanted } from './found.ts'
import { type KeyCondition, keyCondition, withinKey } from './key-condition.ts'
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
  const filter = filterOf(model, key ? keyParts : [], options.filter)
  if (filter && index) assertHeld(index, filter)
  if (filter) assertFits(model, filter, store.limits)
  const always = [...ofModel(model), ...(filter ? [filter] : [])]
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
          const conditions = [...always, ...(options.expired === 'absent' ? notExpired(model, environment) : [])]
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

/** Of a partial record; undefined for whole ones. */
function selectedFields(
  model: AnyModel,
  index: ModelIndex | undefined,
  select: unknown,
): readonly string[] | undefined {
  if (select === undefined) return index?.holds
  const held = index?.holds ?? [...model.definition.fields.keys()]
  if (!Array.isArray(select) || select.length === 0) throw unexpected('select', 'a list of fields', select)
  // `from` also visits the gaps of a sparse list, which are no fields.
  const names = Array.from(select as unknown[])
  const stray = names.findIndex((name) => !held.includes(name as string))
  if (stray !== -1) throw unexpected('select', `fields among ${held.join(', ')}`, names[stray])
  return names as string[]
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

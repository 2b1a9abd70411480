/**
 * Queries and scans: what was asked, checked and turned into requests of the port.
 *
 * @module
 */
import { assertObject, unexpected } from '../arguments.ts'
import { type Item, type ItemKey, keyOf } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { all, type Condition } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import type { KeyPart } from '../model/key-part.ts'
import { SCHEMA_VERSION } from '../model/migrate.ts'
import type { AnyModel } from '../model/model.ts'
import type { ModelIndex } from '../model/model-index.ts'
import { needsWhole } from '../model/partial-record.ts'
import { valueProblem } from '../store/check-keys.ts'
import type { StoreLimits } from '../store/limits.ts'
import type { Page, ReadStore, ScanRequest } from '../store/store.ts'
import { again } from './again.ts'
import { assertCount, assertFits, assertHeld, filterOf, indexOf } from './checked-options.ts'
import { type Position, parseCursor, printCursor, type ReadIdentity } from './cursor.ts'
import { type Found, found, wanted } from './found.ts'
import { itemReader, notExpired, ofModel } from './item-reader.ts'
import { type KeyCondition, keyCondition, withinKey } from './key-condition.ts'
import { pagesOf } from './page-source.ts'
import { bulkOptions, checkPolicy, type OnInvalid, policyNames } from './read-options.ts'
import { wholeItems } from './whole-items.ts'

interface FindParts {
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

/** A query or a scan, checked. */
interface Plan {
  readonly model: AnyModel
  /** Undefined for a scan. */
  readonly key: KeyCondition | undefined
  readonly reverse: boolean
  /** What all its requests have in common. */
  readonly request: Omit<ScanRequest, 'segment' | 'filter' | 'limit' | 'from'>
  readonly filter: readonly Condition[]
  readonly skipsExpired: boolean
  readonly pageSize: number | undefined
  readonly read: ReadIdentity
  readonly positions: readonly Position[]
  /** Attributes by which it goes on. */
  readonly keys: readonly string[]
  /** Of a partial record; undefined for whole ones. */
  readonly fields: readonly string[] | undefined
  /** Whether items come with less than all of their attributes. */
  readonly isPartial: boolean
}

type Wholes = WeakMap<Item, Item | undefined>

/** Throws INVALID_ARGUMENT, before anything is sent, for what the model does not have. */
export function findRecords<R>(
  operation: 'query' | 'scan',
  model: AnyModel,
  options: FindOptions,
  parts: FindParts,
): Found<R> {
  assertObject(options, 'options', names[operation])
  checkPolicy(options)
  assertCount('limit', options.limit, 0)
  const plan = planFind(operation, model, options, parts.store.limits)
  const { positions, keys, fields } = plan
  const read = itemReader(model, options.onInvalid ?? 'throw', fields)
  /** Of items that came in part, undefined where they are gone by now. */
  const wholes: Wholes = new WeakMap()
  return found<R>({
    limit: (options.limit as number | undefined) ?? Number.POSITIVE_INFINITY,
    read(item) {
      const whole = wholes.has(item) ? wholes.get(item) : item
      return whole && read(whole)
    },
    cursor: (places) => printCursor(plan.read, places),
    pages: (demand, countOnly) =>
      pagesOf({
        positions,
        keys,
        ahead: demand.left === Number.POSITIVE_INFINITY,
        signal: options.signal,
        async fetch(part, from, signal) {
          const page = await fetchPage(plan, parts, { part, from, countOnly, limit: wanted(demand) }, signal)
          // Whole items are parsed when they are asked for, while the next page is on its way.
          if (plan.isPartial) await makeWhole(plan, parts, page.items, wholes, signal)
          return page
        },
      }),
  })
}

function planFind(operation: 'query' | 'scan', model: AnyModel, options: FindOptions, limits: StoreLimits): Plan {
  const index = indexOf(model, options.index)
  const { pageSize, reverse = false, consistent = index?.kind !== 'global' } = options
  assertCount('pageSize', pageSize, 1)
  if (typeof reverse !== 'boolean') throw unexpected('reverse', 'a boolean', reverse)
  if (consistent && index?.kind === 'global') {
    throw unexpected('consistent', `false for the global index ${index.name}, which has no consistent reads`, true)
  }
  const keyParts = index?.keyParts ?? model.definition.keyParts
  const key = operation === 'query' ? keyCondition(model, keyParts, options.key) : undefined
  const fields = selectedFields(model, index, options.select)
  const allParts = new Map([...model.definition.keyParts, ...keyParts].map((part) => [part.attribute, part]))
  const keys = [...allParts.keys()]
  const filter = filterOf(model, key ? keyParts : [], options.filter)
  if (filter && index) assertHeld(index, filter)
  if (filter) assertFits(model, filter, limits)
  const read: ReadIdentity = { operation, model: model.name, index: index?.name ?? '', reverse }
  // An entry of an index may be asked only for what it holds.
  const others = index?.holds ? keys : [...keys, SCHEMA_VERSION]
  const projection = fields && !needsWhole(model, {}, fields) ? [...new Set([...fields, ...others])] : undefined
  return {
    model,
    key,
    reverse,
    request: { table: model.table, index: index?.name, consistent, projection },
    filter: [...ofModel(model), ...(filter ? [filter] : [])],
    skipsExpired: options.expired === 'absent',
    pageSize: pageSize as number | undefined,
    read,
    positions: startOf(read, [...allParts.values()], key, options),
    keys,
    fields,
    isPartial: projection !== undefined || index?.holds !== undefined,
  }
}

interface Asked {
  readonly part: number
  readonly from: ItemKey | undefined
  readonly countOnly: boolean
  readonly limit: number | undefined
}

function fetchPage(plan: Plan, parts: FindParts, asked: Asked, signal: AbortSignal): Promise<Page> {
  const { store, environment } = parts
  const { model, key, reverse, positions } = plan
  // As of now, lest a long read take for alive what has expired since it began.
  const filter = [...plan.filter, ...(plan.skipsExpired ? notExpired(model, environment) : [])]
  const request = {
    ...plan.request,
    filter: filter.length > 0 ? all(filter) : undefined,
    countOnly: asked.countOnly,
    limit: plan.pageSize ?? asked.limit,
    from: asked.from,
  }
  const segment = positions.length > 1 ? { index: asked.part, of: positions.length } : undefined
  const options = key ? { signal } : bulkOptions(signal)
  const send = () =>
    key ? store.query({ ...request, ...key, reverse }, options) : store.scan({ ...request, segment }, options)
  return again(send, environment, options)
}

/** Reads what the items of a page do not tell by themselves. */
async function makeWhole(
  { model, fields, key, request: { consistent } }: Plan,
  parts: FindParts,
  items: readonly Item[],
  wholes: Wholes,
  signal: AbortSignal,
): Promise<void> {
  const unclear = items.filter((item) => needsWhole(model, item, fields!))
  const options = key ? { signal } : bulkOptions(signal)
  const found = await wholeItems(model, unclear, consistent, options, parts)
  for (const [i, item] of unclear.entries()) wholes.set(item, found[i])
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
  parts: readonly KeyPart[],
  key: KeyCondition | undefined,
  { from, segments }: FindOptions,
): readonly Position[] {
  assertCount('segments', segments, 1, MAX_SEGMENTS)
  if (from === undefined) return Array.from({ length: (segments as number | undefined) ?? 1 }, () => 'start' as const)
  const positions = parseCursor(read, from)
  if (key && positions.length !== 1) throw unexpected('from', 'a cursor of this read', from)
  if (segments !== undefined && segments !== positions.length) {
    throw unexpected('segments', `${positions.length}, as the cursor was made with, or absent`, segments)
  }
  for (const position of positions) {
    if (typeof position === 'string') continue
    const isKey = parts.every(
      ({ attribute: name, type, maximum }) =>
        Object.hasOwn(position, name) && !valueProblem({ name, type }, position[name], maximum),
    )
    if (!isKey) throw unexpected('from', 'a cursor of this read', from)
    if (key && !evaluate(withinKey(key), position))
      throw unexpected('from', 'a cursor of a query by the same key', from)
  }
  const keys = parts.map(({ attribute }) => attribute)
  return positions.map((position) => (typeof position === 'string' ? position : keyOf(position, keys)))
}

/**
 * A query inside a unit of work: what the store finds joins the identity map, and what this unit of work changed is seen as
 * it is by now: records that no longer match are left out, and those that match by its own changes are found.
 *
 * What a record was selected by is looked at, so that the commit fails where it no longer is so. Nothing guards against
 * records that others make match meanwhile.
 *
 * @module
 */
import { assertObject, unexpected } from '../arguments.ts'
import { compare } from '../data/attribute-value.ts'
import type { DocumentPath } from '../data/document-path.ts'
import type { Item, ItemKey } from '../data/item.ts'
import { all, type Condition, exists, pathsIn } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import { addressOfItem } from '../model/key.ts'
import type { AnyModel } from '../model/model.ts'
import { assertCount, assertFits, filterOf, indexOf } from '../records/checked-options.ts'
import { wanted } from '../records/found.ts'
import { ofModel } from '../records/item-reader.ts'
import { keyCondition, withinKey } from '../records/key-condition.ts'
import type { StoreLimits } from '../store/limits.ts'
import type { QueryRequest } from '../store/store.ts'
import { identityAt, type RecordIdentity } from './record-identity.ts'
import type { RecordState } from './record-state.ts'
import type { Scope } from './scope.ts'

/** A query, checked. */
interface Query {
  readonly model: AnyModel
  readonly request: Omit<QueryRequest, 'limit' | 'from'>
  /** Of items of the table, whatever the index holds. */
  readonly matches: Condition
  readonly limit: number
  /** What decided that a record matches. Keys of the table never change. */
  readonly looks: readonly DocumentPath[]
  readonly sort: string | undefined
  readonly holdsAll: boolean
}

/** A record that matches, and the item that shows it: as stored, or as this unit of work has made it. */
interface Match {
  readonly state: RecordState
  readonly item: Item
}

const names = ['index', 'key', 'filter', 'reverse', 'limit']

/** The records that match, in order. Throws INVALID_ARGUMENT before anything is sent. */
export async function queryRecords(scope: Scope, model: AnyModel, options: unknown): Promise<object[]> {
  const query = checkQuery(model, options, scope.attempt.records.limits)
  const matching: Match[] = []
  const take = (state: RecordState | undefined): boolean => {
    if (!state?.isPresent) return false
    const loaded = scope.attempt.records.loaded(state.identity.id)
    const item = loaded?.state === state ? loaded.stored! : state.view!.encoded!
    if (!evaluate(query.matches, item)) return false
    // It is told when all are found, and siblings may be merged until then.
    scope.meet(state.identity)
    matching.push({ state, item })
    return true
  }
  // Before the store is asked: what is changed here meanwhile would be seen in part.
  const own = [...scope.visibleChanges()].filter(({ identity }) => identity.model === model)
  const changed = new Set(own.map(({ identity }) => identity.id))
  for (const state of own) {
    // Whether a blind change makes a record match shows on the record only.
    if (!state.drafted && state.fate === 'kept') await scope.attempt.records.load(state.identity)
    take(scope.stateOf(state.identity))
  }
  let found = 0
  for await (const identities of storedPages(scope, query, () => query.limit - found)) {
    for (const identity of identities) {
      if (!changed.has(identity.id) && take(scope.stateOf(identity))) found += 1
    }
    if (found >= query.limit) break
  }
  const ordered = inOrder(matching, query).slice(0, query.limit)
  return ordered.map(({ state }) => {
    scope.observe(state)
    const looks = scope.looksAt(state)
    for (const path of query.looks) looks.at('value', path)
    return scope.recordOf(state)
  })
}

function checkQuery(model: AnyModel, options: unknown, limits: StoreLimits): Query {
  assertObject(options, 'options', names)
  const given = options as Readonly<Record<string, unknown>>
  const index = indexOf(model, given['index'])
  const { limit, reverse = false } = given
  assertCount('limit', limit, 0)
  if (typeof reverse !== 'boolean') throw unexpected('reverse', 'a boolean', reverse)
  const keyParts = index?.keyParts ?? model.definition.keyParts
  const key = keyCondition(model, keyParts, given['key'])
  const filter = filterOf(model, keyParts, given['filter'])
  if (filter) assertFits(model, filter, limits)
  const own = [...ofModel(model), ...(filter ? [filter] : [])]
  const isHeld = !filter || !index?.holds || pathsIn(filter).every(([field]) => index.holds!.includes(String(field)))
  const sent = isHeld ? own : ofModel(model)
  const indexFields = index ? keyParts.flatMap((part) => Object.keys(part.fields)) : []
  const fields = indexFields.filter((field) => !model.definition.keyFields.includes(field))
  const sort = keyParts[1]?.attribute
  return {
    model,
    request: {
      table: model.table,
      index: index?.name,
      ...key,
      reverse,
      consistent: index?.kind !== 'global',
      ...(sent.length > 0 && { filter: all(sent) }),
      // Whole records come from the table, by key.
      ...(index && { projection: model.definition.keyNames }),
    },
    // What lacks the attribute that an index is sorted by is not in it.
    matches: all([withinKey(key), ...(sort === undefined ? [] : [exists([sort])]), ...own]),
    limit: (limit as number | undefined) ?? Number.POSITIVE_INFINITY,
    looks: [...fields.map((field) => [field]), ...(filter ? pathsIn(filter) : [])],
    sort,
    holdsAll: index === undefined,
  }
}

/** What the store finds, page by page, known to the identity map. */
async function* storedPages(scope: Scope, { model, request, holdsAll }: Query, left: () => number) {
  const { records } = scope.attempt
  const identify = (item: Item): RecordIdentity => identityAt(model, addressOfItem(model, item))
  const demand = { left: left(), requests: 0 }
  if (demand.left === 0) return
  let from: ItemKey | undefined
  do {
    demand.left = left()
    const page = await records.query({ ...request, limit: wanted(demand), from })
    const identities = page.items.map(identify)
    // An index may be behind, and need not hold all of a record.
    if (holdsAll) for (const [i, identity] of identities.entries()) records.adopt(identity, page.items[i])
    else await Promise.all(identities.map((identity) => records.load(identity)))
    yield identities
    from = page.next
  } while (from !== undefined)
}

/** By the sort key, as the store would have them; equal ones stay as they are. */
function inOrder(matching: readonly Match[], { sort, request: { reverse } }: Query): readonly Match[] {
  if (sort === undefined) return matching
  const sign = reverse ? -1 : 1
  return matching.toSorted((a, b) => sign * (compare(a.item[sort]!, b.item[sort]!) ?? 0))
}

/**
 * The change feed: what happens to records, as it happens, as the events of their histories.
 *
 * It stands on the store's feed of changed items: each committed change of a record brought one entry, which the changed
 * item has in its tail; a deletion's is in the block that it wrote. Writes without an entry, such as the cut of a tail or
 * another program's, are no events.
 *
 * @module
 */
import { assertOptions, assertSignal, unexpected } from '../arguments.ts'
import { equal } from '../data/attribute-value.ts'
import type { Item, ItemKey } from '../data/item.ts'
import { isEngineError } from '../errors.ts'
import { type Block, decodeBlock, endAddress } from '../journal/block.ts'
import { readBlocks } from '../journal/read-blocks.ts'
import type { Source } from '../journal/source.ts'
import { readEntries } from '../journal/spill.ts'
import { generationOf, imageOf, type TailEntry, tailOf, versionOf } from '../journal/tail.ts'
import { keyOfRecord } from '../model/key.ts'
import type { AnyModel } from '../model/model.ts'
import { decodeItem } from '../model/record.ts'
import type { Change } from '../store/changes.ts'
import type { RequestOptions, Store } from '../store/store.ts'
import { eventsOf, type HistoryEvent } from './event.ts'
import { image } from './image.ts'

/** From where, and whose events, a feed tells. `signal` ends it, without an error. */
export interface FollowOptions<M extends AnyModel> extends RequestOptions {
  /** Whose events. Default: all models of the engine that keep a history. */
  readonly models?: readonly M[] | undefined
  /** A token of an event or page before; `'start'`, the oldest that the store still has; or `'now'`. Default `'now'`. */
  readonly from?: string | undefined
}

/** An event, and where to go on behind it. */
export type FeedEvent<M extends AnyModel> = HistoryEvent<M> & {
  /**
   * Keep it once the event was handled: a feed that starts from it misses nothing. It may bring events again that came
   * shortly before.
   */
  readonly token: string
}

/** Events that came together. */
export interface FeedPage<M extends AnyModel> {
  readonly events: readonly FeedEvent<M>[]
  /** Behind all of the page's events. Also pages without events have a newer one. */
  readonly token: string
}

/** Events as they happen, one by one. Each iteration begins anew at `from`. */
export interface Feed<M extends AnyModel> extends AsyncIterable<FeedEvent<M>> {
  /** The same in pages, for consumers that handle many at once and keep one token. */
  pages(): AsyncIterable<FeedPage<M>>
}

interface FeedParts {
  readonly store: Store
  readonly models: ReadonlySet<AnyModel>
  readonly journalTable: string
}

export function followFeed<M extends AnyModel>(parts: FeedParts, options: FollowOptions<M>): Feed<M> {
  assertOptions(options, 'options', ['models', 'from', 'signal'])
  const { signal, from = 'now' } = options
  assertSignal(signal)
  if (typeof from !== 'string' || from === '') throw unexpected('from', `'start', 'now' or a token`, from)
  const models = watched(parts, options.models)
  const tables = [...new Set(models.map(({ table }) => table))].sort()

  async function* pages(): AsyncGenerator<FeedPage<M>> {
    let behind = from
    try {
      for await (const { changes, token } of parts.store.changes({ tables, from, signal })) {
        const events: FeedEvent<M>[] = []
        for (const change of changes) {
          // Only the page as a whole can be gone on behind, so its events are worth what came before it.
          for (const event of await eventsOfChange(parts, models, change, signal))
            events.push({ ...event, token: behind } as never)
        }
        const last = events.at(-1)
        if (last) events[events.length - 1] = { ...last, token }
        yield Object.freeze({ events: Object.freeze(events), token })
        behind = token
      }
    } catch (thrown) {
      // The end that was asked for; the page that was being read comes again from the token before it.
      if (!signal?.aborted) throw thrown
    }
  }

  async function* events(): AsyncGenerator<FeedEvent<M>> {
    for await (const page of pages()) yield* page.events
  }

  return Object.freeze({ pages, [Symbol.asyncIterator]: events })
}

function watched(parts: FeedParts, given: readonly AnyModel[] | undefined): readonly AnyModel[] {
  if (given !== undefined && (!Array.isArray(given) || given.length === 0)) {
    throw unexpected('models', 'a list of at least one model', given)
  }
  for (const model of given ?? []) {
    if (!parts.models.has(model)) throw unexpected('models', 'models of this engine', model)
    if (!model.definition.history) throw unexpected('models', `models with a history; ${model.name} keeps none`, model)
  }
  const models = given ?? [...parts.models].filter(({ definition }) => definition.history)
  if (models.length === 0) throw unexpected('models', 'at least one model that keeps a history', given)
  return models
}

/** Whose record the item is, of those that are followed. */
function modelOf(models: readonly AnyModel[], table: string, item: Item | undefined): AnyModel | undefined {
  const isOf = ({ table: own, definition: { type } }: AnyModel) =>
    own === table && (!type || item?.[type.attribute] === type.value)
  return item && models.find(isOf)
}

/** Of models that share a table, one may have given its place to another: what ended is the former's, what began the latter's. */
async function eventsOfChange(
  { store, journalTable }: FeedParts,
  models: readonly AnyModel[],
  { table, key, before, after }: Change,
  signal: AbortSignal | undefined,
): Promise<readonly HistoryEvent<AnyModel>[]> {
  const [former, present] = [before, after].map((item) => modelOf(models, table, item))
  if (!former && !present) return []
  const source: Source = { store, journalTable, address: { table, key }, signal }
  const added = after && addedEntry(before, after)
  const [arrived] = added ? await readEntries(source, [added]) : []
  const isNew = arrived?.decoded.kind === 'created'
  const events: HistoryEvent<AnyModel>[] = []
  const tell = (
    model: AnyModel,
    generation: string,
    entry: NonNullable<typeof arrived>,
    from: Item | undefined,
    to?: Item,
  ): void => {
    const { version, commit, decoded } = entry
    const [old, made] = [image(from && imageOf(from)), image(to && imageOf(to))]
    const own = { generation, version, commit, entry: decoded, before: old, after: made }
    events.push(...eventsOf(model, keyOfItem(model, (to ?? from)!, key) as never, own))
  }
  if (former && before && (!after || isNew)) {
    for (const { generation, entries } of await endsOf(source, before)) {
      const [last] = await readEntries(source, entries.slice(-1))
      tell(former, generation, last!, before)
    }
  }
  if (present && after && arrived) tell(present, generationOf(after)!, arrived, isNew ? undefined : before, after)
  return events
}

/** The entry that the write added to the tail; one write adds one at most. */
function addedEntry(before: Item | undefined, after: Item): TailEntry | undefined {
  const life = generationOf(after)
  const last = life === undefined ? undefined : tailOf(after).at(-1)
  const known = before && generationOf(before) === life ? tailOf(before) : []
  return known.some(({ commit }) => commit === last?.commit) ? undefined : last
}

/**
 * The blocks by which the life of this item may have ended. Nothing names the one of an item without a history, so that is
 * any by which one like it has ended: what was told of another such item comes again.
 */
async function endsOf(source: Source, item: Item): Promise<readonly Block[]> {
  const { store, journalTable, address, signal } = source
  const life = generationOf(item)
  if (life !== undefined) {
    const [end] = await store.read([endAddress(journalTable, address, life)], { consistent: true, signal })
    return end ? [decodeBlock(end)] : []
  }
  const ends: Block[] = []
  for await (const block of readBlocks(source)) {
    const { isEnd, entries, last } = block
    const isOnly = isEnd && entries.length === 1 && entries[0]!.version === versionOf(item) + 1
    // Without a last state it was erased.
    if (isOnly && (!last || equal(last, imageOf(item)))) ends.push(block)
  }
  return ends
}

/** The key as domain code has it; as it is stored where the item is no record of the model. */
function keyOfItem(model: AnyModel, item: Item, stored: ItemKey): object {
  try {
    return keyOfRecord(model, decodeItem(model, imageOf(item)))
  } catch (thrown) {
    if (!isEngineError(thrown)) throw thrown
    return stored
  }
}

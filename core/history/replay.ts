/**
 * Domain events folded anew: from what was created, by today's reducers or by others.
 *
 * @module
 */
import { assertOptions, invalidArgument, unexpected } from '../arguments.ts'
import type { AttributeValue } from '../data/attribute-value.ts'
import { addressKey, type Item, type ItemAddress, printKey } from '../data/item.ts'
import { engineError } from '../errors.ts'
import { InapplicableUpdate } from '../expression/apply.ts'
import { changedPaths } from '../expression/diff.ts'
import { type Change, redo } from '../journal/change.ts'
import { type Entry, undoEntry } from '../journal/entry.ts'
import { readRecord, type Source } from '../journal/source.ts'
import { imageOf } from '../journal/tail.ts'
import { decodePayload } from '../model/event-payload.ts'
import { itemAs } from '../model/migrate.ts'
import type { AnyModel, EventsOf, KeyOf, RecordOf } from '../model/model.ts'
import { recordNotFound } from '../model/not-found.ts'
import type { Draft } from '../model/readonly.ts'
import { decodeItem, encodeRecord, itemToday } from '../model/record.ts'
import type { RequestOptions } from '../store/store.ts'
import { unheard } from '../unit-of-work/looks.ts'
import { runRecipe } from '../unit-of-work/recipe.ts'
import { RecordVersion } from '../unit-of-work/record-version.ts'
import { rewrite } from '../unit-of-work/scoped-unit-of-work.ts'
import { differences, type ValueChange } from './event.ts'
import type { HistoryParts } from './history-parts.ts'
import type { Image } from './image.ts'
import { latestGeneration } from './image-at.ts'
import { changedByOthers, stepsToday } from './steps-today.ts'
import { undoneBy } from './take-back.ts'
import { versionsForwards } from './versions.ts'

/** How events are folded. */
export interface ReplayOptions<M extends AnyModel> extends RequestOptions {
  /** Other reducers than the model's, by the event's name. */
  readonly reducers?:
    | {
        readonly [Name in keyof EventsOf<M> & string]?:
          | ((draft: Draft<M['_fields']>, payload: EventsOf<M>[Name]) => void)
          | undefined
      }
    | undefined
}

/** A record as its domain events make it, beside the one that is stored. Nothing is written but by `commit`. */
export interface Replay<M extends AnyModel> {
  /** What folding made; undefined where the record was deleted. */
  readonly record: RecordOf<M> | undefined
  /** The record as it is stored. */
  readonly present: RecordOf<M> | undefined
  /** From the present record to the folded one, both as they would be stored today. Empty where they are the same. */
  readonly differences: readonly ValueChange[]
  /** How many domain events were folded. */
  readonly events: number
  /**
   * Makes what was folded the present record, by a unit of work of its own.
   *
   * @throws `CONFLICT` where the record was changed since it was folded
   */
  commit(options?: RequestOptions): Promise<void>
}

type Reducers = Readonly<Record<string, ((draft: never, payload: never) => unknown) | undefined>>

export async function replayEvents<M extends AnyModel>(
  { unitOfWork }: HistoryParts,
  model: M,
  key: KeyOf<M>,
  source: Source,
  { reducers = {} }: ReplayOptions<M>,
): Promise<Replay<M>> {
  checkReducers(model, reducers)
  const stored = await readRecord(source)
  const present = stored && imageOf(stored)
  const generation = await latestGeneration(source, stored)
  if (generation === undefined) {
    throw recordNotFound(model, source.address.key, (record) => `There is no history of ${record}.`)
  }
  const { item, events } = await fold(model, source, generation, reducers as Reducers)
  return Object.freeze({
    record: item && decodeItem(model, item),
    present: present && decodeItem(model, present),
    differences: differences(model, present && itemToday(model, present), item && itemToday(model, item)),
    events,
    async commit(options: RequestOptions = {}) {
      assertOptions(options, 'options', ['signal'])
      await unitOfWork.run(
        committedReplay(generation),
        async (work) => {
          const record = await work.get(model, key)
          if (!present || !item) throw changedSince(model, source)
          if (changedPaths(itemToday(model, present), encodeRecord(model, record)).length > 0) {
            throw changedSince(model, source)
          }
          rewrite(work, record, item, [[]])
        },
        { signal: options.signal },
      )
    },
  })
}

async function fold(model: AnyModel, source: Source, generation: string, reducers: Reducers) {
  let item: Item | undefined
  let events = 0
  /** Commits that no fold repeats: what earlier replays made of the same events, and the undoing of such. */
  const replays = new Set<string>()
  for await (const { commit, entry, before, after, version } of versionsForwards(source, { generation })) {
    if (entry.erased || (entry.kind !== 'deleted' && !item && !after.known)) {
      throw recordNotFound(model, source.address.key, (record) => `Version ${version} of ${record} was erased.`)
    }
    if (entry.path.at(-1) === committedReplay(generation) || replays.has(undoneBy(entry) ?? '')) replays.add(commit)
    if (entry.kind === 'deleted') {
      item = undefined
      continue
    }
    const stored = storedBefore(entry, before, after)
    // What was there before anything that could be folded: as it was created, or as it was when its history began.
    if (!item || entry.kind === 'created') item = stored && itemAs(model, stored)
    if (!item) throw changedByOthers(model, source.address)
    for (const { name, data, changes } of stepsToday(model, source.address, entry.steps, stored)) {
      if (name === undefined) item = replays.has(commit) ? item : redone(model, source.address, version, changes, item)
      else {
        item = reduced(model, source.address, { name, data }, item, reducers)
        events++
      }
    }
  }
  return { item, events }
}

/** The record that an entry's steps began from, as it was stored; undefined where that cannot be told. */
function storedBefore(entry: Entry, before: Image, after: Image): Item | undefined {
  if (entry.kind === 'created') return after.known && after.item ? undoEntry(entry, after.item) : undefined
  return before.known ? before.item : undefined
}

/** The unit of work that makes a fold the present record. By its name the next fold knows it. */
const committedReplay = (generation: string): string => `replay ${generation}`

function redone(model: AnyModel, { key }: ItemAddress, version: number, changes: readonly Change[], item: Item): Item {
  try {
    return redo(changes, item)
  } catch (thrown) {
    if (!(thrown instanceof InapplicableUpdate)) throw thrown
    throw engineError(
      'INVALID_ARGUMENT',
      `What version ${version} of ${model.name} ${printKey(key)} changed without an event does not fit what the reducers made of it: ${thrown.message}`,
      { argument: 'reducers' },
      { cause: thrown },
    )
  }
}

/** By the same way as `work.apply`, so that what it refuses is refused here too: a promise, a new object, another key. */
function reduced(
  model: AnyModel,
  address: ItemAddress,
  { name, data }: { readonly name: string; readonly data: AttributeValue | undefined },
  item: Item,
  reducers: Reducers,
): Item {
  const reducer = reducers[name] ?? model.definition.events.get(name)?.reducer
  if (!reducer) {
    throw invalidArgument(
      'reducers',
      `${model.name} has no event ${name} any more; give its reducer in options.reducers.`,
    )
  }
  const payload = decodePayload(model, name, data)
  const identity = { model, address, id: addressKey(address) }
  const before = new RecordVersion(identity, decodeItem(model, item) as object)
  // Nobody commits what a replay looked at.
  return runRecipe(before, (draft) => reducer(draft, payload as never), unheard).encoded!
}

function checkReducers({ definition }: AnyModel, reducers: unknown): void {
  assertOptions(reducers, 'reducers', [...definition.events.keys()])
  for (const [name, reducer] of Object.entries(reducers as Readonly<Record<string, unknown>>)) {
    if (typeof reducer !== 'function') throw unexpected(`reducers.${name}`, 'a function', reducer)
  }
}

const changedSince = (model: AnyModel, { address }: Source) =>
  engineError(
    'CONFLICT',
    `${model.name} ${printKey(address.key)} was changed since its events were folded; replay it again. Nothing was written.`,
    {
      conflicts: [
        { model: model.name, key: address.key, path: '', base: undefined, mine: undefined, theirs: undefined },
      ],
      attempts: 1,
    },
  )

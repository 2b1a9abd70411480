/**
 * The histories of records: what happened, how a record was, whether it all fits together; and what can be made of that:
 * undoing, folding events anew, erasing.
 *
 * @module
 */
import { assertObject, assertOptions, assertSignal, invalidArgument, unexpected } from '../arguments.ts'
import { readRecord, type Source } from '../journal/source.ts'
import { addressOf } from '../model/key.ts'
import { assertKnown } from '../model/known-models.ts'
import type { AnyModel, KeyOf, RecordOf } from '../model/model.ts'
import { recordNotFound } from '../model/not-found.ts'
import { decodeItem } from '../model/record.ts'
import type { RequestOptions } from '../store/store.ts'
import { eraseHistory } from './erase.ts'
import { differences, type EventReference, eventsOf, type HistoryEvent, type ValueChange } from './event.ts'
import { type Feed, type FollowOptions, followFeed } from './feed.ts'
import type { HistoryParts } from './history-parts.ts'
import type { Image } from './image.ts'
import { imageAtTime, imageAtVersion, latestGeneration } from './image-at.ts'
import { type Replay, type ReplayOptions, replayEvents } from './replay.ts'
import { undoCommit } from './undo.ts'
import { type Verification, verifyHistory } from './verify.ts'
import { versionsBackwards, versionsForwards } from './versions.ts'

/** Which part of a history, and in which order. */
export interface HistoryOptions extends RequestOptions {
  /** The first version wanted. Versions are counted in each life of a record: those of the latest one, unless `generation` says. */
  readonly from?: number | undefined
  /** The last version wanted, included. */
  readonly to?: number | undefined
  /** One life of a record that was deleted and created again. Default: all, or the latest where `from` or `to` is given. */
  readonly generation?: string | undefined
  /** Newest first. Default false. */
  readonly reverse?: boolean | undefined
  /** How many events at most. */
  readonly limit?: number | undefined
}

/** The events of one record, read page by page while they are iterated. */
export interface Events<M extends AnyModel> extends AsyncIterable<HistoryEvent<M>> {
  /** All of them at once. */
  toArray(): Promise<HistoryEvent<M>[]>
}

/** A version of a record, of its latest generation unless another is named; or a time by the clocks of those who wrote it. */
export type Moment =
  | { readonly version: number; readonly generation?: string | undefined }
  | { readonly time: Date; readonly version?: undefined }

/**
 * The histories of records: what happened, what they were, and back to it. Models with `history: false` have none
 * and are refused.
 */
export interface History {
  /**
   * What happened to a record, oldest first: one event a commit, or one for each domain event. Reads page by page, so a long
   * history takes no more memory than a short one. Empty for a key that never had a record.
   */
  of<M extends AnyModel>(model: M, key: KeyOf<M>, options?: HistoryOptions): Events<M>

  /**
   * The record as it was, read with today's schema; undefined before its creation and after its deletion. One read for a
   * recent version, a bounded number for any other.
   *
   * @throws `RECORD_NOT_FOUND` where there is no such version, or what would tell was erased or has gone with a record that
   *   something else has removed; `INVALID_RECORD` where it does not fit today's schema
   */
  at<M extends AnyModel>(
    model: M,
    key: KeyOf<M>,
    moment: Moment,
    options?: RequestOptions,
  ): Promise<RecordOf<M> | undefined>

  /** What differs between two versions of a record, by path and in stored form. Version 0 is before the first. */
  diff<M extends AnyModel>(
    model: M,
    key: KeyOf<M>,
    from: number,
    to: number,
    options?: RequestOptions & { readonly generation?: string | undefined },
  ): Promise<readonly ValueChange[]>

  /**
   * Whether the history is complete, in order, and leads to the stored record. A change that another program made without
   * the engine is found, unless it was made before the first entry.
   */
  verify<M extends AnyModel>(model: M, key: KeyOf<M>, options?: RequestOptions): Promise<Verification>

  /**
   * Takes a commit back by a unit of work of its own: every record that it changed gets back what it replaced, on the
   * condition that this still is what it made of it. Give one of its events; a bare commit id is searched for in all
   * tables of the engine's models, which reads them whole.
   *
   * @returns how many records were changed back
   * @throws `CONFLICT` where somebody has changed the same since, or has taken the commit back; `RECORD_NOT_FOUND` for one
   *   that is not in the history that the event names, or was erased; `INVALID_ARGUMENT` for an id that no history has
   */
  undo(commit: string | EventReference, options?: RequestOptions): Promise<number>

  /**
   * Folds the domain events of a record anew, with today's reducers or others, from what was created. What comes out can
   * be compared with the present record, and be made the present one. What earlier replays made so is left out.
   */
  replay<M extends AnyModel>(model: M, key: KeyOf<M>, options?: ReplayOptions<M>): Promise<Replay<M>>

  /**
   * What happens from now on, or since a token: the events of all records, at least once and in order for each record,
   * as an async iterable that waits for more until the signal aborts. A consumer that keeps the `token` of what it has
   * handled goes on from there after any restart. Events of one commit have the same `commitId`.
   *
   * On DynamoDB it reads the tables' streams, for which `dynamodbStore` needs its `streams` client; DynamoDB keeps them
   * for a day.
   *
   * @throws `FEED_TRIMMED` where changes since the token are gone; `REJECTED` where a table has no stream
   */
  follow<M extends AnyModel = AnyModel>(options?: FollowOptions<M>): Feed<M>

  /**
   * Removes all past values of a record from its history, and those of a deleted record altogether. What remains is the
   * shell: versions, commits, times and names. The present record stays. What streams, the change logs of embedded stores and
   * backups hold expires by their own rules.
   *
   * @returns how many entries were erased
   */
  erase<M extends AnyModel>(model: M, key: KeyOf<M>, options?: RequestOptions): Promise<number>
}

export function historyOf(parts: HistoryParts): History {
  const { store, journalTable, models } = parts

  /** `names` are those of the call's options beside `signal`. */
  function sourceOf(
    model: AnyModel,
    key: unknown,
    options: RequestOptions | undefined,
    names: readonly string[] = [],
  ): Source {
    assertKnown(models, model)
    if (!model.definition.history) {
      throw invalidArgument('model', `${model.name} keeps no history (history: false).`)
    }
    assertOptions(options, 'options', ['signal', ...names])
    assertSignal(options?.signal)
    return { store, journalTable, address: addressOf(model, key as never), signal: options?.signal }
  }

  function recordOf<M extends AnyModel>(
    model: M,
    { address }: Source,
    image: Image,
    what: string,
  ): RecordOf<M> | undefined {
    if (image.known) return image.item && decodeItem(model, image.item)
    throw recordNotFound(model, address.key, (record) => `What ${record} was at ${what} was erased, or cannot be told.`)
  }

  async function imageAt(source: Source, model: AnyModel, version: number, generation: string | undefined) {
    if (version === 0) return { known: true, item: undefined } as const
    const image = await imageAtVersion(source, version, generation)
    if (image) return image
    throw recordNotFound(model, source.address.key, (record) => `${record} has no version ${version}.`)
  }

  async function* events<M extends AnyModel>(model: M, key: KeyOf<M>, source: Source, options: HistoryOptions) {
    const { from, to, reverse = false, limit = Number.POSITIVE_INFINITY } = options
    const isBounded = from !== undefined || to !== undefined
    const record = await readRecord(source)
    const generation = options.generation ?? (isBounded ? await latestGeneration(source, record) : undefined)
    if (isBounded && generation === undefined) return
    const versions = (reverse ? versionsBackwards : versionsForwards)(source, { generation, from, to }, { record })
    let left = limit
    for await (const version of versions) {
      const found = eventsOf(model, key, version)
      for (const event of reverse ? found.toReversed() : found) {
        if (left-- <= 0) return
        yield event
      }
    }
  }

  return Object.freeze<History>({
    of(model, key, options = {}) {
      const source = sourceOf(model, key, options, ['from', 'to', 'generation', 'reverse', 'limit'])
      checkRange(options)
      return {
        [Symbol.asyncIterator]: () => events(model, key, source, options),
        async toArray() {
          const found = []
          for await (const event of events(model, key, source, options)) found.push(event)
          return found
        },
      }
    },

    async at(model, key, moment, options) {
      const source = sourceOf(model, key, options)
      const { version, generation, time } = momentOf(moment)
      if (time !== undefined) {
        return recordOf(model, source, await imageAtTime(source, time.getTime()), time.toISOString())
      }
      return recordOf(model, source, await imageAt(source, model, version!, generation), `version ${version}`)
    },

    async diff(model, key, from, to, options) {
      const source = sourceOf(model, key, options, ['generation'])
      assertGeneration(options?.generation)
      for (const [name, version] of Object.entries({ from, to })) assertVersion(name, version, 0)
      const images = await Promise.all(
        [from, to].map((version) => imageAt(source, model, version, options?.generation)),
      )
      const [old, now] = images.map((image, i) => {
        if (!image.known) recordOf(model, source, image, `version ${i === 0 ? from : to}`)
        return image.known ? image.item : undefined
      })
      return differences(model, old, now)
    },

    verify: async (model, key, options) => verifyHistory(model, sourceOf(model, key, options)),

    async undo(commit, options) {
      assertOptions(options, 'options', ['signal'])
      assertSignal(options?.signal)
      return undoCommit(parts, commit, options?.signal)
    },

    follow: (options = {}) => followFeed(parts, options),

    replay: async (model, key, options = {}) =>
      replayEvents(parts, model, key, sourceOf(model, key, options, ['reducers']), options),

    erase: async (model, key, options) => eraseHistory(parts, sourceOf(model, key, options)),
  })
}

function assertVersion(name: string, version: unknown, least: number): void {
  if (version === undefined || (Number.isSafeInteger(version) && (version as number) >= least)) return
  throw unexpected(name, `a version, a whole number of at least ${least}`, version)
}

function assertGeneration(generation: unknown): void {
  if (generation !== undefined && typeof generation !== 'string') throw unexpected('generation', 'a string', generation)
}

function checkRange({ from, to, generation, reverse, limit }: HistoryOptions): void {
  assertVersion('from', from, 0)
  assertVersion('to', to, 0)
  assertVersion('limit', limit, 0)
  assertGeneration(generation)
  if (reverse !== undefined && typeof reverse !== 'boolean') throw unexpected('reverse', 'true or false', reverse)
}

function momentOf(moment: Moment) {
  assertObject(moment, 'moment', ['version', 'generation', 'time'])
  const { version, generation, time } = moment as {
    readonly version?: number
    readonly generation?: string
    readonly time?: Date
  }
  if (time !== undefined) {
    if (version !== undefined) throw invalidArgument('moment', 'Expected moment to have a version or a time, not both.')
    if (time instanceof Date && !Number.isNaN(time.getTime())) return { time }
    throw unexpected('moment.time', 'a Date', time)
  }
  if (version === undefined) throw unexpected('moment', '{ version } or { time }', moment)
  assertVersion('version', version, 0)
  assertGeneration(generation)
  return { version, generation }
}

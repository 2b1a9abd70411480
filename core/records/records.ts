/**
 * Records in bulk, outside of units of work: queries, scans, and any number of reads, puts and deletes by key.
 *
 * Nothing here is guarded, and no two requests are of one moment. What must be as if alone belongs into a unit of work.
 *
 * @module
 */
import { assertOptions, assertSignal, unexpected } from '../arguments.ts'
import type { Item, ItemAddress } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { engineError } from '../errors.ts'
import { all } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import { commitId } from '../journal/commit-id.ts'
import { creation, entryText } from '../journal/entry.ts'
import { idsFrom } from '../journal/generated-id.ts'
import { firstEntry, VERSION } from '../journal/tail.ts'
import { addressOf, tableDefinition } from '../model/key.ts'
import { assertKnown } from '../model/known-models.ts'
import type { AnyModel, KeyOf, NewRecord, RecordOf } from '../model/model.ts'
import { recordNotFound } from '../model/not-found.ts'
import { newRecord } from '../model/record.ts'
import type { BulkWrite } from '../store/bulk-write.ts'
import { tooLarge } from '../store/limits.ts'
import type { RequestOptions, Store } from '../store/store.ts'
import { storedSize, storedSizeName } from '../store/stored-size.ts'
import { again } from './again.ts'
import type { Many } from './chunks.ts'
import { type FindOptions, findRecords } from './find-records.ts'
import type { Found } from './found.ts'
import { type InvalidItem, itemReader, notExpired } from './item-reader.ts'
import { type ManyRecords, readMany } from './read-many.ts'
import { bulkOptions, checkPolicy, type OnInvalid, policyNames, type ReadPolicy } from './read-options.ts'
import type { HeldField, IndexName, QueryOptions, ScanOptions, Selected } from './selection.ts'
import { type BulkResult, writeMany } from './write-many.ts'

interface BulkOptions {
  /** Requests under way at once. Default 4. */
  readonly concurrency?: number | undefined
  /** Called after each request with how many inputs are done. A promise that it returns is waited for. */
  readonly onProgress?: ((progress: { readonly done: number }) => unknown) | undefined
  /** At most this share of each table's capacity, above 0 and up to 1; where the engine paces. Default all that others leave. */
  readonly rate?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** How many keys are read, and how what does not fit is treated. */
export interface ReadManyOptions<Invalid extends OnInvalid = 'throw'> extends ReadPolicy<Invalid>, BulkOptions {}

/** How many records are written or deleted. */
export interface WriteManyOptions extends BulkOptions {
  /**
   * What to do with an input that is no record or key of the model, or too large for an item: end before anything of its batch is sent, or go on
   * without it and tell it in `skipped`. Default `throw`.
   */
  readonly onInvalid?: 'throw' | 'skip' | undefined
}

/**
 * Reads, and bulk work of any size, outside of units of work: nothing is guarded, and no two requests are of one
 * moment.
 */
export interface Records {
  /**
   * The record under this key.
   *
   * @throws `RECORD_NOT_FOUND`, `INVALID_RECORD` where the stored item does not fit the schema
   */
  get<M extends AnyModel>(
    model: M,
    key: KeyOf<M>,
    options?: Omit<ReadPolicy<'throw'>, 'onInvalid'>,
  ): Promise<RecordOf<M>>

  /** Like `get`, but undefined where there is no such record. */
  find<M extends AnyModel>(
    model: M,
    key: KeyOf<M>,
    options?: Omit<ReadPolicy<'throw'>, 'onInvalid'>,
  ): Promise<RecordOf<M> | undefined>

  /**
   * The records under any number of keys, in their order, undefined for absent ones and for those left out by
   * `onInvalid: 'skip'`. A hundred keys a request, repeated while the store has no capacity.
   */
  getMany<M extends AnyModel, Invalid extends OnInvalid = 'throw'>(
    model: M,
    keys: Many<KeyOf<M>>,
    options?: ReadManyOptions<Invalid>,
  ): ManyRecords<RecordOf<M> | (Invalid extends 'raw' ? InvalidItem : never)>

  /**
   * The records of one partition of the model's table or of an index, in the order of the sort key.
   *
   * ```ts
   * records.query(Airport, { index: 'byCountry', key: { country: 'Norway', name: { beginsWith: 'B' } }, limit: 10 })
   * ```
   *
   * An index that does not hold whole records gives the fields that it holds. A global index may be a moment behind.
   *
   * @throws `INVALID_ARGUMENT` at once for what the model does not have; while iterating, `INVALID_RECORD` by `onInvalid`
   */
  query<
    M extends AnyModel,
    Index extends IndexName<M> = never,
    const Field extends HeldField<M, Index> = never,
    Invalid extends OnInvalid = 'throw',
  >(model: M, options: QueryOptions<M, Index, Field, Invalid>): Found<Selected<M, Index, Field, Invalid>>

  /** All records of the model in its table or in one of its indexes, in no order. Reads the whole table, also of other models. */
  scan<
    M extends AnyModel,
    Index extends IndexName<M> = never,
    const Field extends HeldField<M, Index> = never,
    Invalid extends OnInvalid = 'throw',
  >(model: M, options?: ScanOptions<M, Index, Field, Invalid>): Found<Selected<M, Index, Field, Invalid>>

  /**
   * Writes any number of records, over whatever is stored under their keys and without looking at it. Each is valid by
   * itself; there is no atomicity. Of two inputs with one key the later one wins.
   *
   * A record put in bulk starts anew: version 1 and no past. What was there before it is gone without a trace in its
   * history, and a unit of work that had changed the old record and lost the answer may find no trace of itself either.
   * So load tables with it; change records in units of work, and do not let the two meet on the same records.
   *
   * @throws `INCOMPLETE` where it ends early: at an invalid input, before anything of its batch is sent; at a refusal;
   * when the store stays out of capacity; when aborted, also while it waits for input; when the input, `onProgress` or the
   * store throws, which is the `cause` then. `payload.failed` has all that was taken in and is not written
   */
  putMany<M extends AnyModel>(model: M, records: Many<NewRecord<M>>, options?: WriteManyOptions): Promise<BulkResult>

  /**
   * Deletes any number of records by key, without looking at them; absent ones are no fault. Leaves no deletion in
   * their history: for clearing tables. Ends early as `putMany` does.
   */
  deleteMany<M extends AnyModel>(model: M, keys: Many<KeyOf<M>>, options?: WriteManyOptions): Promise<BulkResult>
}

interface RecordsParts {
  readonly store: Store
  readonly models: ReadonlySet<AnyModel>
  readonly environment: Environment
  readonly isClosed: () => boolean
}

const CONCURRENCY = 4

export function recordsOf(parts: RecordsParts): Records {
  const { store, environment } = parts

  const assertReady = (model: AnyModel): void => {
    if (parts.isClosed()) throw engineError('CLOSED', 'The engine was closed; create another one.', {})
    assertKnown(parts.models, model)
  }

  const send = (addresses: readonly ItemAddress[], consistent: boolean, options: RequestOptions) =>
    again(() => store.read(addresses, { ...options, consistent }), environment, options)

  /** The item, unless it counts as absent. */
  const alive = (model: AnyModel, expired: unknown) => (item: Item | undefined) =>
    item && (expired !== 'absent' || evaluate(all(notExpired(model, environment)), item)) ? item : undefined

  async function find(model: AnyModel, key: unknown, options: ReadPolicy<'throw'> = {}): Promise<object | undefined> {
    assertReady(model)
    assertOptions(options, 'options', ['expired', 'consistent', 'signal'])
    checkPolicy(options)
    const [stored] = await send([addressOf(model, key as never)], options.consistent ?? true, {
      signal: options.signal,
    })
    const item = alive(model, options.expired)(stored)
    return item && itemReader(model, 'throw')(item)
  }

  async function get(model: AnyModel, key: unknown, options?: ReadPolicy<'throw'>): Promise<object> {
    const record = await find(model, key, options)
    if (record) return record
    const { key: stored } = addressOf(model, key as never)
    throw recordNotFound(model, stored, (record) => `There is no ${record}. Use records.find where it may be absent.`)
  }

  function getMany(model: AnyModel, keys: Many<unknown>, options: ReadManyOptions<OnInvalid> = {}) {
    assertReady(model)
    const { onProgress, concurrency } = checkBulk(options, policyNames)
    checkPolicy(options)
    assertMany('keys', keys)
    const read = itemReader(model, options.onInvalid ?? 'throw')
    const present = alive(model, options.expired)
    return readMany({
      keys,
      chunk: store.limits.readKeys,
      concurrency,
      signal: options.signal,
      addressOf: (key) => addressOf(model, key as never),
      send: (addresses) => send(addresses, options.consistent ?? true, bulkOptions(options.signal, options.rate)),
      read(item) {
        const stored = present(item)
        return stored && read(stored)
      },
      onProgress,
    })
  }

  function findAll(operation: 'query' | 'scan', model: AnyModel, options: FindOptions): Found<object> {
    assertReady(model)
    return findRecords(operation, model, options, parts)
  }

  async function write(
    model: AnyModel,
    inputs: Many<unknown>,
    given: WriteManyOptions,
    prepare: (input: never) => BulkWrite,
  ) {
    assertReady(model)
    const { onProgress, concurrency } = checkBulk(given, ['onInvalid', 'signal'])
    const { onInvalid = 'throw', signal } = given
    if (onInvalid !== 'throw' && onInvalid !== 'skip') throw unexpected('onInvalid', "'throw' or 'skip'", onInvalid)
    assertSignal(signal)
    assertMany('the input', inputs)
    return writeMany({
      store,
      environment,
      inputs: inputs as Many<never>,
      options: bulkOptions(signal, given.rate),
      concurrency,
      skipInvalid: onInvalid === 'skip',
      prepare,
      onProgress,
    })
  }

  const records = {
    get,
    find,
    getMany,
    query: (model: AnyModel, options: FindOptions) => findAll('query', model, options),
    scan: (model: AnyModel, options: FindOptions = {}) => findAll('scan', model, options),
    putMany: async (model: AnyModel, inputs: Many<unknown>, options: WriteManyOptions = {}) =>
      write(model, inputs, options, (input) => bulkPut(model, input, parts)),
    deleteMany: async (model: AnyModel, keys: Many<unknown>, options: WriteManyOptions = {}) =>
      write(model, keys, options, (key) => ({ kind: 'delete', ...addressOf(model, key) })),
  }
  return Object.freeze(records) as unknown as Records
}

/** A record as the engine goes on from it: as if this put had created it. */
function bulkPut(model: AnyModel, input: never, { environment, store: { limits } }: RecordsParts): BulkWrite {
  const { item: fields, address } = newRecord(model, input, idsFrom(environment))
  const item = { ...fields, ...bulkAttributes(model, commitId(environment)) }
  const definition = tableDefinition(model)
  const size = storedSize(definition, item)
  // The store would refuse the whole batch, and could not tell for whose sake.
  if (size > limits.itemBytes) {
    throw tooLarge(model.name, storedSizeName(definition), limits.itemBytes, size, address.key)
  }
  return { kind: 'put', ...address, item }
}

const bulkAttributes = ({ definition }: AnyModel, commit: string): Item =>
  definition.history ? firstEntry(commit, entryText(creation('putMany'))) : { [VERSION]: 1 }

function checkBulk(options: BulkOptions, names: readonly string[]) {
  assertOptions(options, 'options', [...names, 'concurrency', 'onProgress', 'rate'])
  const { concurrency = CONCURRENCY, onProgress, rate } = options
  if (rate !== undefined && !(typeof rate === 'number' && rate > 0 && rate <= 1)) {
    throw unexpected('rate', 'a share above 0 and up to 1', rate)
  }
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw unexpected('concurrency', 'a whole number, at least 1', concurrency)
  }
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw unexpected('onProgress', 'a function', onProgress)
  return { concurrency, onProgress: (done: number) => onProgress?.({ done }) }
}

function assertMany(argument: string, given: unknown): void {
  const many = typeof given === 'object' && given !== null ? given : {}
  if (Symbol.iterator in many || Symbol.asyncIterator in many) return
  throw unexpected(argument, 'an iterable or an async iterable', given)
}

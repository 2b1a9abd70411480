/**
 * The port on LevelDB: embedded and durable, for one process. A commit is one synced batch, so it is there as a whole
 * once it was answered, whatever becomes of the process.
 *
 * Otherwise it is the memory store: tables appear on first use, with the keys that the first write implies, unless they
 * were created; conditions, updates and limits have the same meaning, which is `core`'s.
 *
 * @module
 */
import { resolve } from 'node:path'
import { assertObject, unexpected } from '../../core/arguments.ts'
import { engineError } from '../../core/errors.ts'
import { type ChangeLogOptions, changesToKeep, noChangeLog } from '../../core/store/change-log-options.ts'
import { type ChangesPage, type ChangesRequest, checkChangesRequest } from '../../core/store/changes.ts'
import { followLog } from '../../core/store/follow-log.ts'
import { ownLimits, type StoreLimits } from '../../core/store/limits.ts'
import type { RequestOptions, Store } from '../../core/store/store.ts'
import type { TableDescription } from '../../core/store/table-definition.ts'
import { CommitQueue } from './commit-queue.ts'
import { Database } from './database.ts'
import { readItems } from './read-items.ts'
import { readPage } from './read-page.ts'
import { aborted, explained } from './refusals.ts'
import type { StoredTable } from './stored-table.ts'
import { writeBatch } from './write-batch.ts'

/** Where a LevelDB is and what it keeps. */
export interface LevelStoreOptions {
  /** A directory of the store's own, which is made if there is none. Relative to the working directory of the moment. */
  readonly path: string
  /** Tighter or wider than DynamoDB's, which are the default. */
  readonly limits?: Partial<StoreLimits> | undefined
  /** Milliseconds since 1970: how long ago a plan was first committed. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /**
   * For how many of the last changes a feed can go back, also after a restart; default 100,000. Each takes as much of the
   * disk as the item before and after it. `false` keeps none and gives up what is there: `changes` is refused, and a
   * consumer of before has to start again.
   */
  readonly changeLog?: ChangeLogOptions | undefined
}

interface Open {
  readonly database: Database
  readonly commits: CommitQueue
}

/**
 * The store in this directory; one per directory, in all processes. The first request opens it, and rejects if it cannot:
 * merely having a store takes no lock, and the request after a failed one tries again.
 */
export function levelStore(options: LevelStoreOptions): Store {
  assertObject(options, 'options', ['path', 'limits', 'now', 'changeLog'])
  const { path, now = Date.now } = options
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw unexpected('path', 'the path of a directory', path)
  }
  if (typeof now !== 'function') throw unexpected('now', 'a function', now)
  const directory = resolve(path)
  const limits = ownLimits(options.limits)
  const keep = changesToKeep(options.changeLog)
  const closing = new AbortController()
  const running = new Set<Promise<unknown>>()
  let opened: Promise<Open> | undefined
  let closed: Promise<void> | undefined

  async function open(): Promise<Open> {
    try {
      const database = await Database.open(directory, now, keep)
      return { database, commits: new CommitQueue(database, limits) }
    } catch (error) {
      opened = undefined
      throw error
    }
  }

  /** Every operation passes here. What was let in before the store was closed is carried out. */
  async function request<Answer>(
    operation: (open: Open) => Promise<Answer>,
    { signal }: RequestOptions = {},
  ): Promise<Answer> {
    if (closed) throw engineError('CLOSED', 'The store was closed', {})
    if (signal?.aborted) throw aborted(signal)
    const answer = carryOut(operation, signal)
    running.add(answer)
    try {
      return await answer
    } catch (error) {
      throw explained(directory, error)
    } finally {
      running.delete(answer)
    }
  }

  async function carryOut<Answer>(
    operation: (open: Open) => Promise<Answer>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    opened ??= open()
    const ready = await opened
    if (signal?.aborted) throw aborted(signal)
    return operation(ready)
  }

  async function* changes(asked: ChangesRequest): AsyncGenerator<ChangesPage, void> {
    checkChangesRequest(asked)
    if (keep === undefined) throw noChangeLog()
    const log = await request(async ({ database }) => database.log!)
    try {
      yield* followLog(log, asked, closing.signal)
    } catch (error) {
      throw explained(directory, error)
    }
  }

  async function end(): Promise<void> {
    closing.abort()
    await Promise.allSettled(running)
    const open = await opened?.catch(() => undefined)
    await open?.database.close()
  }

  return Object.freeze<Store>({
    system: 'leveldb',
    limits,
    read: (addresses, options) => request(({ database }) => readItems(database, addresses), options),
    query: (query, options) => request(({ database }) => readPage(database, query), options),
    scan: (scan, options) => request(({ database }) => readPage(database, scan), options),
    commit: (plan, options) => request(({ commits }) => commits.commit(plan, options?.signal), options),
    changes,
    write: (writes, options) =>
      request(({ database }) => database.exclusively(() => writeBatch(database, writes, limits)), options),
    createTable: (definition, options) =>
      request(({ database }) => database.exclusively(() => database.tables.create(definition)), options),
    deleteTable: (table, options) =>
      request(({ database }) => database.exclusively(() => database.tables.delete(table)), options),
    describeTable: (name, options) => request(async ({ database }) => describe(database.tables.get(name)), options),
    updateTable: (change, options) =>
      request(({ database }) => database.exclusively(() => database.tables.update(change)), options),
    close: () => (closed ??= end()),
  })
}

/** Nobody counts the items. */
const describe = (table: StoredTable | undefined): TableDescription | undefined =>
  table && Object.freeze({ ...table.definition, status: 'active' })

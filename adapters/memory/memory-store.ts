/**
 * The port in memory: the reference for every other adapter, and the store of tests.
 *
 * Tables appear on first use, with the keys that the first write implies; a table that was created is held to its
 * definition. Every operation waits a turn of the event loop and then happens at one instant, so it may run at once with
 * others and is never seen half done.
 *
 * @module
 */
import { assertOptions, unexpected } from '../../core/arguments.ts'
import { engineError } from '../../core/errors.ts'
import type { BulkOutcome, BulkWrite } from '../../core/store/bulk-write.ts'
import { type ChangeLogOptions, changesToKeep, noChangeLog } from '../../core/store/change-log-options.ts'
import type { ChangesPage, ChangesRequest } from '../../core/store/changes.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import { followLog } from '../../core/store/follow-log.ts'
import { ownLimits, type StoreLimits } from '../../core/store/limits.ts'
import type { RequestOptions, Store } from '../../core/store/store.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import { type AdverseStore, type Adversity, checkAdversity } from './adversity.ts'
import { Replica } from './adversity-replica.ts'
import { adverseStore } from './adversity-store.ts'
import { CapacityMeter } from './capacity-meter.ts'
import { MemoryChangeLog } from './change-log.ts'
import { MeteredTables, type Requests } from './metered-tables.ts'
import { Tables } from './tables.ts'

/** What makes a memory store different from an unlimited, healthy DynamoDB. */
export interface MemoryStoreOptions {
  /** Tighter or wider than DynamoDB's, which are the default. */
  readonly limits?: Partial<StoreLimits> | undefined
  /** Milliseconds since 1970: how long ago a plan was first committed. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Faults, by a seed: lost answers, throttling, stale reads, a crash. Default none. */
  readonly adversity?: Adversity | undefined
  /**
   * For how many of the last changes a feed can go back; default 100,000. Old states of items stay in memory with them,
   * though what two states have in common is there once. `false` keeps none, and `changes` is refused.
   */
  readonly changeLog?: ChangeLogOptions | undefined
}

/**
 * A store of its own: two never see each other's items, and nothing outlives the process.
 *
 * With `adversity` it is meaner than DynamoDB, in a way that the seed determines, so that domain code can be tested:
 *
 * ```ts
 * const store = memoryStore({ adversity: { seed: 7, loseAnswerAfter: 0.1, duplicate: 0.1, staleReads: 0.5 } })
 * ```
 *
 * @throws `INVALID_ARGUMENT` for an adversity with a probability outside of 0 to 1, or with a name that is none
 */
export function memoryStore(options: MemoryStoreOptions & { readonly adversity: Adversity }): AdverseStore
export function memoryStore(options?: MemoryStoreOptions): Store
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  assertOptions(options, 'options', ['adversity', 'limits', 'now', 'changeLog'])
  const { adversity, now = Date.now } = options
  if (typeof now !== 'function') throw unexpected('now', 'a function', now)
  if (adversity !== undefined) checkAdversity(adversity)
  const limits = ownLimits(options.limits)
  const keep = changesToKeep(options.changeLog)
  const tables = new Tables(limits, now, keep === undefined ? undefined : new MemoryChangeLog(keep))
  if (adversity === undefined) return healthyStore(tables, limits)
  const replica = new Replica(limits, now)
  const meter = new CapacityMeter(adversity.capacity ?? { tables: {} }, now)
  const open = (isMetered: boolean) =>
    healthyStore(tables, limits, replica, isMetered ? new MeteredTables(tables, meter) : tables)
  function recovered(): Store
  function recovered(adversity: Adversity): AdverseStore
  function recovered(adversity?: Adversity): Store {
    return adversity === undefined ? open(false) : adverseStore({ open, reopen: recovered, replica, meter }, adversity)
  }
  return recovered(adversity)
}

/** `replica` is told of every commit, in the order in which they happen. */
function healthyStore(
  tables: Tables,
  limits: StoreLimits,
  replica: Replica | undefined = undefined,
  requests: Requests = tables,
): Store {
  let closed = false
  const closing = new AbortController()

  /** Every operation passes here: the one place for whatever may befall a request on its way to the tables and back. */
  async function request<Answer>(operation: () => Answer, { signal }: RequestOptions = {}): Promise<Answer> {
    refuse(signal)
    await new Promise((resolve) => setImmediate(resolve))
    refuse(signal)
    return operation()
  }

  function refuse(signal: AbortSignal | undefined): void {
    if (closed) throw engineError('CLOSED', 'The store was closed', {})
    // Nothing was sent yet, so this is no unknown outcome, not even for a commit.
    if (signal?.aborted) throw engineError('ABORTED', 'The request was aborted', {}, { cause: signal.reason })
  }

  function commit(plan: WritePlan, options: RequestOptions | undefined): CommitOutcome {
    const outcome = requests.commit(plan, options)
    if (outcome.kind === 'committed') replica?.follow(plan)
    return outcome
  }

  async function* changes(asked: ChangesRequest): AsyncGenerator<ChangesPage, void> {
    if (closed) throw engineError('CLOSED', 'The store was closed', {})
    if (tables.log === undefined) throw noChangeLog()
    yield* followLog(tables.log, asked, closing.signal)
  }

  function write(writes: readonly BulkWrite[], options: RequestOptions | undefined): BulkOutcome {
    const outcome = requests.write(writes, options)
    const left = new Set(outcome.unprocessed)
    replica?.followWrites(writes.filter((write) => !left.has(write)))
    return outcome
  }

  return Object.freeze<Store>({
    system: 'memory',
    limits,
    read: (addresses, options) => request(() => requests.read(addresses, options), options),
    query: (query, options) => request(() => requests.query(query, options), options),
    scan: (scan, options) => request(() => requests.scan(scan, options), options),
    commit: (plan, options) => request(() => commit(plan, options), options),
    changes,
    write: (writes, options) => request(() => write(writes, options), options),
    createTable: (definition, options) =>
      request(() => {
        tables.create(definition)
        replica?.create(definition)
      }, options),
    deleteTable: (table, options) =>
      request(() => {
        tables.drop(table)
        replica?.drop(table)
      }, options),
    describeTable: (table, options) => request(() => tables.describe(table), options),
    updateTable: (change, options) =>
      request(() => {
        tables.update(change)
        replica?.update(change)
      }, options),
    async close() {
      closed = true
      closing.abort()
    },
  })
}

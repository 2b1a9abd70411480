/**
 * The port in memory: the reference for every other adapter, and the store of tests.
 *
 * Tables appear on first use, with the keys that the first write implies; a table that was created is held to its
 * definition. Every operation waits a turn of the event loop and then happens at one instant, so it may run at once with
 * others and is never seen half done.
 *
 * @module
 */
import { engineError } from '../../core/errors.ts'
import { dynamodbLimits, type StoreLimits } from '../../core/store/limits.ts'
import type { RequestOptions, Store } from '../../core/store/store.ts'
import { Tables } from './tables.ts'

export interface MemoryStoreOptions {
  /** Tighter or wider than DynamoDB's, which are the default. */
  readonly limits?: Partial<StoreLimits> | undefined
  /** Milliseconds since 1970: how long ago a plan was first committed. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** A store of its own: two never see each other's items, and nothing outlives the process. */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const limits = Object.freeze({ ...dynamodbLimits, ...options.limits })
  const tables = new Tables(limits, options.now ?? Date.now)
  let closed = false

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

  return Object.freeze<Store>({
    limits,
    read: (addresses, options) => request(() => tables.read(addresses), options),
    query: (query, options) => request(() => tables.query(query), options),
    scan: (scan, options) => request(() => tables.scan(scan), options),
    commit: (plan, options) => request(() => tables.commit(plan), options),
    createTable: (definition, options) => request(() => tables.create(definition), options),
    deleteTable: (table, options) => request(() => tables.drop(table), options),
    async close() {
      closed = true
    },
  })
}

/**
 * A store that wraps a store: the same answers, at the pace that was paid for.
 *
 * Each request waits until its units are there, commits before reads, reads before work in the background; what is
 * throttled nevertheless comes again, and reaches the caller as an error only at its deadline.
 *
 * @module
 */
import { assertOptions, unexpected } from '../arguments.ts'
import { isTableName } from '../data/name.ts'
import { type Environment, steady, systemEnvironment } from '../environment.ts'
import { DEFAULT_JOURNAL_TABLE } from '../journal/journal-table.ts'
import { ownMethods } from '../store/own-methods.ts'
import type { Store } from '../store/store.ts'
import { Costs } from './cost.ts'
import { Dispatcher } from './dispatcher.ts'
import { Gates } from './gates.ts'
import { Leases } from './leases.ts'
import { Limits } from './limits.ts'
import { checkScheduler, type SchedulerOptions } from './options.ts'
import { Paced, type PacedStore } from './paced.ts'
import { Pacer, type WatchWait } from './pacer.ts'

/** As of `createEngine({ scheduler })`, for a store without an engine. */
export interface PacedStoreOptions extends SchedulerOptions {
  /** Clock and chance. Default: the machine's. */
  readonly environment?: Environment | undefined
  /** Where `coordinate` keeps its leases. Default `draftwork-journal`. */
  readonly journalTable?: string | undefined
  /** Called where a request has to wait for capacity; must not throw. Default nobody watches. */
  readonly onWait?: WatchWait | undefined
}

/** @throws `INVALID_ARGUMENT` */
export function pacedStore(store: Store, given: PacedStoreOptions = {}): PacedStore {
  if (typeof store?.commit !== 'function')
    throw unexpected('store', 'a store, such as dynamodbStore({ client })', store)
  assertOptions(given)
  const { environment: machine = systemEnvironment, journalTable = DEFAULT_JOURNAL_TABLE, onWait, ...scheduler } = given
  if (!isTableName(journalTable)) throw unexpected('journalTable', 'the name of a table', journalTable)
  if (onWait !== undefined && typeof onWait !== 'function') throw unexpected('onWait', 'a function', onWait)
  const options = checkScheduler(scheduler)
  const environment = steady(machine)
  const costs = new Costs()
  const limits = new Limits({ store, environment, options, foundIndex: (...found) => costs.knowIndex(...found) })
  const gates = new Gates()
  const { concurrency, maxQueue, maxWait, coordinate } = options
  const dispatcher = new Dispatcher({ environment, gates, concurrency, maxQueue })
  const leases = coordinate
    ? new Leases({
        store,
        environment,
        journalTable,
        share(table, share) {
          limits.share(table, share)
          dispatcher.wake()
        },
      })
    : undefined
  const pacer = new Pacer({
    environment,
    limits,
    costs,
    gates,
    dispatcher,
    maxWait,
    onWait,
    prepare(tables) {
      const waits = tables.flatMap((table) => [limits.ready(table) ?? [], leases?.use(table) ?? []].flat())
      return waits.length === 0 ? undefined : Promise.all(waits)
    },
  })
  return Object.freeze(ownMethods(new Paced({ store, environment, costs, limits, pacer, leases })))
}

/**
 * Time that passes only when nothing else is left to do: an hour of waiting takes as long as its requests.
 *
 * @module
 */
import type { Environment } from '../../../core/environment.ts'
import type { Store } from '../../../core/store/store.ts'
import { chance } from '../../support/chance.ts'

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

export class VirtualTime implements Environment {
  readonly random = chance(7)
  #now = Date.UTC(2030, 0, 1)
  #sleepers: Sleeper[] = []
  #underWay = 0

  readonly now = (): number => this.#now

  readonly sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const wake = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const sleeper = { at: this.#now + Math.max(0, milliseconds), wake }
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper)
        wake()
      }
      const place = this.#sleepers.findIndex(({ at }) => at > sleeper.at)
      this.#sleepers.splice(place === -1 ? this.#sleepers.length : place, 0, sleeper)
      signal?.addEventListener('abort', abort)
    })

  /** The store a network away: each request takes so many milliseconds. */
  distant(store: Store, latency: number): Store {
    const travel = async <A>(ask: () => Promise<A>): Promise<A> => {
      await this.sleep(latency / 2)
      const answer = await this.during(ask())
      await this.sleep(latency / 2)
      return answer
    }
    return {
      limits: store.limits,
      read: (addresses, options) => travel(() => store.read(addresses, options)),
      query: (request, options) => travel(() => store.query(request, options)),
      scan: (request, options) => travel(() => store.scan(request, options)),
      commit: (plan, options) => travel(() => store.commit(plan, options)),
      write: (writes, options) => travel(() => store.write(writes, options)),
      changes: (request) => store.changes(request),
      describeTable: (table, options) => travel(() => store.describeTable(table, options)),
      updateTable: (change, options) => travel(() => store.updateTable(change, options)),
      createTable: (definition, options) => travel(() => store.createTable(definition, options)),
      deleteTable: (table, options) => travel(() => store.deleteTable(table, options)),
      ...(store.throughput && { throughput: (table, options) => travel(() => store.throughput!(table, options)) }),
      // Others may be on it.
      async close() {},
    }
  }

  /** Time stands still until it is done. */
  async during<A>(work: Promise<A>): Promise<A> {
    this.#underWay++
    return work.finally(() => this.#underWay--)
  }

  /** Lets time pass until the work is done. */
  async run<A>(work: Promise<A>): Promise<A> {
    let isDone = false
    const end = () => {
      isDone = true
    }
    work.then(end, end)
    while (!isDone) {
      do await new Promise<void>((resolve) => setImmediate(resolve))
      while (this.#underWay > 0)
      if (isDone) break
      const next = this.#sleepers.shift()
      if (!next) throw new Error('Nothing is left to wait for, and yet not all is done')
      this.#now = Math.max(this.#now, next.at)
      next.wake()
      while (this.#sleepers[0]?.at === next.at) this.#sleepers.shift()!.wake()
    }
    return work
  }
}

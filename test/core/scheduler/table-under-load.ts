/**
 * A simulated table under load, and what came of it.
 *
 * @module
 */
import { type AdverseStore, memoryStore, type ProvisionedTable } from '../../../adapters/memory/index.ts'
import { all } from '../../../core/expression/condition.ts'
import { type PacedStoreOptions, pacedStore } from '../../../core/scheduler/paced-store.ts'
import type { CommitOutcome } from '../../../core/store/commit-outcome.ts'
import type { RequestOptions, Store } from '../../../core/store/store.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'
import { VirtualTime } from './virtual-time.ts'

export const always = all([])

/** Bytes of `id` and its value, and of the name of the filling, are counted too. */
export const putOf = (table: string, id: string, kilobytes: number): WriteAction => ({
  kind: 'put',
  table,
  key: { id },
  item: { id, fill: 'x'.repeat(Math.floor(kilobytes * 1024) - 20 - id.length) },
  condition: always,
})

let plans = 0
export const planOf = (...actions: readonly WriteAction[]) => ({ id: `plan-${++plans}`, actions })

/** What the store inside saw. */
interface Seen {
  sent: number
  throttled: number
}

function counted(store: Store): Store & { readonly seen: Seen } {
  const seen: Seen = { sent: 0, throttled: 0 }
  return {
    ...store,
    seen,
    async commit(plan, options) {
      const outcome = await store.commit(plan, options)
      seen.sent++
      if (outcome.kind === 'throttled') seen.throttled++
      return outcome
    },
  }
}

export interface World {
  readonly time: VirtualTime
  readonly table: AdverseStore
  readonly seen: Seen
  /** A process of its own, with its own scheduler. */
  open(options?: PacedStoreOptions): ReturnType<typeof pacedStore>
}

export function worldOf(tables: { readonly [table: string]: ProvisionedTable }, latency = 5): World {
  const time = new VirtualTime()
  const table = memoryStore({ adversity: { seed: 1, capacity: { tables } }, now: time.now })
  const inside = counted(table)
  return {
    time,
    table,
    seen: inside.seen,
    open: (options) => pacedStore(time.distant(inside, latency), { environment: time, ...options }),
  }
}

interface Load {
  readonly workers: number
  /** Virtual seconds. */
  readonly seconds: number
  readonly kilobytes: (n: number) => number
  readonly table?: string
  readonly options?: RequestOptions
  /** Different items that each worker writes. Default 50. */
  readonly keys?: number
  /** Milliseconds since the start, after which writes count; default none. */
  readonly from?: number
}

interface Result {
  /** Units a second that were written, of what counts. */
  readonly rate: number
  /** Milliseconds, in order of size. */
  readonly waits: readonly number[]
  readonly outcomes: { readonly [Kind in CommitOutcome['kind']]?: number }
}

export const sizesMixed = (n: number): number => 1 + ((n * 5) % 8)

/** Workers who write as fast as they may, one request each at a time. */
export async function write(time: VirtualTime, store: Store, load: Load, name = 'w'): Promise<Result> {
  const { workers, seconds, kilobytes, table = 'players', options, from = 0, keys = 50 } = load
  const start = time.now()
  const end = start + seconds * 1000
  const waits: number[] = []
  const outcomes: { [Kind in CommitOutcome['kind']]?: number } = {}
  let units = 0
  let n = 0
  const work = async (worker: number): Promise<void> => {
    while (time.now() < end) {
      const size = kilobytes(n++)
      const asked = time.now()
      let consumed = 0
      const { kind } = await store.commit(planOf(putOf(table, `${name}${worker}-${n % keys}`, size)), {
        ...options,
        onConsumed(each) {
          consumed = each[0]?.writeUnits ?? 0
        },
      })
      outcomes[kind] = (outcomes[kind] ?? 0) + 1
      waits.push(time.now() - asked)
      if (time.now() <= end && time.now() > start + from) units += consumed
    }
  }
  await Promise.all([...Array(workers).keys()].map(work))
  return { rate: units / (seconds - from / 1000), waits: waits.sort((a, b) => a - b), outcomes }
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

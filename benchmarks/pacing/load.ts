/**
 * Workers who write as fast as they may, and what came of it.
 *
 * @module
 */
import type { Item } from '../../core/data/item.ts'
import type { Priority } from '../../core/store/capacity.ts'
import type { Counts, Way } from './ways.ts'

export type Sizes = '1 KB' | '1–8 KB'

export interface Load {
  readonly workers: number
  readonly sizes: Sizes
  /** Before it counts, and while it counts. */
  readonly warmUp: number
  readonly seconds: number
  /** Milliseconds that a worker thinks between two writes. Default none. */
  readonly think?: number | undefined
  readonly priority?: Priority | undefined
}

export interface Measured {
  /** Units written while it counted. */
  readonly units: number
  readonly seconds: number
  readonly written: number
  readonly counts: Counts
  /** Milliseconds of each write that counted. */
  readonly latencies: readonly number[]
}

let items = 0

function itemOf(sizes: Sizes, n: number): { readonly item: Item; readonly units: number } {
  const units = sizes === '1 KB' ? 1 : 1 + ((n * 5) % 8)
  const id = `${process.pid}-${++items}`
  return { item: { id, fill: 'x'.repeat(units * 1024 - id.length - 40) }, units }
}

export async function drive(way: Way, load: Load): Promise<Measured> {
  const start = performance.now()
  const [from, to] = [start + load.warmUp * 1000, start + (load.warmUp + load.seconds) * 1000]
  const latencies: number[] = []
  let [units, n, before] = [0, 0, { ...way.counts }]
  const mark = setTimeout(() => {
    before = { ...way.counts }
  }, load.warmUp * 1000)
  const work = async (): Promise<void> => {
    while (performance.now() < to) {
      if (load.think) await new Promise((resolve) => setTimeout(resolve, load.think! * 2 * Math.random()))
      const { item, units: own } = itemOf(load.sizes, n++)
      const asked = performance.now()
      await way.write(item, load.priority)
      const done = performance.now()
      if (done < from || done > to) continue
      units += own
      latencies.push(done - asked)
    }
  }
  const workers = [...Array(load.workers).keys()].map(work)
  await new Promise((resolve) => setTimeout(resolve, to - start))
  const { sent, throttled, errors } = way.counts
  // Who still waits is not waited for: a way that starves somebody would keep the suite for a minute.
  await Promise.race([Promise.all(workers), new Promise((resolve) => setTimeout(resolve, 300))])
  clearTimeout(mark)
  const counts = { sent: sent - before.sent, throttled: throttled - before.throttled, errors: errors - before.errors }
  return { units, seconds: load.seconds, written: latencies.length, counts, latencies }
}

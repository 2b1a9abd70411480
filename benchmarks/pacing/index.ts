/**
 * How much of what was paid for each way of writing uses, how many of its requests are refused, and how long its writes
 * take.
 *
 * @module
 */
import { openLane } from '../lane.ts'
import { percentile } from '../spread.ts'
import type { BenchOptions, Context, Report, Suite } from '../suite.ts'
import { drive, type Load, type Measured } from './load.ts'
import type { LoadOrder } from './load-process.ts'
import { dynamodbPlace, type Place, serverPlace } from './place.ts'
import { type Cell, cellOf, type Fairness, reportOf, titleOf } from './report.ts'
import { openWay, wayNames } from './ways.ts'

const LIMITS = [100, 1000] as const
const PROCESSES = 4
/** Seconds before it counts, in which whoever adapts adapts. */
const WARM_UP = 5

/** Batches are for jobs: they have no interactive writes, and nothing to share. */
const sharing = wayNames.filter((name) => name !== 'batch backoff')

const isReal = ({ endpoint, region }: BenchOptions): boolean => endpoint !== undefined || region !== undefined

async function run({ options, log, confirm }: Context): Promise<Report> {
  const seconds = options.quick ? 1 : 3
  const isOwn = !isReal(options)
  // Four crowds at the lower limit and two at the higher, with small items and with larger ones.
  const measured = 2 * (4 * LIMITS[0] + 2 * LIMITS[1]) * wayNames.length + (LIMITS[1] + 2 * LIMITS[0]) * sharing.length
  const writes = measured * (WARM_UP + seconds)
  await confirm({ reads: 0, writes, storedMegabytes: Math.ceil(writes / 1024) })
  const place = await (isOwn ? serverPlace() : dynamodbPlace(options))
  const tell = <Told>(told: Told, line: string): Told => {
    log(line)
    return told
  }
  try {
    const cells: Cell[] = []
    for (const limit of LIMITS) {
      for (const sizes of ['1 KB', '1–8 KB'] as const) {
        for (const way of wayNames) {
          const measure = async (workers: number): Promise<void> => {
            const opened = openWay(way, await place.target(limit, 1))
            const measured = await drive(opened, { workers, sizes, warmUp: WARM_UP, seconds })
            await opened.close()
            const cell = cellOf({ way, limit, sizes, workers, processes: 1 }, [measured])
            cells.push(tell(cell, `${titleOf(cell)}, ${way}`))
          }
          // One worker cannot ask for a thousand units a second, whatever its way.
          const crowds = limit < 1000 ? [1, 8, 32, 128] : [32, 128]
          // Small ones have tables of their own and leave the machine idle, so they need not wait for each other.
          if (limit < 1000 && isOwn) await Promise.all(crowds.map(measure))
          else for (const workers of crowds) await measure(workers)
        }
      }
    }
    for (const way of sharing) {
      const limit = LIMITS[1]
      const load = { workers: 8, sizes: '1–8 KB', warmUp: WARM_UP, seconds } as const
      const measured = await inProcesses({ name: way, target: await place.target(limit, PROCESSES), load })
      const cell = cellOf({ way, limit, sizes: load.sizes, workers: 8 * PROCESSES, processes: PROCESSES }, measured)
      cells.push(tell(cell, `${titleOf(cell)}, ${way}`))
    }
    const fairness: Fairness[] = []
    for (const way of sharing) fairness.push(tell(await besideBulk(way, place, seconds), `beside a bulk job, ${way}`))
    return reportOf(cells, fairness)
  } finally {
    await place.close()
  }
}

async function inProcesses(order: LoadOrder): Promise<readonly Measured[]> {
  const program = new URL('./load-process.js', import.meta.url)
  const open = (_: unknown, i: number) => openLane<LoadOrder, Measured>(`process ${i + 1}`, program, [])
  const lanes = await Promise.all(Array.from({ length: PROCESSES }, open))
  const measured = await Promise.all(lanes.map((lane) => lane.ask(order)))
  for (const lane of lanes) lane.close()
  return measured
}

async function besideBulk(name: (typeof wayNames)[number], place: Place, seconds: number): Promise<Fairness> {
  const way = openWay(name, await place.target(LIMITS[0], 1))
  const bulk: Load = { workers: 64, sizes: '1–8 KB', warmUp: WARM_UP, seconds: seconds * 2, priority: 'bulk' }
  const interactive: Load = { ...bulk, workers: 4, sizes: '1 KB', think: 200, priority: 'commit' }
  const [ofBulk, ofInteractive] = await Promise.all([drive(way, bulk), drive(way, interactive)])
  await way.close()
  return {
    way: name,
    interactiveP50: percentile(ofInteractive.latencies, 0.5),
    interactiveP99: percentile(ofInteractive.latencies, 0.99),
    bulkP50: percentile(ofBulk.latencies, 0.5),
  }
}

export default {
  name: 'pacing',
  question: 'how much of a provisioned table does each way of writing use, and at what price for those who wait?',
  run,
} satisfies Suite

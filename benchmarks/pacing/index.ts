/**
 * `npm run bench -- pacing`: how much of what was paid for each way of writing uses, how many of its requests are refused,
 * and how long its writes take, against a server on loopback that enforces provisioned capacity, or a real table.
 *
 * Alone: `node --conditions=draftwork-source --import tsx benchmarks/pacing/index.ts --seconds 3`
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { drawBars } from './bars.ts'
import { drive, type Load, type Measured, percentile, type Sizes } from './load.ts'
import type { LoadOrder } from './load-process.ts'
import type { Order } from './server-process.ts'
import { openWay, type Target, type WayName, wayNames } from './ways.ts'

export interface PacingOptions {
  /** That each cell is measured for. */
  readonly seconds: number
  /** A real table instead of the server, with a partition key `id`: what is written to it stays, and is paid for. */
  readonly table?: string | undefined
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** Write units a second of that table. */
  readonly limit?: number | undefined
  /** One way instead of all. */
  readonly only?: string | undefined
  readonly log: (line: string) => void
}

export interface Cell {
  readonly way: WayName
  readonly limit: number
  readonly sizes: Sizes
  readonly workers: number
  readonly processes: number
  /** Of what was paid for. */
  readonly used: number
  /** Of the requests sent. */
  readonly throttled: number
  /** Handed to the caller, for each item written. */
  readonly errors: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Interactive writes beside a bulk job. */
export interface Fairness {
  readonly way: WayName
  readonly interactiveP50: number
  readonly interactiveP99: number
  readonly bulkP50: number
}

export interface PacingReport {
  readonly cells: readonly Cell[]
  readonly fairness: readonly Fairness[]
}

/** Seconds of credit: the table has no more than what it earns while it is measured. */
const CREDIT = 1
/** Seconds before it counts, in which whoever adapts adapts. */
const WARM_UP = 5

const source = (name: string): string =>
  fileURLToPath(new URL(`./${name}${import.meta.url.slice(-3)}`, import.meta.url))

export async function measurePacing(options: PacingOptions): Promise<PacingReport> {
  const { seconds, log } = options
  if (options.table !== undefined && options.limit === undefined) {
    throw new Error('--table: expected --limit too, the write units a second that the table is provisioned with')
  }
  const server = options.table === undefined ? await startServer() : undefined
  const names = wayNames.filter((name) => options.only === undefined || name === options.only)
  let tables = 0
  async function targetOf(limit: number, processes: number): Promise<Target> {
    const table = options.table ?? `pacing-${++tables}`
    await server?.ask({ kind: 'provision', table, provisioned: { read: limit, write: limit, burstSeconds: CREDIT } })
    const endpoint = server?.endpoint ?? options.endpoint
    return { endpoint, region: options.region ?? 'us-east-1', table, limit, processes }
  }
  const limits = options.limit === undefined ? [100, 1000] : [options.limit]
  const cells: Cell[] = []
  try {
    for (const limit of limits) {
      for (const sizes of ['1 KB', '1–8 KB'] as const) {
        for (const name of names) {
          const measure = async (workers: number): Promise<void> => {
            const way = openWay(name, await targetOf(limit, 1))
            const measured = await drive(way, { workers, sizes, warmUp: WARM_UP, seconds })
            await way.close()
            cells.push(cellOf({ way: name, limit, sizes, workers, processes: 1 }, [measured]))
            log(printCell(cells.at(-1)!))
          }
          if (limit < 1000 && server) {
            // Each has a table of its own and leaves the machine idle, so they need not wait for each other.
            await Promise.all([1, 8, 32, 128].map(measure))
          } else {
            // One worker cannot ask for a thousand units a second, whatever its way.
            for (const workers of limit < 1000 ? [1, 8, 32, 128] : [32, 128]) await measure(workers)
          }
        }
      }
    }
    for (const name of names.filter((each) => each !== 'batch backoff')) {
      const limit = Math.max(...limits)
      const load = { workers: 8, sizes: '1–8 KB', warmUp: 4, seconds } as const
      const measured = await inProcesses(4, { name, target: await targetOf(limit, 4), load })
      cells.push(cellOf({ way: name, limit, sizes: load.sizes, workers: 32, processes: 4 }, measured))
      log(printCell(cells.at(-1)!))
    }
    const fairness: Fairness[] = []
    for (const name of names.filter((each) => each !== 'batch backoff')) {
      const way = openWay(name, await targetOf(limits[0]!, 1))
      const bulk: Load = { workers: 64, sizes: '1–8 KB', warmUp: WARM_UP, seconds: seconds * 2, priority: 'bulk' }
      const interactive: Load = { ...bulk, workers: 4, sizes: '1 KB', think: 200, priority: 'commit' }
      const [ofBulk, ofInteractive] = await Promise.all([drive(way, bulk), drive(way, interactive)])
      await way.close()
      fairness.push({
        way: name,
        interactiveP50: percentile(ofInteractive.latencies, 0.5),
        interactiveP99: percentile(ofInteractive.latencies, 0.99),
        bulkP50: percentile(ofBulk.latencies, 0.5),
      })
      log(printFairness(fairness.at(-1)!))
    }
    return { cells, fairness }
  } finally {
    server?.stop()
  }
}

function cellOf(what: Pick<Cell, 'way' | 'limit' | 'sizes' | 'workers' | 'processes'>, all: readonly Measured[]): Cell {
  const sum = (of: (measured: Measured) => number): number => all.reduce((total, each) => total + of(each), 0)
  const latencies = all.flatMap((each) => each.latencies)
  return {
    ...what,
    used: sum(({ units }) => units) / (what.limit * all[0]!.seconds),
    throttled:
      sum(({ counts }) => counts.throttled) /
      Math.max(
        1,
        sum(({ counts }) => counts.sent),
      ),
    errors:
      sum(({ counts }) => counts.errors) /
      Math.max(
        1,
        sum(({ written }) => written),
      ),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  }
}

async function inProcesses(count: number, order: LoadOrder): Promise<readonly Measured[]> {
  const children = await Promise.all([...Array(count)].map(() => child('load-process')))
  return Promise.all(
    children.map(async (each) => {
      each.send(order)
      const [measured] = (await once(each, 'message')) as [Measured]
      return measured
    }),
  )
}

/** Started, and past its first message. */
async function child(name: string): Promise<ChildProcess & { first?: unknown }> {
  const started: ChildProcess & { first?: unknown } = fork(source(name), { execArgv: process.execArgv })
  started.first = (await once(started, 'message'))[0]
  return started
}

async function startServer() {
  const server = await child('server-process')
  return {
    endpoint: (server.first as { readonly endpoint: string }).endpoint,
    async ask(order: Order): Promise<void> {
      server.send(order)
      await once(server, 'message')
    },
    stop: () => server.disconnect(),
  }
}

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`

const printCell = (cell: Cell): string =>
  [
    `${cell.limit} units/s, ${cell.sizes}, ${cell.workers} workers${cell.processes > 1 ? ` in ${cell.processes} processes` : ''}:`.padEnd(
      48,
    ),
    cell.way.padEnd(17),
    `used ${percent(cell.used)}`.padEnd(14),
    `throttled ${percent(cell.throttled, 2)}`.padEnd(20),
    `errors/item ${cell.errors.toFixed(2)}`.padEnd(18),
    `p50 ${cell.p50.toFixed(0)} ms, p99 ${cell.p99.toFixed(0)} ms`,
  ].join(' ')

const printFairness = ({ way, interactiveP50, interactiveP99, bulkP50 }: Fairness): string =>
  `beside a bulk job: ${way.padEnd(17)} interactive p50 ${interactiveP50.toFixed(0)} ms, p99 ${interactiveP99.toFixed(0)} ms; bulk p50 ${bulkP50.toFixed(0)} ms`

const exactly = (value: number) => ({ median: value, min: value, max: value })

/** The suite that `npm run bench` runs. */
const suite = {
  name: 'pacing',
  question: 'how much of a provisioned table does each way of writing use, and at what price for those who wait?',
  async run({ options, log }: SuiteContext) {
    const { cells, fairness } = await measurePacing({ seconds: options.quick ? 1 : 3, log })
    const ours = cells.filter(({ way }) => way === 'draftwork')
    const worst = Math.min(...ours.map(({ used }) => used))
    const throttled = Math.max(...ours.map((cell) => cell.throttled))
    const columns = [
      { name: 'share of provisioned', better: 'more' as const, digits: 3 },
      { name: 'throttled share', better: 'less' as const, digits: 4 },
      { name: 'errors an item', better: 'less' as const, digits: 2 },
      { name: 'p50 ms', digits: 0 },
      { name: 'p99 ms', better: 'less' as const, digits: 0 },
    ]
    const titles = [...new Set(cells.map(titleOf))]
    return {
      sections: [
        ...titles.map((title) => ({
          title,
          columns,
          rows: cells
            .filter((cell) => titleOf(cell) === title)
            .map(({ way, used, throttled: refused, errors, p50, p99 }) => ({
              name: way,
              figures: [used, refused, errors, p50, p99].map(exactly),
            })),
        })),
        {
          title: 'Interactive writes beside a bulk job',
          columns: ['interactive p99 ms', 'interactive p50 ms', 'bulk p50 ms'].map((name) => ({ name, digits: 0 })),
          rows: fairness.map(({ way, interactiveP50, interactiveP99, bulkP50 }) => ({
            name: way,
            figures: [interactiveP99, interactiveP50, bulkP50].map(exactly),
          })),
        },
      ],
      wanted: [
        {
          what: 'draftwork, share of provisioned in its worst cell',
          wanted: '≥ 99 % (≥ 97 % in four processes)',
          got: percent(worst),
          holds: ours.every(({ used, processes }) => used >= (processes > 1 ? 0.97 : 0.99)),
        },
        {
          what: 'draftwork, throttled share in its worst cell',
          wanted: '< 0.1 %',
          got: percent(throttled, 3),
          holds: throttled < 0.001,
        },
      ],
    }
  },
}

interface SuiteContext {
  readonly options: { readonly quick: boolean }
  log(line: string): void
}

const titleOf = ({ limit, sizes, workers, processes }: Cell): string =>
  `${limit} units/s, ${sizes}, ${workers} workers${processes > 1 ? ` in ${processes} processes` : ''}`

export default suite

async function alone(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '3' },
      table: { type: 'string' },
      region: { type: 'string' },
      endpoint: { type: 'string' },
      limit: { type: 'string' },
      only: { type: 'string' },
    },
  })
  const { seconds, limit, ...rest } = values
  const report = await measurePacing({
    ...rest,
    seconds: Number(seconds),
    limit: limit === undefined ? undefined : Number(limit),
    log: (line) => console.log(line),
  })
  const folder = new URL(import.meta.url.includes('/dist/') ? '../../../results/' : '../results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('pacing.json', folder), `${JSON.stringify({ seconds: Number(seconds), ...report }, null, 2)}\n`)
  writeFileSync(new URL('pacing.svg', folder), drawBars(report.cells))
  console.log(`Saved ${fileURLToPath(new URL('pacing.json', folder))} and pacing.svg`)
  process.exit(0)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await alone()

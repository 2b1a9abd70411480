/**
 * Reading and writing many records on a canned server on loopback, which answers faster than any client reads.
 *
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Lane, openLane } from '../lane.ts'
import { ratio, spread } from '../spread.ts'
import type { Context, Report, Section, Suite } from '../suite.ts'
import type { Measured, Reading } from './lane-process.ts'
import { type WayName, ways } from './ways.ts'

const ITEMS = 10_000

const groups: readonly { readonly title: string; readonly base: WayName; readonly ways: readonly WayName[] }[] = [
  {
    title: `scan of ${ITEMS.toLocaleString('en')} records`,
    base: 'raw paginateScan + unmarshall',
    ways: Object.keys(ways).filter((name) => /scan|segments/i.test(name)) as WayName[],
  },
  {
    title: `${ITEMS.toLocaleString('en')} records by key`,
    base: 'raw BatchGetItem, one after the other, + unmarshall',
    ways: Object.keys(ways).filter((name) => /Get|getMany/.test(name)) as WayName[],
  },
  {
    title: `${ITEMS.toLocaleString('en')} records put`,
    base: 'raw BatchWriteItem, one after the other, + marshall',
    ways: Object.keys(ways).filter((name) => /Write|putMany/.test(name)) as WayName[],
  },
]

async function run({ options, log }: Context): Promise<Report> {
  const server = fork(fileURLToPath(new URL('./canned-server.js', import.meta.url)))
  const [port] = (await once(server, 'message')) as [number]
  const program = new URL('./lane-process.js', import.meta.url)
  const open = (name: WayName) => openLane<Reading, Measured>(name, program, [`http://127.0.0.1:${port}`, name])
  try {
    const sections: Section[] = []
    const ratios = new Map<WayName, number>()
    for (const group of groups) {
      const lanes: Lane<Reading, Measured>[] = []
      for (const name of group.ways) lanes.push(await open(name))
      const measured = new Map<string, Measured[]>(lanes.map(({ name }) => [name, []]))
      // The first round warms up.
      for (let round = 0; round <= options.rounds; round++) {
        log(`${group.title}, round ${round} of ${options.rounds}`)
        for (const lane of lanes) {
          const answer = await lane.ask({ items: ITEMS })
          if (round > 0) measured.get(lane.name)!.push(answer)
        }
      }
      for (const lane of lanes) lane.close()
      sections.push(sectionOf(group.title, group.base, measured))
      const time = (name: string) => measured.get(name)!.map(({ milliseconds }) => milliseconds)
      for (const name of group.ways) ratios.set(name, ratio(time(group.base), time(name)).median)
    }
    const memory = await memoryOf(open, options.quick ? 5 : 10, log)
    const atLeast = (name: WayName, least: number) => ({
      what: `${name}, against the raw way`,
      wanted: `≥ ${least.toFixed(1)}×`,
      got: `${ratios.get(name)!.toFixed(2)}×`,
      holds: ratios.get(name)! >= least,
    })
    return {
      sections: [...sections, memory],
      wanted: [
        atLeast('draftwork scan, tunedClient', 1.5),
        atLeast('draftwork scan, 4 segments, tunedClient', 3),
        atLeast('draftwork getMany, tunedClient', 2),
      ],
    }
  } finally {
    server.disconnect()
  }
}

function sectionOf(title: string, base: string, measured: ReadonlyMap<string, readonly Measured[]>): Section {
  const rate = (samples: readonly Measured[]) => samples.map(({ milliseconds }) => (ITEMS * 1000) / milliseconds)
  return {
    title,
    columns: [
      { name: '× raw', better: 'more', digits: 2 },
      { name: 'records/s', better: 'more', digits: 0 },
      { name: 'CPU µs/record', better: 'less', digits: 1 },
      { name: 'peak MB', better: 'less', digits: 0 },
    ],
    rows: [...measured].map(([name, samples]) => ({
      name,
      figures: [
        ratio(rate(samples), rate(measured.get(base)!)),
        spread(rate(samples)),
        spread(samples.map(({ cpuMicroseconds }) => cpuMicroseconds / ITEMS)),
        spread(samples.map(({ megabytes }) => megabytes)),
      ],
    })),
  }
}

/** What a process in which V8 takes room as it likes has taken at most, the raw way beside ours. */
const measuredForMemory = [
  'raw paginateScan + unmarshall',
  'draftwork scan, tunedClient',
  'draftwork scan, 4 segments, tunedClient',
] as const

/** Fresh processes: what one has taken it does not give back. */
async function memoryOf(
  open: (name: WayName) => Promise<Lane<Reading, Measured>>,
  times: number,
  log: Context['log'],
): Promise<Section> {
  const rows: Section['rows'][number][] = []
  for (const name of measuredForMemory) {
    const megabytes: number[] = []
    for (const items of [ITEMS, ITEMS * times]) {
      log(`memory of ${name}, ${items.toLocaleString('en')} records`)
      const lane = await open(name)
      megabytes.push((await lane.ask({ items })).megabytes)
      lane.close()
    }
    const [small, large] = megabytes as [number, number]
    rows.push({ name, figures: [spread([large / small]), spread([small]), spread([large])] })
  }
  return {
    title: `memory as the table grows ${times}-fold`,
    columns: [
      { name: '× the small table', better: 'less', digits: 2 },
      { name: 'small: peak MB', better: 'less', digits: 0 },
      { name: 'large: peak MB', better: 'less', digits: 0 },
    ],
    rows,
  }
}

export default {
  name: 'bulk',
  question: 'how fast are many records read and written, validated, beside raw pages with unmarshall?',
  run,
} satisfies Suite

/**
 * Commits a second when many work on the same records, and what each commit takes.
 *
 * @module
 */
import { type Counted, connect, counting, tableName } from '../dynamodb.ts'
import { percentile, ratio, spread } from '../spread.ts'
import type { Context, Report, Section, Suite } from '../suite.ts'
import { byHand } from './by-hand-ways.ts'
import { draftworkWay } from './draftwork-way.ts'
import { onOwnTables } from './own-tables.ts'
import { pocketgemsWay } from './pocketgems-way.ts'
import type { OpenWay, Setting, Way } from './way.ts'

/** The first is what all others are compared with. */
const ways: Readonly<Record<string, (setting: Setting) => Promise<OpenWay>>> = {
  'version attribute, jittered backoff': onOwnTables((setting) => byHand(setting, 'version')),
  'field condition by hand': onOwnTables((setting) => byHand(setting, 'field')),
  'update without condition': onOwnTables((setting) => byHand(setting, 'none')),
  draftwork: onOwnTables((setting) => draftworkWay(setting)),
  'draftwork, without history': onOwnTables((setting) => draftworkWay(setting, false)),
  '@pocketgems/dynamodb': pocketgemsWay,
}

interface Story {
  readonly name: string
  readonly commitsEach: number
  /** One commit of one worker. */
  readonly commit: (way: Way, worker: number, n: number) => Promise<number>
}

const stories: readonly Story[] = [
  { name: 'own fields of one record', commitsEach: 50, commit: (way, worker) => way.add(`f${worker}`) },
  { name: 'one field of one record', commitsEach: 5, commit: (way) => way.add('f0') },
  { name: 'transfers between 100 accounts', commitsEach: 20, commit: (way) => transfer(way, 100) },
  { name: 'transfers between 10 accounts', commitsEach: 10, commit: (way) => transfer(way, 10) },
]

function transfer(way: Way, accounts: number): Promise<number> {
  const from = Math.floor(Math.random() * accounts)
  const to = (from + 1 + Math.floor(Math.random() * (accounts - 1))) % accounts
  return way.transfer(`a${from}`, `a${to}`)
}

/** Workers that run every story once before anything is measured: what a process does first is slower, whoever it calls. */
const WARMING = 8

interface Measured {
  readonly perSecond: number
  readonly attempts: number
  readonly requests: number
  readonly p50: number
  readonly p99: number
}

async function measure(story: Story, way: Way, workers: number, counted: Counted): Promise<Measured> {
  const requests = counted.requests
  const times: number[] = []
  let attempts = 0
  const begin = performance.now()
  const work = async (worker: number): Promise<void> => {
    for (let n = 0; n < story.commitsEach; n++) {
      const start = performance.now()
      const took = await story.commit(way, worker, n)
      attempts += took
      times.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
  const seconds = (performance.now() - begin) / 1000
  return {
    perSecond: times.length / seconds,
    attempts: attempts / times.length,
    requests: (counted.requests - requests) / times.length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  }
}

async function run({ options, log, confirm }: Context): Promise<Report> {
  const crowds = options.quick ? [1, 32] : [1, 8, 32, 64]
  // Each takes seconds, and its figures are means over many commits already.
  const rounds = Math.min(options.rounds, 3)
  const workers = crowds.reduce((a, b) => a + b) * rounds + WARMING
  const commits = stories.reduce((sum, story) => sum + story.commitsEach, 0) * workers
  // A commit takes up to four attempts of the slowest way, each of a read and up to four units of writing.
  const spent = commits * Object.keys(ways).length * 4
  await confirm({ reads: spent * 2, writes: spent * 4, storedMegabytes: 1 })

  const makeClient = await connect(options)
  const counted = counting(makeClient())
  const opened: { readonly name: string; readonly way: OpenWay }[] = []
  try {
    for (const [name, open] of Object.entries(ways)) {
      const setting = {
        counted,
        board: tableName(options, 'board'),
        accounts: tableName(options, 'accounts'),
        journal: tableName(options, 'journal'),
      }
      opened.push({ name, way: await open(setting) })
    }
    for (const { name, way } of opened) {
      log(`warming up ${name}`)
      for (const story of stories) await measure(story, way, WARMING, counted)
    }
    const sections: Section[] = []
    const wanted: Report['wanted'][number][] = []
    for (const story of stories) {
      for (const workers of crowds) {
        const measured = new Map<string, Measured[]>(opened.map(({ name }) => [name, []]))
        for (let round = 0; round < rounds; round++) {
          log(`${story.name}, ${workers} workers, round ${round + 1} of ${rounds}`)
          // Each round begins with another one, so that none always follows the same neighbour.
          for (let i = 0; i < opened.length; i++) {
            const { name, way } = opened[(i + round) % opened.length]!
            measured.get(name)!.push(await measure(story, way, workers, counted))
          }
        }
        sections.push(sectionOf(`${story.name}, ${workers} workers`, measured))
        if (story === stories[0] && workers > 1) wanted.push(...wantedOf(workers, measured))
      }
    }
    return { sections, wanted }
  } finally {
    await Promise.all(opened.map(({ way }) => way.close()))
  }
}

function sectionOf(title: string, measured: ReadonlyMap<string, readonly Measured[]>): Section {
  const [base] = [...measured.values()] as [Measured[]]
  const of = (samples: readonly Measured[], name: keyof Measured) => samples.map((each) => each[name])
  return {
    title,
    columns: [
      { name: '× version attribute', better: 'more', digits: 2 },
      { name: 'commits/s', better: 'more', digits: 0 },
      { name: 'attempts', better: 'less', digits: 2 },
      { name: 'requests', better: 'less', digits: 2 },
      { name: 'p50 ms', better: 'less', digits: 0 },
      { name: 'p99 ms', better: 'less', digits: 0 },
    ],
    rows: [...measured].map(([name, samples]) => ({
      name,
      figures: [
        ratio(of(samples, 'perSecond'), of(base, 'perSecond')),
        ...(['perSecond', 'attempts', 'requests', 'p50', 'p99'] as const).map((figure) => spread(of(samples, figure))),
      ],
    })),
  }
}

function wantedOf(workers: number, measured: ReadonlyMap<string, readonly Measured[]>): Report['wanted'] {
  const ours = measured.get('draftwork')!
  const rate = (name: string) => measured.get(name)!.map(({ perSecond }) => perSecond)
  const share = ratio(rate('draftwork'), rate('field condition by hand')).median
  const attempts = Math.max(...ours.map((each) => each.attempts))
  const requests = Math.max(...ours.map((each) => each.requests))
  const what = `own fields, ${workers} workers`
  return [
    { what: `${what}: attempts a commit`, wanted: '1', got: attempts.toFixed(2), holds: attempts === 1 },
    // One more, off the commit's path, each time that a record's tail is sealed: once in some ten to twenty commits.
    { what: `${what}: requests a commit`, wanted: '2', got: requests.toFixed(2), holds: requests < 2.05 },
    {
      what: `${what}: commits/s against field conditions`,
      wanted: '≥ 0.95',
      got: share.toFixed(2),
      holds: share >= 0.95,
    },
  ]
}

export default {
  name: 'contention',
  question: 'how many commits a second do many workers get on the same records, and what does each take?',
  run,
} satisfies Suite

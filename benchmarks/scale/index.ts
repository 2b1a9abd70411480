/**
 * What a commit costs against how much was loaded and how much was changed. On the memory store, so that nothing but the
 * engine is measured.
 *
 * @module
 */
import { setTimeout } from 'node:timers/promises'
import { memoryStore } from '../../adapters/memory/index.ts'
import { createEngine } from '../../core/index.ts'
import { collectGarbage } from '../garbage.ts'
import { Reference, record } from '../reference-record.ts'
import { exactly, ratio, spread } from '../spread.ts'
import type { Context, Report, Section, Suite } from '../suite.ts'
import { manyVersions } from './versions.ts'

const LOADED = [1, 10, 100, 1000] as const
const CHANGED = [1, 10, 50, 100] as const

const SETTLED_MS = 20

interface Shot {
  readonly loaded: number
  readonly changed: number
}

async function run(context: Context): Promise<Report> {
  const { options, log } = context
  const store = memoryStore()
  const { unitOfWork, tables } = createEngine({ store, models: [Reference] })
  await tables.create()
  const most = LOADED.at(-1)!
  for (let i = 0; i < most; i += 50) {
    await unitOfWork.run('fill', async (work) => {
      for (let n = i; n < i + 50; n++) work.create(Reference, record(`r${n}`))
    })
  }
  let volume = 0

  /** CPU of the commit alone, in microseconds: from the function's return to the end. */
  async function commit({ loaded, changed }: Shot): Promise<number> {
    let before = process.cpuUsage()
    await unitOfWork.run(
      'scale',
      async (work) => {
        const ids = Array.from({ length: loaded }, (_, i) => ({ id: `r${i}` }))
        const found = await work.getMany(Reference, ids)
        for (const each of found.slice(0, changed)) {
          work.change(each!, (draft) => {
            draft.settings.volume = volume++
          })
        }
        // The garbage of loading is not the commit's; V8 goes on sweeping beside the program for a while.
        collectGarbage()
        await setTimeout(SETTLED_MS)
        before = process.cpuUsage()
      },
      // What is only read is not guarded here, as a thousand checks would be more than a transaction takes.
      { guard: 'writes' },
    )
    const { user, system } = process.cpuUsage(before)
    return user + system
  }

  async function measure(shots: readonly Shot[], name: string): Promise<number[][]> {
    const samples = shots.map((): number[] => [])
    const repeats = options.quick ? 5 : 10
    for (let round = -2; round < options.rounds; round++) {
      log(`${name}, round ${Math.max(0, round + 1)} of ${options.rounds}`)
      for (const [i, shot] of shots.entries()) {
        let sum = 0
        for (let n = 0; n < repeats; n++) sum += await commit(shot)
        if (round >= 0) samples[i]!.push(sum / repeats)
      }
    }
    return samples
  }

  const loaded = await measure(
    LOADED.map((n) => ({ loaded: n, changed: 1 })),
    'loaded',
  )
  const changed = await measure(
    CHANGED.map((n) => ({ loaded: n, changed: n })),
    'changed',
  )
  const perRecord = changed.map((samples, i) => samples.map((sample) => sample / CHANGED[i]!))
  const growth = ratio(loaded.at(-1)!, loaded[0]!).median
  const slope = ratio(perRecord.at(-1)!, perRecord[1]!).median
  const versions = await manyVersions(context)
  return {
    sections: [
      sectionOf('one record changed, against records loaded', LOADED, loaded, loaded[0]!),
      sectionOf('CPU a record, against records changed', CHANGED, perRecord, perRecord[0]!),
      versions.section,
    ],
    wanted: [
      { what: '1,000 records loaded against 1', wanted: '≤ 1.5×', got: `${growth.toFixed(2)}×`, holds: growth <= 1.5 },
      {
        what: 'CPU a record, 100 changed against 10',
        wanted: '≤ 1.5×',
        got: `${slope.toFixed(2)}×`,
        holds: slope <= 1.5,
      },
      {
        what: 'CPU a version folded, ten times as many',
        wanted: '≤ 1.5×',
        got: `${versions.growth.toFixed(2)}×`,
        holds: versions.growth <= 1.5,
      },
    ],
  }
}

const sectionOf = (
  title: string,
  sizes: readonly number[],
  samples: readonly (readonly number[])[],
  base: readonly number[],
): Section => ({
  title,
  columns: [
    { name: '× one', better: 'less', digits: 2 },
    { name: 'CPU µs of the commit', better: 'less', digits: 0 },
    { name: 'records', digits: 0 },
  ],
  rows: sizes.map((size, i) => ({
    name: `${size.toLocaleString('en')} records`,
    figures: [ratio(samples[i]!, base), spread(samples[i]!), exactly(size)],
  })),
})

export default {
  name: 'scale',
  question: 'what does a commit cost against how much was loaded and changed, and a history against its length?',
  run,
} satisfies Suite

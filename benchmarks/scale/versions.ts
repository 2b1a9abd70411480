/**
 * A record of very many versions: what reading its whole history costs, and what reading one version of it does.
 *
 * @module
 */
import * as t from 'io-ts'
import { memoryStore } from '../../adapters/memory/index.ts'
import { createEngine, defineModel } from '../../core/index.ts'
import { collectGarbage } from '../garbage.ts'
import { exactly, ratio } from '../spread.ts'
import type { Context, Section } from '../suite.ts'

const Counter = defineModel({
  name: 'Counter',
  table: 'counters',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, n: t.number }),
})

interface Cost {
  readonly versions: number
  /** CPU microseconds a version. */
  readonly fold: number
  /** Megabytes of heap beyond what the store takes, at most. */
  readonly megabytes: number
  /** CPU microseconds. */
  readonly oldVersion: number
  readonly lastVersion: number
}

/** Cost a version at the full size, against a tenth of it; and all figures. */
export async function manyVersions({ options, log }: Context): Promise<{ section: Section; growth: number }> {
  const sizes = options.quick ? [1000, 10_000] : [100_000, 1_000_000]
  const { tables, unitOfWork, history, close } = createEngine({ store: memoryStore(), models: [Counter] })
  await tables.create()
  const key = { id: 'a' }
  await unitOfWork.run('create', (work) => work.create(Counter, { ...key, n: 1 }))
  let made = 1
  const costs: Cost[] = []
  for (const versions of sizes) {
    for (; made < versions; made++) {
      if (made % 10_000 === 0) log(`version ${made.toLocaleString('en')}`)
      await unitOfWork.run('count', (work) => work.blind(Counter, key, (counter) => counter.increment('n', 1)))
    }
    log(`folding ${versions.toLocaleString('en')} versions`)
    costs.push({ versions, ...(await fold(versions)) })
  }
  await close()
  const [small, large] = costs as [Cost, Cost]
  return {
    growth: large.fold / small.fold,
    section: {
      title: 'one record of many versions',
      columns: [
        { name: '× a version', better: 'less', digits: 2 },
        { name: 'CPU µs a version folded', better: 'less', digits: 1 },
        { name: 'MB meanwhile', better: 'less', digits: 0 },
        { name: 'CPU µs of an old version', better: 'less', digits: 0 },
        { name: 'of the last but one', better: 'less', digits: 0 },
      ],
      rows: costs.map((cost) => ({
        name: `${cost.versions.toLocaleString('en')} versions`,
        figures: [
          ratio([cost.fold], [small.fold]),
          exactly(cost.fold),
          exactly(cost.megabytes),
          exactly(cost.oldVersion),
          exactly(cost.lastVersion),
        ],
      })),
    },
  }

  async function fold(versions: number): Promise<Omit<Cost, 'versions'>> {
    collectGarbage()
    const heap = process.memoryUsage().heapUsed
    let most = 0
    let seen = 0
    let last: unknown
    const cpu = await cpuOf(async () => {
      for await (const { changes } of history.of(Counter, key)) {
        seen++
        last = changes.at(-1)?.new
        if (seen % (versions / 10) !== 0) continue
        collectGarbage()
        most = Math.max(most, process.memoryUsage().heapUsed - heap)
      }
    })
    if (seen !== versions || Number(last) !== versions) throw new Error(`Expected ${versions} versions, saw ${seen}`)
    const version = (number: number) => () => history.at(Counter, key, { version: number })
    return {
      fold: cpu / versions,
      megabytes: most / 1024 ** 2,
      oldVersion: await cpuOf(version(versions / 2)),
      lastVersion: await cpuOf(version(versions - 1)),
    }
  }
}

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

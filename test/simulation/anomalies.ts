/**
 * The anomalies of https://github.com/ept/hermitage as scripts over the public API. Each says whether the anomaly showed
 * in units of work that were committed, for one way to read.
 *
 * @module
 */
import { createEngine, defineModel, type UnitOfWork } from 'draftwork'
import { memoryStore } from 'draftwork/memory'
import * as t from 'io-ts'
import type { Store } from '../../core/store/store.ts'
import { begin, RolledBack, type Seen, type Step } from './interleaving.ts'

/** `peek` reads without a guard under the default guard. */
export const columns = ['reads', 'writes', 'peek'] as const
type Column = (typeof columns)[number]

const Row = defineModel({
  name: 'Row',
  table: 'rows',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, value: t.number }),
})

/** A fresh table with x = 10 and y = 20, and short ways to work on it. */
export async function stage(column: Column, store: Store = memoryStore()) {
  const engine = createEngine({ store, models: [Row] })
  await engine.tables.create()
  const { unitOfWork } = engine
  const find = async (work: UnitOfWork, id: string) =>
    (await (column === 'peek' ? work.peek(Row, { id }) : work.find(Row, { id })))?.value
  await unitOfWork.run((work) => {
    work.create(Row, { id: 'x', value: 10 })
    work.create(Row, { id: 'y', value: 20 })
  })
  return {
    begin: () => begin(unitOfWork, column === 'writes' ? { guard: 'writes' } : {}),
    /** What is stored in the end. */
    stored: (id: string) => unitOfWork.run(async (work) => (await work.find(Row, { id }))?.value),
    /** Remembers the value, by default under the name of its row. */
    read:
      (id: string, name = id): Step =>
      async (work, seen) => {
        seen[name] = await find(work, id)
      },
    /** Remembers which of these there are. */
    readMany:
      (ids: readonly string[], name: string): Step =>
      async (work, seen) => {
        const records =
          column === 'peek'
            ? await Promise.all(ids.map((id) => work.peek(Row, { id })))
            : await work.getMany(
                Row,
                ids.map((id) => ({ id })),
              )
        seen[name] = records.flatMap((record) => (record ? [record.id] : [])).join(' ')
      },
    /** Sets the value, to a number or to what follows from what was seen. */
    write:
      (id: string, value: number | ((seen: Seen) => number)): Step =>
      async (work, seen) => {
        const next = typeof value === 'number' ? value : value(seen)
        work.change(await work.get(Row, { id }), (draft) => {
          draft.value = next
        })
      },
    create:
      (id: string, value: number): Step =>
      (work) =>
        work.create(Row, { id, value }),
  }
}

type Stage = Awaited<ReturnType<typeof stage>>

/** Whether the anomaly showed. */
type Anomaly = (stage: Stage) => Promise<boolean>

const fail: Step = () => {
  throw new RolledBack()
}
const numberOf = (seen: Seen, name: string): number => Number(seen[name])

export const anomalies: Readonly<Record<string, Anomaly>> = {
  'G0 dirty write': async ({ begin, write, stored }) => {
    const [one, two] = [begin(), begin()]
    await one.step(write('x', 11))
    await two.step(write('x', 12))
    await one.step(write('y', 21))
    await one.end()
    await two.step(write('y', 22))
    await two.end()
    return (await stored('x')) !== 12 || (await stored('y')) !== 22
  },
  'G1a aborted read': async ({ begin, read, write }) => {
    const [one, two] = [begin(), begin()]
    await one.step(write('x', 101))
    await two.step(read('x', 'before'))
    await one.step(fail)
    await one.end()
    await two.step(read('x', 'after'))
    const seen = await two.end()
    return seen?.['before'] === 101 || seen?.['after'] === 101
  },
  'G1b intermediate read': async ({ begin, read, write }) => {
    const [one, two] = [begin(), begin()]
    await one.step(write('x', 101))
    await two.step(read('x', 'before'))
    await one.step(write('x', 11))
    await one.end()
    await two.step(read('x', 'after'))
    const seen = await two.end()
    return seen?.['before'] === 101 || seen?.['after'] === 101
  },
  'G1c circular flow': async ({ begin, read, write }) => {
    const [one, two] = [begin(), begin()]
    await one.step(write('x', 11))
    await two.step(write('y', 22))
    await one.step(read('y'))
    await two.step(read('x'))
    const [mine, theirs] = await Promise.all([one.end(), two.end()])
    return mine?.['y'] === 22 && theirs?.['x'] === 11
  },
  'OTV vanishing transaction': async ({ begin, read, write }) => {
    const [one, two, three] = [begin(), begin(), begin()]
    await one.step(write('x', 11))
    await one.step(write('y', 19))
    await two.step(write('x', 12))
    await one.end()
    await two.step(write('y', 18))
    await two.end()
    await three.step(read('x'))
    await three.step(read('y'))
    const seen = await three.end()
    return seen?.['x'] === 12 && seen?.['y'] === 19
  },
  'PMP changed predicate': async ({ begin, readMany, create }) => {
    const [one, two] = [begin(), begin()]
    await one.step(readMany(['x', 'y', 'z'], 'before'))
    await two.step(create('z', 30))
    await two.end()
    await one.step(readMany(['x', 'y', 'z'], 'after'))
    const seen = await one.end()
    return seen !== undefined && seen['before'] !== seen['after']
  },
  'P4 lost update': async ({ begin, read, write, stored }) => {
    const [one, two] = [begin(), begin()]
    const increment = write('x', (seen) => numberOf(seen, 'x') + 1)
    await one.step(read('x'))
    await two.step(read('x'))
    await one.step(increment)
    const mine = await one.end()
    await two.step(increment)
    const theirs = await two.end()
    return mine !== undefined && theirs !== undefined && (await stored('x')) !== 12
  },
  'G-single read skew, read only': async ({ begin, read, write }) => {
    const [one, two] = [begin(), begin()]
    await one.step(read('x'))
    await two.step(write('x', 12))
    await two.step(write('y', 18))
    await two.end()
    await one.step(read('y'))
    const seen = await one.end()
    return seen?.['x'] === 10 && seen['y'] === 18
  },
  'G-single read skew, with a write': async ({ begin, create, read, write }) => {
    const [one, two] = [begin(), begin()]
    await one.step(read('x'))
    await two.step(write('x', 12))
    await two.step(write('y', 18))
    await two.end()
    await one.step(read('y'))
    await one.step(create('report', 0))
    const seen = await one.end()
    return seen?.['x'] === 10 && seen['y'] === 18
  },
  'G2-item write skew': async ({ begin, read, write }) => {
    const [one, two] = [begin(), begin()]
    for (const id of ['x', 'y']) {
      await one.step(read(id))
      await two.step(read(id))
    }
    await one.step(write('x', 11))
    await two.step(write('y', 21))
    const mine = await one.end()
    const theirs = await two.end()
    return mine?.['y'] === 20 && theirs?.['x'] === 10
  },
  'G2 phantom write skew': async ({ begin, create, readMany }) => {
    const [one, two] = [begin(), begin()]
    await one.step(readMany(['a', 'b'], 'there'))
    await two.step(readMany(['a', 'b'], 'there'))
    await one.step(create('a', 1))
    await two.step(create('b', 1))
    const mine = await one.end()
    const theirs = await two.end()
    return mine?.['there'] === '' && theirs?.['there'] === ''
  },
}

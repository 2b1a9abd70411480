/**
 * What leaves a tail is cut off by the next commit, in its own write; only where none comes, by a write of its own.
 *
 * @module
 */
import { createEngine, defineModel, type WritePlan } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { all } from '../../../core/expression/condition.ts'
import type { UpdateAction } from '../../../core/expression/update.ts'
import { putBlock } from '../../../core/journal/block.ts'
import { cutFirst, generationOf, tailOf } from '../../../core/journal/tail.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { meanwhile, type Twist, times, type WatchedStore, watchedStore } from '../../support/watched-store.ts'

const counter = {
  name: 'Counter',
  table: 'counters',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, n: t.number, m: t.number }),
  history: { entries: 4 },
} as const

const Counter = defineModel(counter)

const key = { id: 'c' }

/** Pauses end when the test says so, or when they are given up. */
async function counters() {
  const memory = memoryStore()
  const pauses: (() => void)[] = []
  const open = () => {
    const store = watchedStore(memory)
    const environment = {
      now: Date.now,
      random: Math.random,
      sleep: (_: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          pauses.push(resolve)
          signal?.addEventListener('abort', () => resolve())
        }),
    }
    const engine = createEngine({ store, models: [Counter], environment })
    const count = (field: 'n' | 'm' = 'n') =>
      engine.unitOfWork.run(async (work) => {
        work.change(await work.get(Counter, key), (draft) => void draft[field]++)
      })
    return { ...engine, plans: () => plansOf(store), count }
  }
  const engine = open()
  await engine.unitOfWork.run((work) => void work.create(Counter, { ...key, n: 0, m: 0 }))
  return {
    ...engine,
    open,
    pass: () => {
      for (const end of pauses.splice(0)) end()
    },
    tail: async () => {
      const [item] = await memory.read([{ table: 'counters', key }], { consistent: true })
      return (item!['_h'] as readonly string[]).length
    },
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

const plansOf = ({ commits }: WatchedStore): readonly WritePlan[] => commits.map(({ plan }) => plan)

const cuts = ({ actions: [action] }: WritePlan): readonly UpdateAction[] =>
  action?.kind === 'update' ? action.update.filter(({ kind, path }) => kind === 'remove' && path[0] === '_h') : []
const isCut = (plan: WritePlan): boolean => cuts(plan).length > 0
const isOnlyCut = (plan: WritePlan): boolean =>
  isCut(plan) && plan.actions[0]?.kind === 'update' && plan.actions[0].update.length === cuts(plan).length

test('the next commit cuts the tail, and nothing else is sent for it', async () => {
  const { count, plans, tail, history } = await counters()
  for (let i = 0; i < 30; i++) {
    await count()
    await soon()
    assert.ok((await tail()) <= 6)
  }
  assert.ok(plans().filter(isCut).length >= 6, 'tails are cut')
  assert.is(plans().filter(isOnlyCut).length, 0)
  // A commit, or the block of three or four.
  assert.ok(plans().length <= 31 + 30 / 3, `${plans().length} writes`)
  assert.equal(await history.verify(Counter, key), { ok: true, versions: 31, problems: [] })
})

for (const kind of storeKinds) {
  test(`a commit appends its entry and cuts others in one update (${kind})`, async () => {
    const store = watchedStore(openStore(kind))
    const prefix = tablePrefix()
    const Own = defineModel({ ...counter, table: `${prefix}-counters` })
    const { unitOfWork, history, tables } = createEngine({ store, models: [Own], journalTable: `${prefix}-journal` })
    await tables.create()
    await unitOfWork.run((work) => void work.create(Own, { ...key, n: 0, m: 0 }))
    for (let i = 1; i <= 40; i++) {
      await unitOfWork.run(async (work) => {
        work.change(await work.get(Own, key), (draft) => void draft.n++)
      })
      await soon()
    }
    assert.ok(plansOf(store).some((plan) => isCut(plan) && !isOnlyCut(plan)))
    assert.equal(await history.verify(Own, key), { ok: true, versions: 41, problems: [] })
    assert.equal((await history.at(Own, key, { version: 20 }))?.n, 19)
  })
}

test('a tail of which no commit comes is cut by itself, and when the engine is closed', async () => {
  for (const end of ['pause', 'close'] as const) {
    const { count, plans, tail, pass, close } = await counters()
    for (let i = 0; i < 4; i++) await count()
    await soon()
    assert.equal([await tail(), plans().filter(isCut).length], [5, 0])
    if (end === 'pause') pass()
    else await close()
    await soon()
    const [cut, ...more] = plans().filter(isCut)
    assert.equal([cuts(cut!).length, isOnlyCut(cut!), more], [3, true, []])
  }
})

test('a commit that meets a tail which another process has cut loses nothing', async () => {
  const { count, tail, open, pass, plans, unitOfWork, history } = await counters()
  for (let i = 0; i < 4; i++) await count()
  await soon()
  await unitOfWork.run(async (work) => {
    const record = await work.get(Counter, key)
    const other = open()
    for (let i = 0; i < 2; i++) {
      await other.count('m')
      await soon()
    }
    assert.ok((await tail()) <= 4, 'the other one has cut it')
    work.change(record, (draft) => void draft.n++)
  })
  pass()
  await soon()
  assert.equal(plans().filter(isOnlyCut), [], 'it does not cut what has been cut')
  assert.equal(await history.verify(Counter, key), { ok: true, versions: 8, problems: [] })
  assert.equal(await unitOfWork.run((work) => work.get(Counter, key)), { ...key, n: 5, m: 2 })
})

// What goes into the last block is the tail as it is, so the deletion asks that it is the one that was read.
test('a deletion that meets a tail which is cut time and again is done, and runs once', async () => {
  const store = watchedStore(memoryStore())
  const Own = defineModel({ ...counter, history: { entries: 64, bytes: 65_536 } })
  const { unitOfWork, history } = createEngine({ store, models: [Own] })
  await unitOfWork.run((work) => void work.create(Own, { ...key, n: 0, m: 0 }))
  for (let i = 0; i < 30; i++) {
    await unitOfWork.run(async (work) => void work.change(await work.get(Own, key), (draft) => void draft.n++))
  }
  const cutOne = meanwhile(async () => {
    const [item] = await store.read([{ table: 'counters', key }], { consistent: true })
    const first = tailOf(item!)[0]!
    const block = {
      generation: generationOf(item!)!,
      entries: [first],
      image: undefined,
      last: undefined,
      isEnd: false,
    }
    const cut = { kind: 'update', table: 'counters', key, update: cutFirst(1), condition: all([]) } as const
    for (const action of [putBlock('draftwork-journal', { table: 'counters', key }, block), cut]) {
      assert.is((await store.commit({ id: 'cut', actions: [action] })).kind, 'committed')
    }
  })
  const asItIs: Twist = (_, apply) => apply()
  store.twist(...times(20, cutOne).flatMap((each) => [each, asItIs, asItIs]))
  let runs = 0
  await unitOfWork.run(async (work) => {
    runs++
    work.delete(await work.get(Own, key))
  })
  assert.is(runs, 1)
  assert.equal(await history.verify(Own, key), { ok: true, versions: 32, problems: [] })
})

test.run()

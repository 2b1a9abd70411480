/**
 * The tail of a record stays short, whatever changes the record.
 *
 * @module
 */
import { createEngine, defineModel, type Store, type UnitOfWork } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { isList } from '../../../core/data/attribute-value.ts'
import type { WritePlan } from '../../../core/store/write-plan.ts'

const Counter = defineModel({
  name: 'Counter',
  table: 'counters',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, n: t.number }),
})

const key = { id: 'c' }

async function counter() {
  const store = memoryStore()
  const engine = createEngine({ store, models: [Counter] })
  await engine.unitOfWork.run((work) => {
    work.create(Counter, { ...key, n: 0 })
  })
  const tail = async (): Promise<number> => {
    const [item] = await store.read([{ table: 'counters', key }], { consistent: true })
    const entries = item!['_h']!
    assert.ok(isList(entries))
    return entries.length
  }
  return { ...engine, tail }
}

const COMMITS = 1500

test('the tail of a record that is changed by drafts stays short', async () => {
  const { unitOfWork, tail } = await counter()
  for (let i = 0; i < COMMITS; i++) {
    await unitOfWork.run(async (work) => {
      work.change(await work.get(Counter, key), (draft) => {
        draft.n++
      })
    })
  }
  assert.ok((await tail()) <= 26, `the tail has ${await tail()} entries`)
  assert.is((await unitOfWork.run((work) => work.get(Counter, key))).n, COMMITS)
})

// It grew by an entry a commit, to the item's limit: whoever changes a record blindly never sees its tail.
test('the tail of a record that is only changed blindly stays short', async () => {
  const { unitOfWork, tail } = await counter()
  for (let i = 0; i < COMMITS; i++) {
    await unitOfWork.run((work) => work.blind(Counter, key, (blind) => blind.increment('n', 1)))
  }
  assert.ok((await tail()) <= 193, `the tail has ${await tail()} entries`)
  assert.is((await unitOfWork.run((work) => work.get(Counter, key))).n, COMMITS)
})

// The resent increment found no trace of the first one, whose id had been trimmed meanwhile, and was applied again.
test('a blind change whose trace was sealed before it is sent again is found there, and not applied twice', async () => {
  const memory = memoryStore()
  const others = createEngine({ store: memory, models: [Counter] })
  await others.unitOfWork.run((work) => {
    work.create(Counter, { ...key, n: 0 })
  })
  const increment = () => others.unitOfWork.run((work) => work.blind(Counter, key, (blind) => blind.increment('n', 1)))
  let sent = 0
  const store: Store = {
    ...memory,
    async commit(plan, options) {
      const outcome = await memory.commit(plan, options)
      if (++sent > 1) return outcome
      for (let i = 0; i < 500; i++) await increment()
      return { kind: 'unknown', cause: new Error('the connection was dropped') }
    },
  }
  const { unitOfWork } = createEngine({ store, models: [Counter] })
  await unitOfWork.run((work) => work.blind(Counter, key, (blind) => blind.increment('n', 1)))
  assert.is((await others.unitOfWork.run((work) => work.get(Counter, key))).n, 501)
})

// Its id had left the tail, and an append or increment fits whatever it meets.
test('a duplicate that arrives late adds nothing to a record that was seen', async () => {
  const store = memoryStore()
  const Log = defineModel({
    name: 'Log',
    table: 'logs',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, n: t.number, lines: t.array(t.string) }),
  })
  const plans: WritePlan[] = []
  const watched: Store = {
    ...store,
    commit(plan, options) {
      plans.push(plan)
      return store.commit(plan, options)
    },
  }
  const { unitOfWork } = createEngine({ store: watched, models: [Log] })
  await unitOfWork.run((work) => void work.create(Log, { ...key, n: 0, lines: [] }))
  const acts: readonly ((work: UnitOfWork) => Promise<unknown>)[] = [
    async (work) => work.change(await work.get(Log, key), ({ lines }) => void lines.push('x')),
    async (work) => {
      await work.peek(Log, key)
      work.blind(Log, key, (blind) => blind.increment('n', 1))
    },
  ]
  for (const act of acts) {
    plans.length = 0
    await unitOfWork.run(async (work) => void (await act(work)))
    const [late] = plans
    for (let i = 0; i < 60; i++)
      await unitOfWork.run((work) => work.blind(Log, key, (blind) => blind.append('lines', 'y')))
    assert.is((await store.commit(late!)).kind, 'conflict')
  }
})

test.run()

/**
 * Once only: an idempotency key makes a unit of work happen once, whoever calls, however often.
 *
 * @module
 */
import { createEngine, defineModel, isEngineError } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import type { Store } from '../../../core/store/store.ts'
import { passingStore } from '../../support/passing-store.ts'

const Account = defineModel({
  name: 'Account',
  table: 'accounts',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, balance: t.number }),
})

const engineOf = (store: Store, now = Date.now) =>
  createEngine({
    store,
    models: [Account],
    environment: { now, random: Math.random, sleep: async () => {} },
  })

const balanceOf = async ({ unitOfWork }: ReturnType<typeof engineOf>): Promise<number> =>
  (await unitOfWork.run((work) => work.get(Account, { id: 'a' }))).balance

async function account(now?: () => number) {
  const store = memoryStore()
  const engine = engineOf(store, now)
  await engine.unitOfWork.run((work) => {
    work.create(Account, { id: 'a', balance: 0 })
  })
  let runs = 0
  const deposit = (options: { key: string; input?: unknown; by?: ReturnType<typeof engineOf> }) =>
    (options.by ?? engine).unitOfWork.run(
      'deposit',
      async (work) => {
        runs++
        const record = await work.get(Account, { id: 'a' })
        work.change(record, (draft) => {
          draft.balance += 5
        })
        return { run: runs }
      },
      { idempotencyKey: options.key, input: options.input },
    )
  return { store, engine, deposit, runs: () => runs }
}

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(isEngineError(error), 'expected an engine error')
  return error
}

test('later calls get the first outcome and do nothing', async () => {
  const { engine, deposit, runs } = await account()
  assert.equal(await deposit({ key: 'order 1' }), { run: 1 })
  assert.equal(await deposit({ key: 'order 1' }), { run: 1 })
  assert.is(runs(), 1)
  assert.is(await balanceOf(engine), 5)
})

test('fifty calls at once happen once and agree', async () => {
  const { engine, deposit } = await account()
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => deposit({ key: 'order 1' })))
  assert.is(new Set(outcomes.map(({ run }) => run)).size, 1)
  assert.is(await balanceOf(engine), 5)
})

// It was told of a CONFLICT, also where nothing but the outcome was in its way.
test('who comes second at the same time gets the first outcome, also where it may not run again', async () => {
  for (const writes of [true, false]) {
    const { store, engine } = await account()
    let meanwhile: (() => Promise<unknown>) | undefined
    const late = engineOf(
      passingStore(store, {
        async commit(plan, options) {
          const first = meanwhile
          meanwhile = undefined
          await first?.()
          return store.commit(plan, options)
        },
      }),
    )
    let runs = 0
    const work = async (by: typeof engine) =>
      by.unitOfWork.run(
        'deposit',
        async (own) => {
          const record = await own.get(Account, { id: 'a' })
          if (writes) {
            own.change(record, (draft) => {
              draft.balance += 5
            })
          }
          return { run: ++runs }
        },
        { idempotencyKey: 'order 1', maxAttempts: 1 },
      )
    meanwhile = () => work(engine)
    assert.equal(await work(late), { run: 2 }, `writes: ${writes}`)
    assert.equal([runs, await balanceOf(engine)], [2, writes ? 5 : 0])
  }
})

test('another engine on the same store, after a restart, gets the first outcome', async () => {
  const { store, deposit } = await account()
  await deposit({ key: 'order 1' })
  const restarted = engineOf(store)
  assert.equal(await deposit({ key: 'order 1', by: restarted }), { run: 1 })
  assert.is(await balanceOf(restarted), 5)
})

test('a unit of work that only reads is kept as well', async () => {
  const { engine } = await account()
  const look = () =>
    engine.unitOfWork.run('look', async (work) => (await work.get(Account, { id: 'a' })).balance, {
      idempotencyKey: 'look',
    })
  assert.is(await look(), 0)
  await engine.unitOfWork.run((work) => {
    work.blind(Account, { id: 'a' }, (blind) => blind.increment('balance', 7))
  })
  assert.is(await look(), 0)
})

test('another function, name or input under the same key is refused before anything is done', async () => {
  const { engine, deposit } = await account()
  await deposit({ key: 'order 1', input: { amount: 5 } })
  const others = [
    deposit({ key: 'order 1', input: { amount: 6 } }),
    deposit({ key: 'order 1' }),
    engine.unitOfWork.run('deposit', async () => 1, { idempotencyKey: 'order 1', input: { amount: 5 } }),
  ]
  for (const other of others) assert.is((await refusal(other)).code, 'INVALID_ARGUMENT')
  assert.is(await balanceOf(engine), 5)
})

test('what only an idempotencyKey gives a meaning is refused without one', async () => {
  const { engine } = await account()
  for (const options of [{ input: 1 }, { keepOutcome: 5 }, { keepOutcome: 5000 }]) {
    const { code, message } = await refusal(engine.unitOfWork.run(() => 1, options))
    assert.is(code, 'INVALID_ARGUMENT')
    assert.match(message, 'given together with an idempotencyKey')
  }
})

test('a function that throws leaves the key free', async () => {
  const { engine } = await account()
  let calls = 0
  const flaky = () =>
    engine.unitOfWork.run(
      async () => {
        if (++calls === 1) throw new Error('not yet')
        return calls
      },
      { idempotencyKey: 'k' },
    )
  await flaky().catch(() => {})
  assert.is(await flaky(), 2)
})

test('an expired outcome is as good as none', async () => {
  let now = 1_700_000_000_000
  const { engine, deposit } = await account(() => now)
  await deposit({ key: 'order 1' })
  now += 8 * 24 * 60 * 60 * 1000
  await deposit({ key: 'order 1' })
  assert.is(await balanceOf(engine), 10)
})

test('a result that could not be given again is refused, with nothing written', async () => {
  const { engine } = await account()
  const error = await refusal(
    engine.unitOfWork.run(
      (work) => {
        work.create(Account, { id: 'b', balance: 1 })
        return { when: new Date() }
      },
      { idempotencyKey: 'k' },
    ),
  )
  assert.match(error.message, /when/)
  assert.is(await engine.unitOfWork.run((work) => work.find(Account, { id: 'b' })), undefined)
})

test('bad keys are refused', async () => {
  const { engine } = await account()
  for (const idempotencyKey of ['', 'x'.repeat(1001), '\ud800', 5 as unknown as string]) {
    assert.is((await refusal(engine.unitOfWork.run(() => 1, { idempotencyKey }))).code, 'INVALID_ARGUMENT')
  }
  const nested = engine.unitOfWork.run(() => engine.unitOfWork.run(() => 1, { idempotencyKey: 'inner' }))
  assert.is((await refusal(nested)).code, 'INVALID_ARGUMENT')
})

test.run()

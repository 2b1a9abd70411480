/**
 * Waiting ends: by a signal, at a deadline, before a queue that is full. Nothing was sent then, and nothing is lost.
 *
 * @module
 */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { type Environment, systemEnvironment } from '../../../core/environment.ts'
import { isEngineError } from '../../../core/errors.ts'
import { defineModel } from '../../../core/model/model.ts'
import { pacedStore } from '../../../core/scheduler/paced-store.ts'
import type { Store } from '../../../core/store/store.ts'
import { planOf, putOf, worldOf } from './table-under-load.ts'

const slow = { players: { read: 10, write: 10 } }
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

test('who is aborted while waiting sends nothing, and the next take its place', async () => {
  const { time, seen, open } = worldOf(slow)
  const store = open()
  const story = async (): Promise<void> => {
    const stop = new AbortController()
    const before = store.commit(planOf(putOf('players', 'before', 20)))
    const large = errorOf(store.commit(planOf(putOf('players', 'large', 100)), { signal: stop.signal }))
    const small = store.commit(planOf(putOf('players', 'small', 1)))
    await time.sleep(2500)
    stop.abort(new Error('enough'))
    const error = await large
    assert.ok(isEngineError(error, 'ABORTED'))
    const start = time.now()
    assert.is((await before).kind, 'committed')
    assert.is((await small).kind, 'committed')
    assert.ok(time.now() - start < 100, 'what was earned for the large one is there for the small one')
    assert.is(seen.sent, 2)
    assert.is(store.capacity()[0]?.queued, 0)
  }
  await time.run(story())
})

test('who gives up gives back what it had reserved of one table while it waited for another', async () => {
  const { time, open } = worldOf({ players: { read: 10, write: 100 }, ledger: { read: 10, write: 10 } })
  const store = open()
  const story = async (): Promise<void> => {
    await store.commit(planOf(putOf('players', 'first', 1), putOf('ledger', 'first', 1)))
    const stop = new AbortController()
    // Of the ledger it needs a second's units, and of the players then nearly as long.
    const both = planOf(putOf('ledger', 'a', 5), putOf('players', 'a', 45))
    const aborted = errorOf(store.commit(both, { signal: stop.signal }))
    await time.sleep(1600)
    stop.abort()
    assert.ok(isEngineError(await aborted, 'ABORTED'))
    const start = time.now()
    await store.commit(planOf(putOf('ledger', 'b', 10)))
    assert.ok(time.now() - start < 100, `${time.now() - start} ms`)
  }
  await time.run(story())
})

test('who gives up between its share and the capacity lets the next of that share through', async () => {
  // The share was kept open for it, and nobody else of that share went ever after.
  const { time, open } = worldOf(slow)
  const store = open()
  const story = async (): Promise<void> => {
    const job = { priority: 'bulk', rate: 0.5 } as const
    await store.commit(planOf(putOf('players', 'first', 20)), job)
    const stop = new AbortController()
    const impatient = errorOf(store.commit(planOf(putOf('players', 'second', 20)), { ...job, signal: stop.signal }))
    await time.sleep(2500)
    const large = store.commit(planOf(putOf('players', 'large', 100)))
    // By now its share would let it go, but what there is goes to the large one.
    await time.sleep(5000)
    stop.abort()
    assert.ok(isEngineError(await impatient, 'ABORTED'))
    const next = store.commit(planOf(putOf('players', 'next', 1)), { ...job, maxWait: 60_000 })
    assert.is((await next).kind, 'committed')
    assert.is((await large).kind, 'committed')
  }
  await time.run(story())
})

test('who watches hears of each wait, and how it ended', async () => {
  const { time, open } = worldOf(slow)
  const waits: string[] = []
  const store = open({
    onWait({ tables, priority }) {
      const name = `${priority} on ${tables}`
      waits.push(name)
      return (failure) => waits.push(`${name}: ${failure?.code ?? 'let go'}`)
    },
  })
  const story = async (): Promise<void> => {
    const stop = new AbortController()
    await store.commit(planOf(putOf('players', 'at once', 1)))
    const second = store.commit(planOf(putOf('players', 'second', 10)))
    const third = errorOf(
      store.commit(planOf(putOf('players', 'third', 10)), { signal: stop.signal, priority: 'bulk' }),
    )
    stop.abort()
    assert.ok(isEngineError(await third, 'ABORTED'))
    await second
  }
  await time.run(story())
  assert.equal(waits, ['commit on players', 'bulk on players', 'bulk on players: ABORTED', 'commit on players: let go'])
  assert.throws(() => open({ onWait: 'me' as never }), /onWait/)
})

test('a signal that is aborted already sends nothing', async () => {
  const { time, seen, open } = worldOf(slow)
  const error = await time.run(
    errorOf(open().commit(planOf(putOf('players', 'a', 1)), { signal: AbortSignal.abort() })),
  )
  assert.ok(isEngineError(error, 'ABORTED'))
  assert.is(seen.sent, 0)
})

test('a commit gives up at its deadline; background work has time', async () => {
  const { time, open } = worldOf(slow)
  const store = open({ maxWait: 1000 })
  const story = async (): Promise<void> => {
    const start = time.now()
    const first = store.commit(planOf(putOf('players', 'a', 50)), { maxWait: 20_000 })
    const second = errorOf(store.commit(planOf(putOf('players', 'b', 1))))
    const bulk = store.commit(planOf(putOf('players', 'c', 1)), { priority: 'bulk' })
    const error = await second
    assert.ok(isEngineError(error, 'THROTTLED'))
    assert.match(error.message, 'writes of players')
    assert.is(time.now() - start, 1000)
    assert.is((await first).kind, 'committed')
    assert.is((await bulk).kind, 'committed')
  }
  await time.run(story())
})

test('a queue that is full refuses at once, and says so', async () => {
  const { time, open } = worldOf(slow)
  const store = open({ maxQueue: 3 })
  const story = async (): Promise<void> => {
    await store.commit(planOf(putOf('players', 'first', 1)))
    const waiting = [1, 2, 3].map((n) => store.commit(planOf(putOf('players', `w${n}`, 10))))
    const error = await errorOf(store.commit(planOf(putOf('players', 'late', 1))))
    assert.ok(isEngineError(error, 'THROTTLED'))
    assert.match(error.message, '3 requests wait for capacity already')
    assert.equal(
      (await Promise.all(waiting)).map(({ kind }) => kind),
      ['committed', 'committed', 'committed'],
    )
  }
  await time.run(story())
})

test('records are read within maxWait, and refused at once where the queue is full', async () => {
  // Each read was sent again ten times after the scheduler had given it up: 12 s in place of 0.3.
  const { time, table } = worldOf({ players: { read: 1000, write: 1000 } })
  const Player = defineModel({
    name: 'Player',
    table: 'players',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, fill: t.string }),
  })
  const scheduler = { limits: { players: { read: 10, write: 10 } }, maxWait: 300, maxQueue: 1 }
  const { records } = createEngine({
    store: time.distant(table, 2),
    models: [Player],
    scheduler,
    environment: time,
  })
  const key = { id: 'a' }
  const story = async (): Promise<void> => {
    await table.commit(planOf(putOf('players', 'a', 300)))
    // It cost more than was thought, so that the next have to wait for long.
    await records.find(Player, key)
    for (const read of [
      () => records.find(Player, key),
      () => records.get(Player, key),
      () => records.query(Player, { key }).first(),
    ]) {
      const start = time.now()
      const [first, second] = await Promise.all([
        errorOf(read()),
        errorOf(read()).then((error) => ({ error, after: time.now() - start })),
      ])
      assert.ok(isEngineError(first, 'THROTTLED') && first.payload.gaveUp)
      assert.is(time.now() - start, 300)
      assert.ok(isEngineError(second.error, 'THROTTLED'))
      assert.match(second.error.message, '1 requests wait for capacity already')
      assert.is(second.after, 0)
    }
    // Work in the background waits for a place.
    const waiting = errorOf(records.find(Player, key))
    assert.is((await records.getMany(Player, [key]).toArray()).length, 1)
    await waiting
  }
  await time.run(story())
})

test('whoever waits when the store is closed is told so at once', async () => {
  // They went on waiting for their turn, minutes at a low limit, only to be refused by the closed store.
  const { time, seen, open } = worldOf(slow)
  const store = open()
  const story = async (): Promise<void> => {
    const waiting = [...Array(50).keys()].map((n) => errorOf(store.commit(planOf(putOf('players', `w${n}`, 9)))))
    await time.sleep(10)
    const start = time.now()
    await store.close()
    const errors = (await Promise.all(waiting)).filter((error) => error !== undefined)
    assert.ok(time.now() - start < 100)
    assert.is(errors.length + seen.sent, 50)
    assert.ok(errors.every((error) => isEngineError(error, 'CLOSED')))
    assert.ok(isEngineError(await errorOf(store.commit(planOf(putOf('players', 'late', 1)))), 'CLOSED'))
    assert.is(store.capacity()[0]?.queued, 0)
  }
  await time.run(story())
})

test('options that make no sense are refused before anything is sent', async () => {
  const { open } = worldOf(slow)
  for (const bad of [
    { share: 0 },
    { share: 2 },
    { maxQueue: 0.5 },
    { limits: { players: { write: -1 } } },
    { shar: 1 },
  ]) {
    assert.throws(
      () => open(bad as never),
      (error: unknown) => isEngineError(error, 'INVALID_ARGUMENT'),
    )
  }
  const error = await errorOf(open().commit(planOf(putOf('players', 'a', 1)), { rate: 7 }))
  assert.ok(isEngineError(error, 'INVALID_ARGUMENT'))
})

test('a wait may be longer than a timer of the machine', async () => {
  // While all slots were busy the scheduler slept until the deadline, by a timer that went off at once: over and over.
  const warnings: string[] = []
  const hear = ({ name }: Error) => void warnings.push(name)
  process.on('warning', hear)
  const inside = memoryStore()
  const slowly: Store = {
    ...inside,
    async commit(plan) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return inside.commit(plan)
    },
  }
  for (const maxWait of [3e9, Number.MAX_SAFE_INTEGER]) {
    let sleeps = 0
    const sleep: Environment['sleep'] = (milliseconds, signal) => {
      sleeps++
      return systemEnvironment.sleep(milliseconds, signal)
    }
    const limits = { players: { read: 10, write: 10 } }
    const environment = { ...systemEnvironment, sleep }
    const store = pacedStore(slowly, { environment, concurrency: 1, maxWait, limits })
    await Promise.all(['a', 'b'].map((id) => store.commit(planOf(putOf('players', id, 1)))))
    assert.ok(sleeps < 10, `slept ${sleeps} times`)
  }
  await inside.close()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', hear)
  assert.not(warnings.includes('TimeoutOverflowWarning'))
})

// Node.js 20 warned of a leak as soon as an eleventh request listened to one signal: of a user's, or of a scan's own.
test('any number of requests may wait under one signal', async () => {
  const warnings: string[] = []
  const hear = ({ message }: Error) => void warnings.push(message)
  process.on('warning', hear)
  const Player = defineModel({
    name: 'Player',
    table: 'players',
    key: { partition: 'id' },
    schema: t.type({ id: t.string }),
  })
  const limits = { players: { read: 500, write: 500 } }
  const { unitOfWork, records, tables, close } = createEngine({
    store: memoryStore(),
    models: [Player],
    scheduler: { limits },
  })
  await tables.create()
  const { signal } = new AbortController()
  await Promise.all(
    [...Array(30).keys()].map((n) =>
      unitOfWork.run((work) => void work.create(Player, { id: `player ${n}` }), { signal }),
    ),
  )
  assert.is((await records.scan(Player, { segments: 30, signal }).toArray()).length, 30)
  assert.is((await records.scan(Player, { segments: 30 }).toArray()).length, 30)
  await close()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', hear)
  assert.equal(
    warnings.filter((message) => message.includes('leak')),
    [],
  )
})

test.run()

/**
 * Several processes on one table, each with its own scheduler, and what they leave each other.
 *
 * @module
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { PacedStore } from '../../../core/scheduler/paced.ts'
import { sizesMixed, type World, worldOf, write } from './table-under-load.ts'

const tables = { players: { read: 100, write: 100, burstSeconds: 1 } }

const closeAll = (world: World, stores: readonly PacedStore[]) =>
  world.time.run(Promise.all(stores.map((store) => store.close())))

test('four that find each other use what there is, in equal parts', async () => {
  const world = worldOf(tables)
  const stores = [1, 2, 3, 4].map(() => world.open({ coordinate: true }))
  const load = { workers: 8, kilobytes: sizesMixed, seconds: 40, from: 5000 }
  const results = await world.time.run(Promise.all(stores.map((store, n) => write(world.time, store, load, `p${n}-`))))
  const rates = results.map(({ rate }) => rate)
  assert.ok(rates.reduce((sum, rate) => sum + rate, 0) >= 97, `${rates}`)
  assert.ok(
    rates.every((rate) => Math.abs(rate - 25) < 2),
    `${rates}`,
  )
  assert.ok(world.seen.throttled < 0.001 * world.seen.sent, `${world.seen.throttled} throttled`)
  await closeAll(world, stores)
})

test('one that joins gets its part, and what one leaves is divided', async () => {
  const world = worldOf(tables)
  const { time } = world
  const [first, second] = [world.open({ coordinate: true }), world.open({ coordinate: true })]
  const limitOf = (store: PacedStore) => store.capacity().find(({ kind }) => kind === 'write')?.limit
  const load = { workers: 8, kilobytes: () => 1 }
  const story = async (): Promise<void> => {
    const all = write(time, first, { ...load, seconds: 30 }, 'a')
    await time.sleep(4000)
    assert.is(limitOf(first), 100)
    const some = write(time, second, { ...load, seconds: 8 }, 'b')
    await time.sleep(3000)
    assert.is(limitOf(first), 50)
    assert.is(limitOf(second), 50)
    await some
    await second.close()
    await time.sleep(2000)
    assert.is(limitOf(first), 100)
    await all
  }
  await time.run(story())
  await closeAll(world, [first])
})

test('the part of one that died is taken over within seconds', async () => {
  const world = worldOf(tables)
  const { time } = world
  let isDead = false
  const [survivor, victim] = [world.open({ coordinate: true }), world.open({ coordinate: true })]
  // A process that was killed beats no more; its clock stops for it.
  const killed = world.open({
    coordinate: true,
    environment: {
      now: time.now,
      random: time.random,
      sleep: (ms, signal) => (isDead ? new Promise(() => {}) : time.sleep(ms, signal)),
    },
  })
  const load = { workers: 8, kilobytes: () => 1 }
  const story = async (): Promise<void> => {
    const all = write(time, survivor, { ...load, seconds: 25 }, 'a')
    void write(time, killed, { ...load, seconds: 8 }, 'b')
    await time.sleep(4000)
    assert.is(survivor.capacity()[0]?.limit, 50)
    isDead = true
    await time.sleep(5500)
    assert.is(survivor.capacity()[0]?.limit, 100)
    await all
  }
  await time.run(story())
  await closeAll(world, [survivor, victim])
})

test('a process that asks for nothing leaves its part to the others', async () => {
  const world = worldOf(tables)
  const { time } = world
  const [busy, idle] = [world.open({ coordinate: true }), world.open({ coordinate: true })]
  const story = async (): Promise<void> => {
    const all = write(time, busy, { workers: 8, kilobytes: () => 1, seconds: 30 }, 'a')
    await write(time, idle, { workers: 1, kilobytes: () => 1, seconds: 2 }, 'b')
    assert.is(busy.capacity()[0]?.limit, 50)
    await time.sleep(14_000)
    assert.is(busy.capacity()[0]?.limit, 100)
    await all
  }
  await time.run(story())
  await closeAll(world, [busy, idle])
})

test('clocks that differ by an hour change nothing', async () => {
  const world = worldOf(tables)
  const { time } = world
  const late = { now: () => time.now() - 3_600_000, random: time.random, sleep: time.sleep }
  const [one, other] = [world.open({ coordinate: true }), world.open({ coordinate: true, environment: late })]
  const load = { workers: 8, kilobytes: () => 1, seconds: 15, from: 4000 }
  const results = await time.run(Promise.all([write(time, one, load, 'a'), write(time, other, load, 'b')]))
  assert.ok(
    results.every(({ rate }) => Math.abs(rate - 50) < 3),
    `${results.map(({ rate }) => rate)}`,
  )
  await closeAll(world, [one, other])
})

test.run()

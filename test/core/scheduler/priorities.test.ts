/**
 * Who goes first: commits, reads, work in the background, bulk; and nobody waits for ever.
 *
 * @module
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { percentile, planOf, putOf, sizesMixed, worldOf, write } from './table-under-load.ts'

test('interactive commits hardly notice a bulk job', async () => {
  const { time, open } = worldOf({ players: { read: 100, write: 100 } })
  const store = open()
  const end = time.now() + 30_000
  const waits: number[] = []
  const interactive = async (): Promise<void> => {
    for (let n = 0; time.now() < end; n++) {
      await time.sleep(100 * time.random())
      const asked = time.now()
      await store.commit(planOf(putOf('players', `i${n}`, 1)))
      waits.push(time.now() - asked)
    }
  }
  const bulk = { workers: 60, kilobytes: sizesMixed, seconds: 30, options: { priority: 'bulk' as const } }
  const [job] = await time.run(Promise.all([write(time, store, bulk, 'bulk'), interactive()]))
  const [p99, ofJob] = [
    percentile(
      waits.sort((a, b) => a - b),
      0.99,
    ),
    percentile(job.waits, 0.5),
  ]
  assert.ok(p99 <= 0.05 * ofJob, `${p99} ms beside ${ofJob} ms of the job`)
  assert.ok(job.rate > 70, `the job has the rest: ${job.rate} units a second`)
})

test('a class that others would starve gets a twentieth', async () => {
  for (const priority of ['read', 'history', 'bulk'] as const) {
    const { time, open } = worldOf({ players: { read: 100, write: 100 } })
    const store = open()
    const lower = { workers: 4, kilobytes: () => 8, seconds: 30, options: { priority, maxWait: 60_000 } }
    const [low, high] = await time.run(
      Promise.all([
        write(time, store, lower, 'low'),
        write(time, store, { workers: 40, kilobytes: () => 1, seconds: 30 }, 'high'),
      ]),
    )
    assert.ok(low.rate >= 4.5 && low.rate <= 6, `${low.rate} units of ${priority} a second`)
    assert.ok(high.rate >= 93, `${high.rate} units of commits a second`)
  }
})

test('a large request is not overtaken by small ones of its class', async () => {
  const { time, open } = worldOf({ players: { read: 100, write: 100 } })
  const store = open()
  const small = write(time, store, { workers: 32, kilobytes: () => 1, seconds: 10 })
  const large = async (): Promise<number> => {
    await time.sleep(3000)
    const asked = time.now()
    await store.commit(planOf(putOf('players', 'large', 100)))
    return time.now() - asked
  }
  const [, wait] = await time.run(Promise.all([small, large()]))
  // What was there before it, and its own hundred units.
  assert.ok(wait <= 1.02 * 1320 + 5, `${wait} ms`)
})

test('a job takes no more than its share of the limit', async () => {
  const { time, open } = worldOf({ players: { read: 100, write: 100 } })
  const options = { priority: 'bulk' as const, rate: 0.5 }
  const load = { workers: 20, kilobytes: sizesMixed, seconds: 20, from: 2000, options }
  const { rate } = await time.run(write(time, open(), load))
  assert.ok(Math.abs(rate - 50) <= 1, `${rate} units a second`)
})

test('a job that waits for its share holds up nobody', async () => {
  const { time, open } = worldOf({ players: { read: 100, write: 100 } })
  const store = open()
  const [bulk] = [{ workers: 20, kilobytes: () => 1, seconds: 20, from: 2000 }]
  const [half, rest] = await time.run(
    Promise.all([
      write(time, store, { ...bulk, options: { priority: 'bulk', rate: 0.2 } }, 'a'),
      write(time, store, { ...bulk, options: { priority: 'bulk' } }, 'b'),
    ]),
  )
  assert.ok(Math.abs(half.rate - 20) <= 1, `${half.rate} units a second`)
  assert.ok(rest.rate >= 79, `${rest.rate} units a second`)
})

test.run()

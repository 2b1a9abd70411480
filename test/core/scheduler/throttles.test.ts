/**
 * What a throttle slows, and what it does not; limits that change, and limits that nobody tells.
 *
 * @module
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isEngineError } from '../../../core/errors.ts'
import { pacedStore } from '../../../core/scheduler/paced-store.ts'
import { concerns, readThrottle } from '../../../core/scheduler/throttle.ts'
import type { Store } from '../../../core/store/store.ts'
import { answers } from '../../support/watched-store.ts'
import { planOf, putOf, worldOf, write } from './table-under-load.ts'

const one = () => 1

test('a limit that is lowered in the middle of a run is kept', async () => {
  const { time, seen, open, table } = worldOf({ players: { read: 100, write: 1000, burstSeconds: 1 } })
  const store = open()
  void time.sleep(13_000).then(() => table.provision('players', { read: 100, write: 100, burstSeconds: 1 }))
  const { rate, outcomes } = await time.run(
    write(time, store, { workers: 32, kilobytes: one, seconds: 40, from: 20_000 }),
  )
  assert.ok(rate >= 99, `${rate} units a second`)
  assert.equal(Object.keys(outcomes), ['committed'])
  assert.ok(seen.throttled < 0.001 * seen.sent, `${seen.throttled} of ${seen.sent} throttled`)
})

test('a limit that is raised in the middle of a run is used', async () => {
  const { time, seen, open, table } = worldOf({ players: { read: 100, write: 100, burstSeconds: 1 } })
  const store = open()
  void time.sleep(13_000).then(() => table.provision('players', { read: 100, write: 400, burstSeconds: 1 }))
  const { rate } = await time.run(write(time, store, { workers: 32, kilobytes: one, seconds: 40, from: 25_000 }))
  assert.ok(rate >= 396, `${rate} units a second`)
  assert.is(seen.throttled, 0)
})

test('a limit that nobody tells is learned', async () => {
  const { time, table } = worldOf({ players: { read: 100, write: 100, burstSeconds: 5 } })
  const { throughput: _, ...silent } = time.distant(table, 5)
  const store = pacedStore(silent, { environment: time })
  const { rate, outcomes } = await time.run(
    write(time, store, { workers: 32, kilobytes: one, seconds: 60, from: 20_000 }),
  )
  assert.ok(rate >= 90, `${rate} units a second`)
  assert.equal(Object.keys(outcomes), ['committed'])
  const [report] = store.capacity()
  assert.is(report?.source, 'learned')
  assert.ok(report!.throttled < 60, `${report?.throttled} throttled in a minute`)
})

test('a table that may not be described is learned too', async () => {
  const { time, table } = worldOf({ players: { read: 100, write: 100, burstSeconds: 5 } })
  const denied: Store = { ...time.distant(table, 5), throughput: () => Promise.reject(new Error('AccessDenied')) }
  const store = pacedStore(denied, { environment: time })
  const { rate } = await time.run(write(time, store, { workers: 32, kilobytes: one, seconds: 40, from: 20_000 }))
  assert.ok(rate >= 90, `${rate} units a second`)
})

// The pause after each throttle was owed in units of the rate of that time: after a few throttles on the way down, the
// lowest rate had to work off what the highest one owed. And a first guess that was too low rose by 2 % a second.
test('a limit is learned soon from either side, and again when it changes', async () => {
  const stories = [
    { name: 'far too low at first', before: 100, after: 100, burstSeconds: 0.2, seconds: 40, from: 15_000 },
    { name: 'raised tenfold', before: 100, after: 1000, burstSeconds: 1, seconds: 60, from: 40_000 },
    { name: 'lowered to a tenth', before: 1000, after: 100, burstSeconds: 1, seconds: 60, from: 30_000 },
  ]
  for (const { name, before, after, burstSeconds, seconds, from } of stories) {
    const { time, table } = worldOf({ players: { read: 100, write: before, burstSeconds } })
    const { throughput: _, ...silent } = time.distant(table, 5)
    const store = pacedStore(silent, { environment: time })
    void time.sleep(20_000).then(() => table.provision('players', { read: 100, write: after, burstSeconds }))
    const { rate, outcomes } = await time.run(write(time, store, { workers: 64, kilobytes: one, seconds, from }))
    assert.ok(rate >= 0.9 * after, `${name}: ${rate} units a second`)
    assert.equal(Object.keys(outcomes), ['committed'], name)
    assert.ok(store.capacity()[0]!.throttled < 200, `${name}: ${store.capacity()[0]!.throttled} throttled`)
  }
})

// As of a table on demand, which has no limit but those of its partitions. Each key was slowed by itself, so that of ever new
// ones half were refused, and some for longer than anybody waits.
test('where all keys are refused for the sake of their partitions, it is the table that slows', async () => {
  const { time, table } = worldOf({ players: { read: 100, write: 9000, burstSeconds: 1, partitions: 1 } })
  const { throughput: _, ...silent } = time.distant(table, 5)
  const store = pacedStore(silent, { environment: time })
  const load = { workers: 64, kilobytes: one, seconds: 40, from: 15_000, keys: 100_000 }
  const { rate, outcomes } = await time.run(write(time, store, load))
  assert.ok(rate >= 850, `${rate} of 1,000 units a second`)
  assert.equal(Object.keys(outcomes), ['committed'])
  const [report] = store.capacity()
  assert.ok(report!.throttled < 400, `${report?.throttled} throttled`)
})

// Throttles counted as ones from before the last, so that nothing slowed: 866 sendings of one request in three seconds.
test('a clock that is set back changes nothing', async () => {
  const pace = async (hour: number) => {
    const { time, table } = worldOf({ players: { read: 100, write: 100 } })
    let back = 0
    let sent = 0
    let looks = 0
    const refusing: Store = {
      ...time.distant(table, 5),
      async throughput() {
        looks++
        return { read: 100, write: 100 }
      },
      async commit() {
        sent++
        await time.sleep(2)
        return {
          kind: 'throttled',
          reasons: ['TableWriteProvisionedThroughputExceeded arn:aws:dynamodb:eu:1:table/players'],
        }
      },
    }
    const environment = { now: () => time.now() - back, random: time.random, sleep: time.sleep }
    const store = pacedStore(refusing, { environment, maxWait: 30_000 })
    const story = async () => {
      const began = time.now()
      const refused = store.commit(planOf(putOf('players', 'a', 1))).catch((error: unknown) => error)
      await time.sleep(1000)
      back = hour
      const error = await refused
      assert.ok(isEngineError(error, 'THROTTLED'))
      return { sent, looks, waited: time.now() - began }
    }
    return time.run(story())
  }
  const [usual, setBack] = [await pace(0), await pace(3_600_000)]
  // What was slept when it was set back counts for nothing: up to the longest pause.
  assert.ok(setBack.waited >= usual.waited && setBack.waited <= usual.waited + 1100, `waited ${setBack.waited} ms`)
  assert.ok(Math.abs(setBack.sent - usual.sent) <= 3, `sent ${setBack.sent} times in place of ${usual.sent}`)
  assert.ok(Math.abs(setBack.looks - usual.looks) <= 3, `looked ${setBack.looks} times in place of ${usual.looks}`)
})

test('another user of the table slows this one, not what else it does', async () => {
  const { time, open, table } = worldOf({
    players: { read: 100, write: 100, burstSeconds: 1 },
    ledger: { read: 100, write: 100, burstSeconds: 1 },
  })
  const store = open()
  const rude = async (): Promise<void> => {
    const end = time.now() + 20_000
    for (let n = 0; time.now() < end; n++) {
      await time.during(table.commit(planOf(putOf('players', `rude${n}`, 1))))
      await time.sleep(20)
    }
  }
  const load = { workers: 8, kilobytes: one, seconds: 20, from: 2000 }
  const [, players, ledger] = await time.run(
    Promise.all([rude(), write(time, store, load), write(time, store, { ...load, table: 'ledger' })]),
  )
  assert.ok(ledger.rate >= 99, `${ledger.rate} units a second on the other table`)
  assert.ok(players.rate >= 40 && players.rate <= 60, `${players.rate} units a second beside the other user's 50`)
  const slowed = store.capacity().filter(({ throttled }) => throttled > 0)
  assert.equal(
    slowed.map(({ table, kind }) => `${kind} ${table}`),
    ['write players'],
  )
})

test('a hot partition slows nobody else', async () => {
  const { time, open } = worldOf({ players: { read: 100, write: 4000, burstSeconds: 1, partitions: 64 } })
  const store = open()
  const hot = async (): Promise<number> => {
    const end = time.now() + 10_000
    let n = 0
    const work = async (): Promise<void> => {
      for (; time.now() < end; n++) await store.commit(planOf(putOf('players', 'hot', 20)))
    }
    await Promise.all([...Array(32).keys()].map(work))
    return (n * 20) / 10
  }
  const others = write(time, store, { workers: 64, kilobytes: () => 20, seconds: 10, from: 2000, keys: 1000 })
  const [ofHot, { rate }] = await time.run(Promise.all([hot(), others]))
  const [report] = store.capacity()
  assert.is(report?.rate, 4000, 'the table is not slowed')
  assert.ok(ofHot >= 700 && ofHot <= 1100, `${ofHot} units a second on one key`)
  assert.ok(rate >= 0.99 * (4000 - ofHot), `${rate} units a second on the others, ${ofHot} on the hot one`)
})

test('a throttle reaches the caller only at its deadline, and as one clear error', async () => {
  const { time, table } = worldOf({})
  const reasons = ['TableWriteProvisionedThroughputExceeded arn:aws:dynamodb:eu-west-1:1:table/players']
  const full: Store = {
    ...time.distant(table, 5),
    commit: () => answers({ kind: 'throttled', reasons })(planOf(), null!),
  }
  const store = pacedStore(full, { environment: time, maxWait: 4000 })
  const start = time.now()
  const error = await time.run(store.commit(planOf(putOf('players', 'a', 1))).catch((thrown: unknown) => thrown))
  assert.ok(isEngineError(error, 'THROTTLED'))
  assert.equal(error.payload.reasons, ['writes of players'])
  assert.is(time.now() - start, 4000)
})

test('what has nothing to do with capacity goes back to the caller at once', async () => {
  const { time, table } = worldOf({})
  const broken: Store = {
    ...table,
    commit: async () => ({ kind: 'throttled', reasons: ['connect ECONNREFUSED 127.0.0.1:8000'] }),
  }
  const store = pacedStore(broken, { environment: time })
  const outcome = await time.run(store.commit(planOf(putOf('players', 'a', 1))))
  assert.is(outcome.kind, 'throttled')
  assert.is(store.capacity()[0]?.throttled, 0)
})

test('reasons are read as DynamoDB words them', () => {
  const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/players'
  const read = (reason: string) => readThrottle(reason)
  assert.equal(read(`IndexWriteProvisionedThroughputExceeded ${arn}/index/byName`), {
    table: 'players',
    index: 'byName',
    kind: 'write',
    isHot: false,
  })
  assert.is(read(`TableReadKeyRangeThroughputExceeded ${arn}`)?.isHot, true)
  assert.is(read(`TableWriteAccountLimitExceeded ${arn}`)?.kind, 'write')
  assert.is(read('getaddrinfo ENOTFOUND'), undefined)
  const vague = read('ProvisionedThroughputExceededException')!
  assert.ok(concerns(vague, { table: 'any', kind: 'read' }))
  const precise = read(`TableWriteMaxOnDemandThroughputExceeded ${arn}`)!
  assert.ok(concerns(precise, { table: arn, kind: 'write' }))
  assert.not(concerns(precise, { table: 'players', index: 'byName', kind: 'write' }))
  assert.not(concerns(precise, { table: 'players', kind: 'read' }))
})

test.run()

/**
 * One process and all it can get: nearly all that was paid for, without throttles, in the order of arrival.
 *
 * @module
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pacedStore } from '../../../core/scheduler/paced-store.ts'
import type { Store } from '../../../core/store/store.ts'
import { percentile, planOf, putOf, sizesMixed, worldOf, write } from './table-under-load.ts'

const LIMIT = 100
const loads = [
  { label: '1 KB', kilobytes: () => 1, mean: 1 },
  { label: '1 to 8 KB', kilobytes: sizesMixed, mean: 4.5 },
]

for (const burstSeconds of [300, 1, 0.1]) {
  for (const { label, kilobytes, mean } of loads) {
    for (const workers of [1, 8, 32, 128]) {
      test(`${workers} workers with items of ${label} use what there is, at ${burstSeconds} s of credit`, async () => {
        const { time, seen, open } = worldOf({ players: { read: LIMIT, write: LIMIT, burstSeconds } })
        const load = { workers, kilobytes, seconds: 30, from: 2000 }
        const { rate, waits, outcomes } = await time.run(write(time, open(), load))
        assert.ok(rate >= 0.99 * LIMIT, `${rate} units a second`)
        assert.ok(seen.throttled < 0.001 * seen.sent, `${seen.throttled} of ${seen.sent} throttled`)
        assert.equal(Object.keys(outcomes), ['committed'])
        // What all workers ask for at once, at the rate; an item of 8 KB alone takes longer than one of the mean size.
        const bound = (Math.max(workers * mean, 8 * (mean > 1 ? 1 : 0)) / LIMIT) * 1000
        const p99 = percentile(waits, 0.99)
        assert.ok(p99 <= 1.2 * bound + 5, `p99 ${p99} ms, the bound is ${bound} ms`)
      })
    }
  }
}

test('a thousand units a second, and a store that is far away', async () => {
  const { time, seen, open } = worldOf({ players: { read: 1000, write: 1000, burstSeconds: 1 } }, 30)
  const load = { workers: 64, kilobytes: sizesMixed, seconds: 10, from: 2000 }
  const { rate } = await time.run(write(time, open(), load))
  assert.ok(rate >= 990, `${rate} units a second`)
  assert.is(seen.throttled, 0)
})

test('a fraction of the limit is left for others', async () => {
  const { time, open } = worldOf({ players: { read: 100, write: 100 } })
  const store = open({ share: 0.5 })
  const { rate } = await time.run(write(time, store, { workers: 16, kilobytes: () => 1, seconds: 20, from: 2000 }))
  assert.ok(Math.abs(rate - 50) < 1, `${rate} units a second`)
})

test('limits may be given, and then nobody is asked', async () => {
  const { time, table } = worldOf({ players: { read: 100, write: 100 } })
  let asked = 0
  const asking: Store = {
    ...time.distant(table, 5),
    async throughput() {
      asked++
      return undefined
    },
  }
  const store = pacedStore(asking, { environment: time, limits: { players: { read: 100, write: 20 } } })
  const { rate } = await time.run(write(time, store, { workers: 16, kilobytes: () => 1, seconds: 20, from: 2000 }))
  assert.ok(Math.abs(rate - 20) < 1, `${rate} units a second`)
  assert.is(asked, 0)
})

test('what is not given of limits is asked of the store', async () => {
  // With a limit of writes alone nobody looked at the table, and reads were not paced until they were throttled.
  const { time, open } = worldOf({ players: { read: 10, write: 50, burstSeconds: 1 } })
  const store = open({ limits: { players: { write: 20 } } })
  const key = { id: 'a' }
  await time.run(
    Promise.all([
      ...[...Array(30).keys()].map(() => store.read([{ table: 'players', key }], { consistent: true })),
      store.commit(planOf(putOf('players', 'b', 1))),
    ]),
  )
  assert.equal(
    store.capacity().map(({ kind, limit, source, throttled }) => [kind, limit, source, throttled]),
    [
      ['read', 10, 'described', 0],
      ['write', 20, 'options', 0],
    ],
  )
})

test('burst credit is used where it is asked for', async () => {
  const { time, open } = worldOf({ players: { read: 100, write: 100, burstSeconds: 20 } })
  const store = open({ burst: true })
  const { waits } = await time.run(write(time, store, { workers: 50, kilobytes: () => 1, seconds: 5 }))
  assert.ok(percentile(waits, 0.5) < 20, 'half of them wait for nothing but the store')
})

test('a transaction over two tables waits for the scarce one and holds up nobody on the other', async () => {
  const { time, seen, open } = worldOf({
    players: { read: 100, write: 200, burstSeconds: 1 },
    ledger: { read: 10, write: 10, burstSeconds: 1 },
  })
  const store = open()
  const end = time.now() + 20_000
  let transactions = 0
  const transact = async (worker: number): Promise<void> => {
    while (time.now() < end) {
      const outcome = await store.commit(planOf(putOf('players', `t${worker}`, 1), putOf('ledger', `t${worker}`, 1)))
      assert.is(outcome.kind, 'committed')
      transactions++
    }
  }
  const singles = write(time, store, { workers: 16, kilobytes: () => 1, seconds: 20, from: 2000 })
  const [{ rate }] = await time.run(Promise.all([singles, ...[1, 2, 3, 4].map(transact)]))
  // Each costs two units of either table.
  assert.ok(transactions / 20 >= 4.9, `${transactions / 20} transactions a second`)
  assert.ok(rate + 2 * (transactions / 20) >= 198, `${rate} units of single writes a second`)
  assert.is(seen.throttled, 0)
})

test('what is read is paced by what it costs', async () => {
  const { time, open, table } = worldOf({ players: { read: 50, write: 1000, burstSeconds: 1 } })
  const ids = [...Array(40).keys()].map((n) => `p${n}`)
  await time.run(
    time.during(
      Promise.all(ids.map((id, n) => table.recovered().commit(planOf(putOf('players', id, sizesMixed(n) * 2))))),
    ),
  )
  const store = open()
  const start = time.now()
  let [consumed, counted] = [0, 0]
  const read = async (worker: number): Promise<void> => {
    for (let n = worker; time.now() < start + 20_000; n += 3) {
      const addresses = [0, 1, 2].map((k) => ({ table: 'players', key: { id: ids[(n + k) % ids.length]! } }))
      const items = await store.read(addresses, {
        consistent: n % 2 === 0,
        onConsumed: (each) => {
          consumed += each[0]!.readUnits
        },
      })
      assert.ok(items.every((item) => item !== undefined))
      if (time.now() < start + 5000) counted = consumed
    }
  }
  await time.run(Promise.all([...Array(12).keys()].map(read)))
  assert.ok((consumed - counted) / 15 >= 49, `${(consumed - counted) / 15} units a second`)
  const [report] = store.capacity().filter(({ kind }) => kind === 'read')
  assert.is(report?.throttled, 0)
})

test.run()

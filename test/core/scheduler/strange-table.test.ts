/**
 * A table that was written for this test alone: another bucket, other sizes, limits that change while it is used. Whoever
 * paces must not know more of it than DynamoDB would tell.
 *
 * @module
 */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import type { ItemAddress } from '../../../core/data/item.ts'
import { itemSize } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import { defineModel } from '../../../core/model/model.ts'
import { pacedStore } from '../../../core/scheduler/paced-store.ts'
import type { RequestOptions, Store } from '../../../core/store/store.ts'
import { percentile, planOf, putOf } from './table-under-load.ts'
import { VirtualTime } from './virtual-time.ts'

interface Strange extends Store {
  /** Units of writing a second, by table. */
  readonly rates: Record<string, number>
  readonly seen: { sent: number; throttled: number; units: number }
}

/** Writes run a debt that is worked off at the rate; what would owe more than `credit` seconds of it is refused. */
function strangeTable(time: VirtualTime, rates: Record<string, number>, credit: number, isFrank = true): Strange {
  const inside = memoryStore({ now: time.now })
  const debts = new Map<string, { owed: number; at: number }>()
  const seen = { sent: 0, throttled: 0, units: 0 }
  const before = async (addresses: readonly ItemAddress[]) =>
    (await inside.read(addresses, { consistent: true })).map((item) => (item ? itemSize(item) : 0))
  const charge = (costs: ReadonlyMap<string, number>): string[] => {
    seen.sent++
    const owing = [...costs].map(([table, units]) => {
      const rate = rates[table] ?? Number.POSITIVE_INFINITY
      const known = debts.get(table) ?? { owed: 0, at: time.now() }
      const owed = Math.max(0, known.owed - ((time.now() - known.at) / 1000) * rate)
      // A large item may pass where nothing is owed.
      return { table, units, owed, isRefused: owed > 0 && owed + units > credit * rate + 1e-6 }
    })
    const refused = owing.filter(({ isRefused }) => isRefused)
    if (refused.length > 0) seen.throttled++
    else for (const { table, units, owed } of owing) debts.set(table, { owed: owed + units, at: time.now() })
    return refused.map(({ table }) => `TableWriteProvisionedThroughputExceeded arn:aws:dynamodb:x:1:table/${table}`)
  }
  const tell = (costs: ReadonlyMap<string, number>, options: RequestOptions | undefined) => {
    for (const units of costs.values()) seen.units += units
    if (!isFrank) return
    options?.onConsumed?.([...costs].map(([table, writeUnits]) => ({ table, readUnits: 0, writeUnits })))
  }
  const sum = (parts: readonly (readonly [string, number])[]): Map<string, number> => {
    const costs = new Map<string, number>()
    for (const [table, units] of parts) costs.set(table, (costs.get(table) ?? 0) + units)
    return costs
  }
  const unitsOf = (...sizes: number[]) => Math.max(1, Math.ceil(Math.max(...sizes) / 1024))
  return {
    ...inside,
    rates,
    seen,
    async throughput(table) {
      return isFrank ? { read: undefined, write: rates[table] } : undefined
    },
    async commit(plan, options) {
      const olds = await before(plan.actions)
      const factor = plan.actions.length > 1 ? 2 : 1
      const costs = sum(
        plan.actions.map((action, i) => {
          const now = action.kind === 'put' ? itemSize(action.item) : olds[i]! + (action.kind === 'update' ? 150 : 0)
          return [action.table, factor * unitsOf(now, olds[i]!)] as const
        }),
      )
      const reasons = charge(costs)
      if (reasons.length > 0) return { kind: 'throttled', reasons }
      const outcome = await inside.commit(plan, options)
      tell(costs, options)
      return outcome
    },
    async write(writes, options) {
      const olds = await before(writes)
      const done: (typeof writes)[number][] = []
      const reasons = new Set<string>()
      const all: [string, number][] = []
      for (const [i, write] of writes.entries()) {
        const cost: [string, number] = [write.table, unitsOf(write.kind === 'put' ? itemSize(write.item) : 1, olds[i]!)]
        const lacking = charge(sum([cost]))
        for (const reason of lacking) reasons.add(reason)
        if (lacking.length > 0) continue
        done.push(write)
        all.push(cost)
      }
      if (done.length > 0) await inside.write(done)
      tell(sum(all), options)
      return { unprocessed: writes.filter((write) => !done.includes(write)), reasons: [...reasons] }
    },
  }
}

const sizes = (n: number): number => 0.3 + ((n * 7919) % 197) / 10

/** Units a second that were written between two moments, in virtual seconds from the start. */
async function load(time: VirtualTime, table: Strange, store: Store, workers: number, seconds: number) {
  const end = time.now() + seconds * 1000
  const before = { ...table.seen }
  const bad: unknown[] = []
  let n = 0
  const work = async (worker: number) => {
    while (time.now() < end) {
      const size = sizes(n++)
      const outcome = await store.commit(planOf(putOf('things', `${worker}-${n % 31}`, size)))
      if (outcome.kind !== 'committed') bad.push(outcome)
    }
  }
  await Promise.all([...Array(workers).keys()].map(work))
  const passed = seconds + (time.now() - end) / 1000
  return {
    rate: (table.seen.units - before.units) / passed,
    throttled: table.seen.throttled - before.throttled,
    sent: table.seen.sent - before.sent,
    bad,
  }
}

for (const workers of [3, 40]) {
  test(`${workers} workers with 0.3 to 20 KB, at limits that change beneath them`, async () => {
    const time = new VirtualTime()
    const table = strangeTable(time, { things: 60 }, 1)
    const store = pacedStore(time.distant(table, 7), { environment: time })
    const told: string[] = []
    await time.run(
      (async () => {
        for (const rate of [60, 250, 45]) {
          table.rates['things'] = rate
          // Long enough to be noticed, which for a raised limit is when it is looked at again.
          const { bad: early } = await load(time, table, store, workers, 25)
          const { rate: got, throttled, sent, bad } = await load(time, table, store, workers, 40)
          told.push(
            `${rate}: ${got.toFixed(1)} units, ${throttled} of ${sent} throttled, ${early.length}+${bad.length} bad`,
          )
          assert.ok(got > 0.97 * rate && got < 1.03 * rate, told.join('; '))
          assert.ok(throttled < 0.001 * sent, told.join('; '))
          assert.equal([...early, ...bad], [])
        }
      })(),
    )
    const resource = store.capacity().find(({ kind }) => kind === 'write')!
    assert.is(resource.limit, 45)
    assert.ok(Math.abs(resource.used - 45) < 5, String(resource.used))
  })
}

test('a table that tells nothing, neither its limit nor what was consumed, is learned from throttles', async () => {
  const time = new VirtualTime()
  const table = strangeTable(time, { things: 100 }, 1, false)
  const store = pacedStore(time.distant(table, 7), { environment: time })
  const { rate, throttled, sent, bad } = await time.run(load(time, table, store, 20, 120))
  assert.equal(bad, [])
  assert.ok(rate > 80, `${rate} units a second`)
  assert.ok(throttled < 0.1 * sent, `${throttled} of ${sent} throttled`)
})

const Thing = defineModel({
  name: 'Thing',
  table: 'things',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, count: t.number, fill: t.string }),
  history: { entries: 4 },
})

test('units of work beside a bulk job at half the rate, while histories are kept on a table of five units', async () => {
  const time = new VirtualTime()
  const table = strangeTable(time, { things: 100, 'draftwork-journal': 5 }, 1)
  const engine = createEngine({ store: time.distant(table, 5), models: [Thing], environment: time })
  const waits: number[] = []
  let units = 0
  const end = time.now() + 60_000
  await time.run(
    (async () => {
      const bulk = engine.records.putMany(
        Thing,
        Array.from({ length: 2500 }, (_, i) => ({
          id: `bulk ${i}`,
          count: 0,
          fill: 'x'.repeat(((i * 331) % 3000) + 10),
        })),
        { rate: 0.5, concurrency: 8 },
      )
      await engine.unitOfWork.run((work) => {
        for (let i = 0; i < 5; i++) work.create(Thing, { id: `t${i}`, count: 0, fill: 'x'.repeat(i * 400) })
      })
      const interactive = [...Array(5).keys()].map(async (i) => {
        while (time.now() < end) {
          const start = time.now()
          await engine.unitOfWork.run(async (work) => {
            const thing = await work.get(Thing, { id: `t${i}` })
            work.change(thing, (draft) => {
              draft.count++
            })
          })
          waits.push(time.now() - start)
          units++
          await time.sleep(200)
        }
      })
      await Promise.all([...interactive, bulk])
      await engine.close()
    })(),
  )
  const things = engine.capacity().find((each) => each.table === 'things' && each.kind === 'write')
  const sorted = waits.sort((a, b) => a - b)
  const seen = `${units} units, p50 ${percentile(sorted, 0.5)} p99 ${percentile(sorted, 0.99)}, ${table.seen.throttled} of ${table.seen.sent} throttled`
  assert.ok(units > 1000, seen)
  assert.ok(percentile(sorted, 0.99) < 500, seen)
  assert.ok(table.seen.throttled < 0.005 * table.seen.sent, seen)
  assert.is(things?.throttled, 0)
})

test.run()

/**
 * The simulated provisioned table: what requests cost, what is refused and why, and what time gives back.
 *
 * @module
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type CapacityPlan, memoryStore } from '../../../adapters/memory/index.ts'
import { isEngineError } from '../../../core/errors.ts'
import { absent, all } from '../../../core/expression/condition.ts'
import { increment } from '../../../core/expression/update.ts'
import type { ConsumedCapacity } from '../../../core/store/capacity.ts'
import type { RequestOptions } from '../../../core/store/store.ts'
import type { TableDefinition } from '../../../core/store/table-definition.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'

const always = all([])
const arn = 'arn:aws:dynamodb:local:000000000000:table/t'

const put = (id: string, kilobytes: number, more: object = {}): WriteAction => ({
  kind: 'put',
  table: 't',
  key: { id },
  item: { id, fill: 'x'.repeat(kilobytes * 1024 - 40), ...more },
  condition: always,
})

let plans = 0
const plan = (...actions: readonly WriteAction[]) => ({ id: `p${++plans}`, actions })

function world(capacity: CapacityPlan) {
  const clock = { now: 1_000_000 }
  const store = memoryStore({ adversity: { seed: 1, capacity }, now: () => clock.now })
  return { clock, store }
}

/** Units of the table, and of its indexes by name. */
async function costOf(ask: (options: RequestOptions) => Promise<unknown>): Promise<Record<string, number>> {
  let told: readonly ConsumedCapacity[] = []
  await ask({
    onConsumed(consumed) {
      told = consumed
    },
  })
  return Object.fromEntries(told.map(({ index, readUnits, writeUnits }) => [index ?? 'table', readUnits + writeUnits]))
}

const plenty: CapacityPlan = { tables: { t: { read: 1000, write: 1000 } } }

test('a write costs the larger of two images, rounded up, and twice that in a transaction', async () => {
  const { store } = world(plenty)
  const cost = (...actions: WriteAction[]) => costOf((options) => store.commit(plan(...actions), options))
  assert.equal(await cost(put('a', 3)), { table: 3 })
  assert.equal(await cost(put('a', 1)), { table: 3 })
  assert.equal(await cost(put('a', 1)), { table: 1 })
  const bump: WriteAction = {
    kind: 'update',
    table: 't',
    key: { id: 'b' },
    update: [increment(['n'], 1)],
    condition: always,
  }
  assert.equal(await cost(bump), { table: 1 })
  const check: WriteAction = { kind: 'check', table: 't', key: { id: 'none' }, condition: absent(['id']) }
  assert.equal(await cost(put('c', 2), check), { table: 6 })
  assert.equal(await cost({ kind: 'delete', table: 't', key: { id: 'c' }, condition: always }), { table: 2 })
})

test('a read costs 4 KB units, half of them where it may be stale, and a page what it looks at', async () => {
  const { store } = world(plenty)
  await store.commit(plan(put('a', 9)))
  await store.commit(plan(put('b', 1)))
  const address = (id: string) => ({ table: 't', key: { id } })
  const read = (consistent: boolean, ...ids: string[]) =>
    costOf((options) => store.read(ids.map(address), { ...options, consistent }))
  assert.equal(await read(true, 'a'), { table: 3 })
  assert.equal(await read(false, 'a', 'b', 'none'), { table: 2.5 })
  const scan = { table: 't', consistent: true, filter: absent(['id']) }
  assert.equal(await costOf((options) => store.scan(scan, options)), { table: 3 })
})

test('writes cost the indexes that they change', async () => {
  const { store } = world(plenty)
  const definition: TableDefinition = {
    table: 't',
    partition: { name: 'id', type: 'S' },
    indexes: [
      { name: 'byGame', kind: 'global', partition: { name: 'game', type: 'S' }, projection: 'all' },
      {
        name: 'byRank',
        kind: 'local',
        partition: { name: 'id', type: 'S' },
        sort: { name: 'rank', type: 'N' },
        projection: 'keys',
      },
    ],
  }
  await store.createTable(definition)
  const cost = (...actions: WriteAction[]) => costOf((options) => store.commit(plan(...actions), options))
  assert.equal(await cost(put('a', 2, { game: 'chess' })), { table: 2, byGame: 2 })
  assert.equal(await cost(put('a', 2, { game: 'chess' })), { table: 2 }, 'nothing changed in the index')
  assert.equal(await cost(put('a', 2, { game: 'go' })), { table: 2, byGame: 4 }, 'deleted here, written there')
  assert.equal(await cost(put('b', 1, { rank: 1 })), { table: 2 }, 'a local index lives on the table')
})

test('what is used up is refused as DynamoDB words it, and earned again by the store’s clock', async () => {
  const { store, clock } = world({ tables: { t: { read: 10, write: 10, burstSeconds: 1 } } })
  const outcomes = []
  for (let n = 0; n < 12; n++) outcomes.push(await store.commit(plan(put(`a${n}`, 1))))
  assert.is(outcomes.filter(({ kind }) => kind === 'committed').length, 10)
  assert.equal(outcomes.at(-1), {
    kind: 'throttled',
    reasons: [`TableWriteProvisionedThroughputExceeded ${arn}`],
  })
  assert.is((await store.read([{ table: 't', key: { id: 'a11' } }], { consistent: true }))[0], undefined)
  clock.now += 300
  const later = await Promise.all([1, 2, 3, 4].map((n) => store.commit(plan(put(`b${n}`, 1)))))
  assert.is(later.filter(({ kind }) => kind === 'committed').length, 3)
  clock.now += 60_000
  const transaction = await store.commit(plan(put('c', 3), put('d', 3)))
  assert.is(transaction.kind, 'committed', 'twelve units go when all ten are there that are kept, or never would')
  clock.now += 250
  assert.is((await store.commit(plan(put('e', 1)))).kind, 'throttled', 'two and a half were earned, two were owed')
})

test('reads that are refused are an error; of a batch, what was left can be told', async () => {
  const { store } = world({ tables: { t: { read: 3, write: 1000, burstSeconds: 1 } } })
  const addresses = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ table: 't', key: { id } }))
  for (const { key } of addresses) await store.commit(plan(put(key.id, 1)))
  const unread: string[] = []
  const items = await store.read(addresses, {
    consistent: true,
    once: true,
    onUnprocessed: (left) => unread.push(...left.map(({ key }) => String(key['id']))),
  })
  assert.equal(unread, ['d', 'e'])
  assert.equal(
    items.map((item) => item?.['id']),
    ['a', 'b', 'c', undefined, undefined],
  )
  const error = await store.read(addresses.slice(0, 1), { consistent: true }).catch((thrown: unknown) => thrown)
  assert.ok(isEngineError(error, 'THROTTLED'))
  assert.equal(error.payload.reasons, [`TableReadProvisionedThroughputExceeded ${arn}`])
})

test('one partition gives a thousand units a second, however much the table has', async () => {
  const { store } = world({ tables: { t: { read: 10, write: 10_000, partitions: 10 } } })
  let outcome = await store.commit(plan(put('hot', 100)))
  for (let n = 0; n < 10 && outcome.kind === 'committed'; n++) outcome = await store.commit(plan(put('hot', 100)))
  assert.equal(outcome, { kind: 'throttled', reasons: [`TableWriteKeyRangeThroughputExceeded ${arn}`] })
})

test('an index without capacity holds up the writes of its table', async () => {
  const { store } = world({
    tables: { t: { read: 10, write: 100, burstSeconds: 1, indexes: { byGame: { read: 1, write: 2 } } } },
  })
  await store.createTable({
    table: 't',
    partition: { name: 'id', type: 'S' },
    indexes: [{ name: 'byGame', kind: 'global', partition: { name: 'game', type: 'S' }, projection: 'keys' }],
  })
  for (const id of ['a', 'b']) assert.is((await store.commit(plan(put(id, 1, { game: 'go' })))).kind, 'committed')
  assert.equal(await store.commit(plan(put('c', 1, { game: 'go' }))), {
    kind: 'throttled',
    reasons: [`IndexWriteProvisionedThroughputExceeded ${arn}/index/byGame`],
  })
  assert.is((await store.commit(plan(put('d', 1)))).kind, 'committed')
})

test('a failed condition costs too', async () => {
  const { store } = world({ tables: { t: { read: 1, write: 2, burstSeconds: 1 } } })
  await store.commit(plan(put('a', 1)))
  assert.is((await store.commit(plan({ ...put('a', 1), condition: absent(['id']) }))).kind, 'conflict')
  assert.is((await store.commit(plan(put('a', 1)))).kind, 'throttled')
})

test('capacity can be changed, and described as it is; recovered() looks past it', async () => {
  const { store } = world({ tables: { t: { read: 1, write: 1, burstSeconds: 1 } } })
  assert.is((await store.throughput?.('t'))?.write, 1)
  assert.is(await store.throughput?.('other'), undefined)
  store.provision('t', { read: 5, write: 7, burstSeconds: 1 })
  assert.is((await store.throughput?.('t'))?.write, 7)
  assert.is((await store.recovered().commit(plan(put('a', 50)))).kind, 'committed')
  assert.throws(
    () => store.provision('t', { read: 0, write: 1 }),
    (error: unknown) => isEngineError(error, 'INVALID_ARGUMENT'),
  )
})

test.run()

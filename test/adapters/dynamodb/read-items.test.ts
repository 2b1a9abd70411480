import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import { fullJitter } from '../../../adapters/dynamodb/patience.ts'
import { isEngineError } from '../../../core/errors.ts'
import { all } from '../../../core/expression/condition.ts'
import { put } from '../../conformance/bench.ts'
import { faultProxy } from '../../support/fault-proxy.ts'
import { onLocal, plan, read } from './local-table.ts'

const local = await onLocal(test)
const ids = Array.from({ length: 250 }, (_, i) => `item${i}`)

local('250 keys in three requests, one key in one, none in none; order kept, duplicates served', async (on) => {
  const { store, table, endpoint } = on
  for (let i = 0; i < ids.length; i += 100)
    await store.commit(plan(...ids.slice(i, i + 100).map((id, n) => put(table, { id, n: i + n }))))
  const proxy = await faultProxy(endpoint)
  const through = { ...on, store: dynamodbStore({ client: proxy.client() }) }

  const wanted = [...ids.slice(200), 'none', ...ids.slice(0, 200), 'item7', 'none', 'item249']
  const items = await read(through, ...wanted)
  assert.equal(
    items.map((item) => item?.['id']),
    wanted.map((id) => (id === 'none' ? undefined : id)),
  )
  assert.is(proxy.count('BatchGetItem'), 3)
  const sizes = proxy.requests.map(({ body }) => batch(body).RequestItems[table]!.Keys.length)
  assert.equal(sizes.sort(), [100, 100, 51])
  assert.ok(proxy.requests.every(({ body }) => batch(body).RequestItems[table]!.ConsistentRead))

  proxy.reset()
  assert.equal(await read(through, 'item3', 'item3'), [
    { id: 'item3', n: 3 },
    { id: 'item3', n: 3 },
  ])
  assert.equal(await read(through), [])
  await through.store.read([{ table, key: { id: 'item3' } }], { consistent: false })
  assert.is(proxy.count(), 2)
  assert.is(proxy.count('GetItem'), 2)
  assert.is(proxy.requests[1]?.body['ConsistentRead'], false)
  await proxy.close()
})

interface Batch {
  readonly RequestItems: Readonly<
    Record<string, { readonly Keys: readonly unknown[]; readonly ConsistentRead: boolean }>
  >
}

const batch = (body: Record<string, unknown>) => body as unknown as Batch

local('one batch may span tables', async ({ store, table }) => {
  const other = `${table}-other`
  await store.createTable({ table: other, partition: { name: 'n', type: 'N' }, indexes: [] })
  await store.commit(
    plan(put(table, { id: 'here' }), { kind: 'put', table: other, key: { n: 1 }, item: { n: 1 }, condition: all([]) }),
  )
  const addresses = [
    { table: other, key: { n: 1n } },
    { table, key: { id: 'here' } },
    { table: other, key: { n: 1 } },
    { table: other, key: { n: 2 } },
  ]
  assert.equal(await store.read(addresses, { consistent: true }), [{ n: 1 }, { id: 'here' }, { n: 1 }, undefined])
  await store.deleteTable(other)
})

local('unprocessed keys are asked for again, with growing pauses, until nothing comes any more', async (on) => {
  await on.store.commit(plan(put(on.table, { id: 'here' })))
  const proxy = await faultProxy(on.endpoint)
  const pauses: number[] = []
  const patience = { random: () => 1, sleep: async (ms: number) => void pauses.push(ms) }
  const store = dynamodbStore({ client: proxy.client(), patience })
  const left = (n: number) => (body: Record<string, unknown>) => {
    const { Keys } = batch(body).RequestItems[on.table]!
    return { Responses: {}, UnprocessedKeys: { [on.table]: { Keys: Keys.slice(-n), ConsistentRead: true } } }
  }

  proxy.plan(({ body }, n) => (n <= 3 ? { status: 200, body: left(2)(body) } : 'pass'))
  assert.equal(await read({ ...on, store }, 'here', 'none'), [{ id: 'here' }, undefined])
  assert.is(proxy.count(), 4)
  assert.equal(pauses, [100, 200, 400])

  proxy.reset()
  proxy.plan(({ body }) => ({ status: 200, body: left(2)(body) }))
  const error = await read({ ...on, store }, 'here', 'none', 'other').catch((caught: unknown) => caught)
  assert.ok(isEngineError(error, 'THROTTLED'))
  assert.equal(error.payload, { reasons: [`UnprocessedKeys ${on.table}`], attempts: 10 })
  assert.is(proxy.count(), 11)
  await proxy.close()
})

test('full jitter doubles its bound up to a limit', () => {
  const patience = (random: number) => ({ random: () => random, sleep: async () => {} })
  assert.equal(
    [0, 1, 2, 20].map((n) => fullJitter(n, patience(1))),
    [50, 100, 200, 5000],
  )
  assert.is(fullJitter(3, patience(0)), 0)
})

test.run()

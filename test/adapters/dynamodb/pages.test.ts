import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import type { Item, ItemKey } from '../../../core/data/item.ts'
import { isEngineError } from '../../../core/errors.ts'
import { all, compareTo } from '../../../core/expression/condition.ts'
import { createEngine, defineModel } from '../../../core/index.ts'
import type { Page, QueryRequest } from '../../../core/store/store.ts'
import { faultProxy } from '../../support/fault-proxy.ts'
import { onLocal, plan } from './local-table.ts'

const local = await onLocal(test, {
  partition: { name: 'city', type: 'S' },
  sort: { name: 'n', type: 'N' },
  indexes: [
    { name: 'byOwner', kind: 'global', partition: { name: 'owner', type: 'S' }, projection: 'keys' },
    {
      name: 'byName',
      kind: 'local',
      partition: { name: 'city', type: 'S' },
      sort: { name: 'name', type: 'S' },
      projection: ['owner'],
    },
  ],
})

const items = Array.from({ length: 25 }, (_, n) => ({
  city: n < 20 ? 'Oslo' : 'Bergen',
  n,
  name: `name${n % 3}`,
  owner: n % 2 ? 'odd' : 'even',
}))

local('fills the table', async ({ store, table }) => {
  const puts = items.map((item) => ({
    kind: 'put' as const,
    table,
    key: { city: item.city, n: item.n },
    item,
    condition: all([]),
  }))
  assert.equal(await store.commit(plan(...puts)), { kind: 'committed' })
})

/** All pages, and how many there were. */
async function pages(next: (from: ItemKey | undefined) => Promise<Page>) {
  const found: Item[] = []
  let from: ItemKey | undefined
  for (let count = 1; ; count++) {
    const page = await next(from)
    found.push(...page.items)
    from = page.next
    if (from === undefined) return { items: found, count }
  }
}

const oslo = { consistent: true, reverse: false, partition: { attribute: 'city', value: 'Oslo' } }
const numbers = (found: readonly Item[]) => found.map((item) => Number(item['n']))

local('a query in pages, in both directions', async ({ store, table }) => {
  const forwards = await pages((from) => store.query({ ...oslo, table, limit: 6, from }))
  assert.equal(forwards.items, items.slice(0, 20))
  assert.is(forwards.count, 4)
  const backwards = await pages((from) => store.query({ ...oslo, table, limit: 7, from, reverse: true }))
  assert.equal(backwards.items, items.slice(0, 20).reverse())
})

local('bounds of the sort key, filter and projection', async ({ store, table }) => {
  const query = async (more: Partial<QueryRequest>) => (await store.query({ ...oslo, table, ...more })).items
  assert.equal(numbers(await query({ sort: { attribute: 'n', operator: 'between', low: 3, high: 5 } })), [3, 4, 5])
  assert.equal(numbers(await query({ sort: { attribute: 'n', operator: '>', value: 17 } })), [18, 19])
  assert.equal(await query({ sort: { attribute: 'n', operator: '=', value: 4 }, projection: ['n', 'name'] }), [
    { n: 4, name: 'name1' },
  ])
  const filtered = await store.query({ ...oslo, table, limit: 4, filter: compareTo(['owner'], '=', 'odd') })
  assert.equal(numbers(filtered.items), [1, 3])
  assert.equal(filtered.next, { city: 'Oslo', n: 3 })
})

local('indexes', async ({ store, table }) => {
  const owner = { table, consistent: false, reverse: false, partition: { attribute: 'owner', value: 'odd' } }
  const found = await pages((from) => store.query({ ...owner, index: 'byOwner', limit: 5, from }))
  assert.equal(
    numbers(found.items).sort((a, b) => a - b),
    items.filter(({ owner }) => owner === 'odd').map(({ n }) => n),
  )
  assert.equal(Object.keys(found.items[0] ?? {}).sort(), ['city', 'n', 'owner'])
  const sort = { attribute: 'name', operator: 'begins-with', prefix: 'name2' } as const
  const named = await store.query({ ...oslo, table, index: 'byName', sort })
  assert.equal(numbers(named.items), [2, 5, 8, 11, 14, 17])
})

local('a scan in pages and segments', async ({ store, table }) => {
  const whole = await pages((from) => store.scan({ table, consistent: true, limit: 10, from }))
  const inOrder = (found: readonly Item[]) => numbers(found).sort((a, b) => a - b)
  assert.equal(
    inOrder(whole.items),
    items.map(({ n }) => n),
  )
  const segments = await Promise.all(
    [0, 1, 2].map((index) => pages((from) => store.scan({ table, consistent: true, segment: { index, of: 3 }, from }))),
  )
  assert.equal(
    inOrder(segments.flatMap((each) => each.items)),
    items.map(({ n }) => n),
  )
  const filter = compareTo(['n'], '<', 2)
  assert.equal(inOrder((await store.scan({ table, consistent: true, filter })).items), [0, 1])
})

// Large answers are read in two parts: the items when they are looked at, and before that all else, with the key where the
// next page starts. In that part a binary value stayed text, which then was sent as an empty one and refused.
local('large pages go on from a binary key', async ({ store, table: other }) => {
  const table = `${other}-binary`
  await store.createTable({
    table,
    partition: { name: 'city', type: 'S' },
    sort: { name: 'id', type: 'B' },
    indexes: [],
  })
  const large = Array.from({ length: 40 }, (_, n) => ({
    city: 'Oslo',
    id: Uint8Array.of(n, 0, 255),
    text: 'x'.repeat(1000),
  }))
  for (const half of [large.slice(0, 20), large.slice(20)]) {
    await store.write(half.map((item) => ({ kind: 'put', table, key: { city: 'Oslo', id: item.id }, item })))
  }
  const queried = await pages((from) => store.query({ ...oslo, table, limit: 18, from }))
  assert.equal(queried, { items: large, count: 3 })
  const scanned = await pages((from) => store.scan({ table, consistent: true, limit: 18, from }))
  assert.equal(scanned, { items: large, count: 3 })
  await store.deleteTable(table)
})

local('what DynamoDB refuses is REJECTED', async ({ store, table }) => {
  const error = await store.query({ ...oslo, table, index: 'none' }).catch((caught: unknown) => caught)
  assert.ok(isEngineError(error, 'REJECTED'))
  assert.match(error.message, 'DynamoDB refused the query of')
})

// Items are read when somebody looks at them, which is after the request: what was wrong with them came out as it was thrown.
local('items that cannot be read are REJECTED, of a page as by key', async ({ endpoint, table }) => {
  const Person = defineModel({
    name: 'Person',
    table,
    key: { partition: 'city', sort: 'n' },
    schema: t.type({ city: t.string, n: t.number }),
    history: false,
  })
  const proxy = await faultProxy(endpoint)
  const { records, unitOfWork } = createEngine({
    store: dynamodbStore({ client: proxy.client({ maxAttempts: 1 }) }),
    models: [Person],
    scheduler: false,
  })
  const key = { city: 'Oslo' }
  const asks = [
    () => records.find(Person, { ...key, n: 1 }),
    () => records.query(Person, { key }).toArray(),
    () => records.scan(Person).toArray(),
    () => unitOfWork.run((work) => work.query(Person, { key })),
  ]
  for (const ask of asks) await ask()
  const item = '{"city":{"S":"Oslo"},"n":{"N":"1"}'
  const bodies = [
    [`${item},"x":{"ZZ":"new"}}`, /unknown type \(ZZ\)/],
    [`${item},"x":{"S":"${'x'.repeat(20_000)}"},,}`, /SyntaxError/],
  ] as const
  for (const [bad, reason] of bodies) {
    proxy.plan(({ operation }) => {
      const page = `"Items":[${bad}],"LastEvaluatedKey":${item}},"ScannedCount":1`
      return { status: 200, body: `{"Count":1,${operation === 'GetItem' ? `"Item":${bad}` : page}}` }
    })
    for (const ask of asks) {
      const error = await ask().catch((caught: unknown) => caught)
      assert.ok(isEngineError(error, 'REJECTED'), String(error))
      assert.match(error.payload.reason, reason)
    }
  }
  await proxy.close()
})

test.run()

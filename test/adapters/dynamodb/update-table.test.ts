import { setTimeout } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import { renderChange } from '../../../adapters/dynamodb/update-table.ts'
import { isEngineError } from '../../../core/errors.ts'
import { changeTable } from '../../../core/store/change-table.ts'
import type { IndexDefinition, TableChange, TableDescription } from '../../../core/store/table-definition.ts'
import { type FaultProxy, faultProxy } from '../../support/fault-proxy.ts'
import { onLocal } from './local-table.ts'

const local = await onLocal(test)

const index = (name: string): IndexDefinition => ({
  name: `by-${name}`,
  kind: 'global',
  partition: { name, type: 'S' },
  projection: 'keys',
})

async function withProxy(
  endpoint: string,
  tell: (proxy: FaultProxy, store: ReturnType<typeof dynamodbStore>) => Promise<void>,
) {
  const proxy = await faultProxy(endpoint)
  const patience = { random: Math.random, sleep: () => setTimeout(5) }
  await tell(proxy, dynamodbStore({ client: proxy.client({ maxAttempts: 2 }), patience }))
  await proxy.close()
}

const refusal = (name: string) => ({
  status: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'not now' },
})

const updating = (table: string) => ({
  status: 200,
  body: { Table: { TableName: table, TableStatus: 'UPDATING', AttributeDefinitions: [], KeySchema: [] } },
})

local('a change waits for the one before, and for itself', async ({ endpoint, table }) => {
  await withProxy(endpoint, async (proxy, store) => {
    proxy.plan(({ operation }, n) =>
      operation === 'DescribeTable' && [1, 2, 4].includes(n) ? updating(table) : 'pass',
    )
    await store.updateTable({ table, kind: 'add-index', index: index('a') })
    const operations = proxy.requests.map(({ operation }) => operation).filter((name) => name !== 'DescribeTimeToLive')
    const looks = operations.indexOf('UpdateTable')
    assert.is(looks, 3, 'looks until the table is active, then changes it')
    assert.ok(operations.slice(looks + 1).length >= 2, 'and looks again until it is active')
    assert.is(proxy.count('UpdateTable'), 1)
  })
})

local('somebody else who changes the table is waited for', async ({ endpoint, table }) => {
  await withProxy(endpoint, async (proxy, store) => {
    proxy.plan(({ operation }, n) => {
      if (operation !== 'UpdateTable' || n > 2) return 'pass'
      return refusal(n === 1 ? 'ResourceInUseException' : 'LimitExceededException')
    })
    await store.updateTable({ table, kind: 'add-index', index: index('b') })
    assert.ok(proxy.count('UpdateTable') >= 3)
    const { indexes } = (await store.describeTable(table))!
    assert.ok(indexes.some(({ name }) => name === 'by-b'))
  })
})

local('a change whose answer was lost is not taken for a failure', async ({ endpoint, table }) => {
  await withProxy(endpoint, async (proxy, store) => {
    proxy.plan(({ operation }, n) => (operation === 'UpdateTable' && n === 1 ? 'lose-after:drop' : 'pass'))
    await store.updateTable({ table, kind: 'add-index', index: index('c') })
    const { indexes } = (await store.describeTable(table))!
    assert.ok(indexes.some(({ name }) => name === 'by-c'))
  })
})

local('a change that somebody has just made is made, and any other refusal is told', async ({ endpoint, table }) => {
  await withProxy(endpoint, async (proxy, store) => {
    // The SDK sends it again, and DynamoDB refuses to turn on what is on.
    proxy.plan(({ operation }, n) => (operation === 'UpdateTimeToLive' && n === 1 ? 'lose-after:drop' : 'pass'))
    await store.updateTable({ table, kind: 'expiry', attribute: 'until' })
    assert.is(proxy.count('UpdateTimeToLive'), 2)
    assert.is((await store.describeTable(table))?.expiry, 'until')
    const refused = store.updateTable({ table, kind: 'add-index', index: { ...index('x'), name: '!' } })
    const error = await refused.catch((caught: unknown) => caught)
    assert.ok(isEngineError(error, 'REJECTED'), String(error))
  })
})

const present: TableDescription = {
  table: 't',
  partition: { name: 'id', type: 'S' },
  indexes: [index('a'), index('b')],
  capacity: { mode: 'on-demand' },
  status: 'active',
}
const units = (read: number, write: number) => ({ mode: 'provisioned', read, write }) as const

const inputOf = (change: TableChange, from = present) => {
  const next = changeTable(from, change)
  if (typeof next === 'string') throw new Error(next)
  return renderChange(from, next, change).input
}

test('capacity is set for the table and all its indexes, but only what differs', () => {
  const change: TableChange = { table: 't', kind: 'capacity', capacity: units(5, 6), indexes: { 'by-b': units(7, 8) } }
  const throughput = (read: number, write: number) => ({ ReadCapacityUnits: read, WriteCapacityUnits: write })
  assert.equal(inputOf(change), {
    TableName: 't',
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: throughput(5, 6),
    GlobalSecondaryIndexUpdates: [
      { Update: { IndexName: 'by-a', ProvisionedThroughput: throughput(5, 6) } },
      { Update: { IndexName: 'by-b', ProvisionedThroughput: throughput(7, 8) } },
    ],
  })
  const provisioned: TableDescription = {
    ...present,
    capacity: units(5, 6),
    indexes: [
      { ...index('a'), capacity: units(9, 9) },
      { ...index('b'), capacity: units(5, 6) },
    ],
  }
  assert.equal(inputOf(change, provisioned), {
    TableName: 't',
    GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'by-b', ProvisionedThroughput: throughput(7, 8) } }],
  })
  const onDemand: TableChange = { table: 't', kind: 'capacity', capacity: { mode: 'on-demand' } }
  assert.equal(inputOf(onDemand, provisioned), { TableName: 't', BillingMode: 'PAY_PER_REQUEST' })
})

test('turning expiry off names the attribute that it was', () => {
  assert.equal(inputOf({ table: 't', kind: 'expiry', attribute: undefined }, { ...present, expiry: 'until' }), {
    TableName: 't',
    TimeToLiveSpecification: { AttributeName: 'until', Enabled: false },
  })
})

test.run()

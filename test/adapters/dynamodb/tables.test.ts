import { DescribeTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import { isEngineError } from '../../../core/errors.ts'
import type { TableDefinition } from '../../../core/store/table-definition.ts'
import { put } from '../../conformance/bench.ts'
import { faultProxy } from '../../support/fault-proxy.ts'
import { type LocalTable, onLocal, plan, read } from './local-table.ts'

const local = await onLocal(test)

const rejection = async (promise: Promise<void>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  assert.ok(isEngineError(error, 'REJECTED'), String(error))
  return error.message
}

local('creating twice, also at once, leaves the items there', async (on) => {
  const definition: TableDefinition = { table: on.table, partition: { name: 'id', type: 'S' }, indexes: [] }
  await on.store.commit(plan(put(on.table, { id: 'here' })))
  await on.store.createTable(definition)
  assert.equal(await read(on, 'here'), [{ id: 'here' }])
  const fresh = { ...definition, table: `${on.table}-fresh` }
  await Promise.all([on.store.createTable(fresh), on.store.createTable(fresh)])
  await on.store.deleteTable(fresh.table)
})

local('a table with other keys is refused, naming the difference', async ({ store, table }) => {
  const other: TableDefinition = {
    table,
    partition: { name: 'id', type: 'N' },
    sort: { name: 'at', type: 'S' },
    indexes: [],
  }
  assert.match(await rejection(store.createTable(other)), 'it has id (S), wanted is id (N), at (S)')
})

local('deleting twice, or what never was, is no error', async ({ store, table }) => {
  const name = `${table}-gone`
  await store.createTable({ table: name, partition: { name: 'id', type: 'S' }, indexes: [] })
  await store.deleteTable(name)
  await store.deleteTable(name)
  const missing = await store.read([{ table: name, key: { id: 'a' } }], { consistent: true }).catch((e: unknown) => e)
  assert.ok(isEngineError(missing, 'REJECTED'))
})

local('waits until a table and its indexes can be used', async ({ endpoint, table }) => {
  const proxy = await faultProxy(endpoint)
  const pauses: number[] = []
  const patience = { random: Math.random, sleep: async (ms: number) => void pauses.push(ms) }
  const store = dynamodbStore({ client: proxy.client(), patience })
  const name = `${table}-slow`
  const seen = (TableStatus: string, IndexStatus: string) => ({
    status: 200,
    body: { Table: { TableStatus, GlobalSecondaryIndexes: [{ IndexStatus }] } },
  })
  const describes = ['pass', seen('CREATING', 'CREATING'), seen('ACTIVE', 'CREATING')] as const
  proxy.plan(({ operation }, n) => (operation === 'DescribeTable' ? (describes[n - 1] ?? 'pass') : 'pass'))
  await store.createTable({ table: name, partition: { name: 'id', type: 'S' }, indexes: [] })
  assert.is(proxy.count('CreateTable'), 1)
  assert.equal(pauses.slice(0, 2), [50, 100])
  assert.ok(proxy.count('DescribeTable') >= 4)
  await store.deleteTable(name)
  await proxy.close()
})

const streamOf = async ({ client }: LocalTable, TableName: string) => {
  const { Table: found } = await client.send(new DescribeTableCommand({ TableName }))
  return { arn: found?.LatestStreamArn, ...found?.StreamSpecification }
}

local('switches a stream of both images on, also for a table that is there, and leaves it on', async (on) => {
  const definition = { table: `${on.table}-stream`, partition: { name: 'id', type: 'S' }, indexes: [] } as const
  await on.store.createTable(definition)
  assert.equal(await streamOf(on, definition.table), { arn: undefined })
  const streamed = { ...definition, stream: true }
  await Promise.all([on.store.createTable(streamed), on.store.createTable(streamed)])
  const first = await streamOf(on, definition.table)
  assert.is(first.StreamViewType, 'NEW_AND_OLD_IMAGES')
  await on.store.createTable(streamed)
  await on.store.createTable(definition)
  assert.equal(await streamOf(on, definition.table), first)
  await on.store.deleteTable(definition.table)
  await on.store.createTable(streamed)
  assert.is((await streamOf(on, definition.table)).StreamViewType, 'NEW_AND_OLD_IMAGES')
  await on.store.deleteTable(definition.table)
})

local('a stream of other images is refused, as changing it would lose what it holds', async (on) => {
  const definition = { table: `${on.table}-keys`, partition: { name: 'id', type: 'S' }, indexes: [] } as const
  await on.store.createTable(definition)
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } as const
  await on.client.send(new UpdateTableCommand({ TableName: definition.table, StreamSpecification }))
  const message = await rejection(on.store.createTable({ ...definition, stream: true }))
  assert.match(message, 'has a stream of KEYS_ONLY, the model wants NEW_AND_OLD_IMAGES')
  await on.store.deleteTable(definition.table)
})

test.run()

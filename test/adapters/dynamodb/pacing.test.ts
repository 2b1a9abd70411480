/**
 * Over the wire, against a server on loopback that enforces provisioned capacity and answers like DynamoDB.
 *
 * @module
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import { isEngineError } from '../../../core/errors.ts'
import { all } from '../../../core/expression/condition.ts'
import { createEngine, defineModel } from '../../../core/index.ts'
import type { ConsumedCapacity } from '../../../core/store/capacity.ts'
import type { Store } from '../../../core/store/store.ts'
import { type ProvisionedServer, provisionedServer } from '../../support/provisioned-server.ts'

let server: ProvisionedServer
let store: Store
let requests = 0

test.before(async () => {
  server = await provisionedServer()
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' }
  const client = new DynamoDBClient({ endpoint: server.endpoint, region: 'us-east-1', credentials })
  client.middlewareStack.add(
    (next) => (args) => {
      requests++
      return next(args)
    },
    { step: 'deserialize', priority: 'high' },
  )
  store = dynamodbStore({ client })
})
test.after(() => server.close())

const put = (table: string, id: string, kilobytes: number) => ({
  kind: 'put' as const,
  table,
  key: { id },
  item: { id, fill: 'x'.repeat(kilobytes * 1024 - 40) },
  condition: all([]),
})

test('what a request consumed is told, once a request, to those who ask', async () => {
  server.provision('told', { read: 100, write: 100 })
  const told: (readonly ConsumedCapacity[])[] = []
  const onConsumed = (consumed: readonly ConsumedCapacity[]) => void told.push(consumed)
  await store.commit({ id: 'a', actions: [put('told', 'a', 3)] }, { onConsumed })
  await store.commit({ id: 'b', actions: [put('told', 'b', 1), put('told', 'c', 1)] }, { onConsumed })
  await store.read([{ table: 'told', key: { id: 'a' } }], { consistent: true, onConsumed })
  const none = { table: 'told', readUnits: 0, writeUnits: 0 }
  assert.equal(told, [
    [{ ...none, writeUnits: 3 }],
    [
      { ...none, writeUnits: 2 },
      { ...none, writeUnits: 2 },
    ],
    [{ ...none, readUnits: 1 }],
  ])
})

test('limits are as the table is described', async () => {
  server.provision('described', { read: 7, write: 9 })
  assert.equal(await store.throughput?.('described'), { read: 7, write: 9, indexes: {} })
  assert.is(await store.throughput?.('on-demand'), undefined)
})

test('a read that is throttled is told at once to those who repeat it themselves, with its reasons', async () => {
  server.provision('scarce', { read: 0.01, write: 100, burstSeconds: 100 })
  const ask = () => store.read([{ table: 'scarce', key: { id: 'a' } }], { consistent: true, once: true })
  await ask()
  requests = 0
  const error = await ask().catch((thrown: unknown) => thrown)
  assert.ok(isEngineError(error, 'THROTTLED'))
  assert.match(String(error.payload.reasons[0]), /^TableReadProvisionedThroughputExceeded arn:.*table\/scarce$/)
  assert.is(requests, 1)
})

// The two kinds of reads were told apart by a name that they shared, so that the first one's retries were everybody's: a paced
// read after a plain one was repeated by the SDK behind the pacer's back, and a plain one after a paced one by nobody.
for (const first of [false, true])
  test(`each read is repeated by whom it says, also where ${first ? 'a paced' : 'a plain'} one came first`, async () => {
    const table = first ? 'paced-first' : 'plain-first'
    server.provision(table, { read: 0.01, write: 100, burstSeconds: 100 })
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' }
    const { endpoint } = server
    const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 3 })
    const own = dynamodbStore({ client })
    const throttlesOf = async (once: boolean) => {
      const before = server.statistics(table).throttled
      await own.read([{ table, key: { id: 'a' } }], { consistent: true, once }).catch(() => undefined)
      return server.statistics(table).throttled - before
    }
    assert.is(await throttlesOf(first), 0)
    assert.is(await throttlesOf(true), 1)
    assert.is(await throttlesOf(false), 3)
    assert.is(await throttlesOf(true), 1)
    client.destroy()
  })

test('an engine on DynamoDB is paced unless told otherwise, and tells how it stands', async () => {
  server.provision('players', { read: 1000, write: 50, burstSeconds: 1 })
  const Player = defineModel({
    name: 'Player',
    table: 'players',
    key: { partition: 'id' },
    schema: t.type({ id: t.string }),
  })
  const { unitOfWork, capacity } = createEngine({ store, models: [Player] })
  await Promise.all(
    [...Array(80).keys()].map((n) => unitOfWork.run(async (work) => void work.create(Player, { id: `p${n}` }))),
  )
  const { throttled, requests: sent } = server.statistics('players')
  assert.is(sent, 80)
  assert.is(throttled, 0)
  const [writes] = capacity()
  assert.is(writes?.limit, 50)
  assert.is(writes?.source, 'described')
  assert.ok(writes!.wait.p99 > 500, 'eighty writes at fifty a second')
  const unpaced = createEngine({ store, models: [Player], scheduler: false })
  assert.equal(unpaced.capacity(), [])
})

test('throttles in the way are not seen by units of work', async () => {
  server.provision('busy', { read: 1000, write: 20, burstSeconds: 0.05 })
  const Busy = defineModel({ name: 'Busy', table: 'busy', key: { partition: 'id' }, schema: t.type({ id: t.string }) })
  // Told eight times too much, and several leave at once: what the server refuses comes again until it gets through.
  const { unitOfWork, capacity } = createEngine({
    store,
    models: [Busy],
    scheduler: { limits: { busy: { write: 160 } } },
  })
  await Promise.all(
    [...Array(30).keys()].map((n) => unitOfWork.run(async (work) => void work.create(Busy, { id: `b${n}` }))),
  )
  assert.ok(server.statistics('busy').throttled > 0)
  assert.is(server.statistics('busy').units, 30)
  assert.ok(capacity()[0]!.throttled > 0)
})

test.run()

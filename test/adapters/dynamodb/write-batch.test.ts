import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import type { BulkWrite } from '../../../core/store/bulk-write.ts'
import { faultProxy } from '../../support/fault-proxy.ts'
import { onLocal, read } from './local-table.ts'

const local = await onLocal(test)

const put = (table: string, id: string): BulkWrite => ({ kind: 'put', table, key: { id }, item: { id, n: 2n ** 60n } })

local('what DynamoDB did not get to comes back as it was asked for', async (on) => {
  const { table, endpoint } = on
  const proxy = await faultProxy(endpoint)
  const store = dynamodbStore({ client: proxy.client() })
  const writes: BulkWrite[] = [put(table, 'a'), put(table, 'b'), { kind: 'delete', table, key: { id: 'c' } }]
  const left = [
    { PutRequest: { Item: { n: { N: '1152921504606846976' }, id: { S: 'b' } } } },
    { DeleteRequest: { Key: { id: { S: 'c' } } } },
  ]
  proxy.plan(() => ({ status: 200, body: { UnprocessedItems: { [table]: left } } }))
  const outcome = await store.write(writes)
  assert.equal(outcome.unprocessed, writes.slice(1))
  assert.equal(outcome.reasons, [`UnprocessedItems ${table}`])
  assert.is(proxy.count('BatchWriteItem'), 1)
  await proxy.close()
})

local('a request that was throttled as a whole wrote nothing', async (on) => {
  const { table, endpoint } = on
  const proxy = await faultProxy(endpoint)
  const store = dynamodbStore({ client: proxy.client({ maxAttempts: 1 }) })
  const body = {
    __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'slow down',
  }
  proxy.plan((_, n) => (n === 1 ? { status: 400, body } : 'pass'))
  const writes = [put(table, 'x')]
  const refused = await store.write(writes)
  assert.equal(refused, { unprocessed: writes, reasons: ['ProvisionedThroughputExceededException'] })
  assert.equal(await read(on, 'x'), [undefined])
  assert.equal((await store.write(refused.unprocessed)).unprocessed, [])
  assert.equal(await read(on, 'x'), [{ id: 'x', n: 2n ** 60n }])
  await proxy.close()
})

test.run()

import { randomUUID } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore, tunedClient } from '../../../adapters/dynamodb/index.ts'
import { isEngineError } from '../../../core/errors.ts'
import * as c from '../../../core/expression/condition.ts'
import * as u from '../../../core/expression/update.ts'
import type { Store } from '../../../core/store/store.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'
import { check, update } from '../../conformance/bench.ts'
import { type Fate, type FaultProxy, faultProxy } from '../../support/fault-proxy.ts'
import { type LocalTable, onLocal, plan, read } from './local-table.ts'

const local = await onLocal(test)

type Body = (on: LocalTable & { readonly proxy: FaultProxy; readonly faulty: Store }) => Promise<void>

/** `faulty` is a store behind a proxy of its own. */
function behindProxy(name: string, body: Body): void {
  for (const isTuned of [false, true]) {
    local(isTuned ? `${name}, with a tuned client` : name, async (on) => {
      const proxy = await faultProxy(on.endpoint)
      const faulty = dynamodbStore({ client: proxy.client({ maxAttempts: 3 }, isTuned ? tunedClient : undefined) })
      await body({ ...on, proxy, faulty }).finally(() => proxy.close())
    })
  }
}

const shapes: readonly [string, string, (on: LocalTable, id: string) => readonly WriteAction[]][] = [
  ['one write', 'UpdateItem', ({ table }, id) => [update(table, id, [u.increment(['n'], 1)])]],
  [
    'a transaction',
    'TransactWriteItems',
    ({ table }, id) => [update(table, id, [u.increment(['n'], 1)]), check(table, 'none', c.absent(['id']))],
  ],
]

const fates: readonly [Fate, applied: boolean][] = [
  ['lose-after:500', true],
  ['lose-after:drop', true],
  ['lose-after:truncate', true],
  ['drop-before', false],
  ['500-before', false],
  [{ status: 200, body: '<html>' }, false],
]

for (const [what, operation, actions] of shapes) {
  behindProxy(`${what} is sent once, and a lost answer is an unknown outcome`, async (on) => {
    for (const [i, [fate, applied]] of fates.entries()) {
      on.proxy.reset()
      on.proxy.plan(() => fate)
      const id = `${operation}${i}-${randomUUID()}`
      const outcome = await on.faulty.commit(plan(...actions(on, id)))
      assert.is(outcome.kind, 'unknown', JSON.stringify(fate))
      assert.instance((outcome as { cause: unknown }).cause, Error)
      assert.is(on.proxy.count(), 1)
      assert.is(on.proxy.count(operation), 1)
      assert.equal(await read(on, id), [applied ? { id, n: 1 } : undefined])
    }
  })
}

behindProxy('throttles are not repeated either, and keep their reasons', async ({ proxy, faulty, table }) => {
  const ThrottlingReasons = [{ reason: 'TableWriteMaxOnDemandThroughputExceeded', resource: 'arn:t' }]
  const __type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'
  proxy.plan(() => ({ status: 400, body: { __type, message: 'slow down', ThrottlingReasons } }))
  const outcome = await faulty.commit(plan(update(table, 'slow', [u.set(['n'], 1)])))
  assert.equal(outcome, { kind: 'throttled', reasons: ['TableWriteMaxOnDemandThroughputExceeded arn:t'] })
  assert.is(proxy.count(), 1)
})

behindProxy('an abort after sending is an unknown outcome', async ({ proxy, faulty, table }) => {
  const controller = new AbortController()
  proxy.plan(() => {
    controller.abort()
    return 'pass'
  })
  const write = plan(update(table, 'aborted', [u.set(['n'], 1)]))
  assert.is((await faulty.commit(write, { signal: controller.signal })).kind, 'unknown')
})

behindProxy('reads keep the client’s retries', async ({ proxy, faulty, table }) => {
  const address = { table, key: { id: 'none' } }
  proxy.plan((_, n) => (n < 3 ? '500-before' : 'pass'))
  assert.equal(await faulty.read([address], { consistent: true }), [undefined])
  assert.is(proxy.count('GetItem'), 3)
  proxy.plan(() => 'drop-before')
  const error = await faulty.read([address], { consistent: true }).catch((caught: unknown) => caught)
  assert.ok(isEngineError(error, 'THROTTLED') && error.cause instanceof Error)
  assert.is(proxy.count('GetItem'), 6)
})

behindProxy('the client is left as it was', async ({ proxy, table }) => {
  const client = proxy.client()
  const before = client.middlewareStack.identify()
  let seen = 0
  client.middlewareStack.add(
    (next) => (args) => {
      seen++
      return next(args)
    },
    { step: 'initialize', name: 'mine' },
  )
  const store = dynamodbStore({ client })
  await store.commit(plan(update(table, 'mine', [u.set(['n'], 1)])))
  assert.is(seen, 1, 'middleware of the caller runs')
  client.middlewareStack.remove('mine')
  assert.equal(client.middlewareStack.identify(), before)
})

local('without a connection or credentials nothing is sent', async ({ table, endpoint }) => {
  const proxy = await faultProxy(endpoint)
  await proxy.close()
  const write = plan(update(table, 'unreachable', [u.set(['n'], 1)]))
  const refused = await dynamodbStore({ client: proxy.client() }).commit(write)
  assert.is(refused.kind, 'throttled')
  assert.match((refused as { reasons: readonly string[] }).reasons[0] ?? '', 'ECONNREFUSED')
  const client = proxy.client({ credentials: () => Promise.reject(new Error('no credentials here')) })
  const unsigned = await dynamodbStore({ client }).commit(write)
  assert.is(unsigned.kind, 'invalid')
  assert.match((unsigned as { reason: string }).reason, 'no credentials here')
})

test.run()

import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import { isEngineError } from '../../../core/errors.ts'
import * as c from '../../../core/expression/condition.ts'
import * as u from '../../../core/expression/update.ts'
import type { CommitOutcome } from '../../../core/store/commit-outcome.ts'
import { check, put, remove, update } from '../../conformance/bench.ts'
import { onLocal, plan, read } from './local-table.ts'

const local = await onLocal(test)
const committed: CommitOutcome = { kind: 'committed' }

local('a single write whose condition fails brings the present item back', async (on) => {
  const { store, table } = on
  await store.commit(plan(put(table, { id: 'a', n: 1 })))
  const conflict = { kind: 'conflict', failures: [{ position: 0, present: { id: 'a', n: 1 } }] }
  assert.equal(await store.commit(plan(put(table, { id: 'a' }, c.absent(['id'])))), conflict)
  assert.equal(await store.commit(plan(update(table, 'a', [u.set(['n'], 2)], c.equals(['n'], 0)))), conflict)
  assert.equal(await store.commit(plan(remove(table, 'a', c.equals(['n'], 0)))), conflict)
  const absent = { kind: 'conflict', failures: [{ position: 0, present: undefined }] }
  assert.equal(await store.commit(plan(update(table, 'zz', [u.set(['n'], 2)], c.exists(['id'])))), absent)
  assert.equal(await store.commit(plan(remove(table, 'a', c.equals(['n'], 1)))), committed)
  assert.equal(await read(on, 'a', 'zz'), [undefined, undefined])
})

local('a transaction applies all or nothing, and each failure has its position and image', async (on) => {
  const { store, table } = on
  await store.commit(plan(put(table, { id: 'a', n: 1 }), put(table, { id: 'b', n: 1 })))
  const outcome = await store.commit(
    plan(
      put(table, { id: 'new' }, c.absent(['id'])),
      update(table, 'a', [u.increment(['n'], 1)], c.equals(['n'], 7)),
      check(table, 'none', c.exists(['id'])),
      remove(table, 'b', c.equals(['n'], 1)),
    ),
  )
  assert.equal(outcome, {
    kind: 'conflict',
    failures: [
      { position: 1, present: { id: 'a', n: 1 } },
      { position: 2, present: undefined },
    ],
  })
  assert.equal(await read(on, 'new', 'a', 'b'), [undefined, { id: 'a', n: 1 }, { id: 'b', n: 1 }])
})

local('a repeated transaction is applied once', async (on) => {
  const { store, table } = on
  const once = plan(update(table, 'count', [u.increment(['n'], 1)]), check(table, 'none', c.absent(['id'])))
  assert.equal(await store.commit(once), committed)
  assert.equal(await store.commit(once), committed)
  assert.equal(await read(on, 'count'), [{ id: 'count', n: 1 }])
  const other = { ...once, actions: [update(table, 'count', [u.increment(['n'], 2)]), once.actions[1]!] }
  const outcome = await store.commit(other)
  assert.is(outcome.kind, 'invalid')
  assert.match((outcome as { reason: string }).reason, 'another plan was sent under the same id')
})

local('a lone check is a commit too', async ({ store, table }) => {
  assert.equal(await store.commit(plan(check(table, 'none', c.absent(['id'])))), committed)
  assert.is((await store.commit(plan(check(table, 'none', c.exists(['id']))))).kind, 'conflict')
})

local('what DynamoDB refuses is invalid and says why', async ({ store, table }) => {
  const missing = await store.commit(plan(put('no-such-table', { id: 'a' })))
  assert.match((missing as { reason: string }).reason, 'tables.create()')
  const large = put(table, { id: 'large', text: 'x'.repeat(400 * 1024) })
  assert.is((await store.commit(plan(large))).kind, 'invalid')
  assert.is((await store.commit(plan(put(table, { id: 'a', none: new Set() })))).kind, 'invalid')
  const key = { ...remove(table, 'a'), key: { id: 1 } }
  const outcome = await store.commit(plan(check(table, 'none', c.absent(['id'])), key))
  assert.is(outcome.kind, 'invalid')
  assert.is((outcome as { position?: number }).position, 1)
})

local('works through a document client', async (on) => {
  const store = dynamodbStore({ client: DynamoDBDocumentClient.from(on.client) })
  const item = { id: 'document', badges: new Set(['x']), big: 10n ** 30n }
  assert.equal(await store.commit(plan(put(on.table, item))), committed)
  const again = { table: on.table, store, client: on.client, endpoint: on.endpoint }
  assert.equal(await read(again, 'document'), [item])
})

local('an abort before sending sends nothing; a closed store does nothing, and leaves the client open', async (on) => {
  const store = dynamodbStore({ client: on.client })
  const code = (error: unknown) => (isEngineError(error) ? error.code : String(error))
  const write = plan(put(on.table, { id: 'never' }))
  const signal = AbortSignal.abort()
  assert.is(await store.commit(write, { signal }).catch(code), 'ABORTED')
  assert.is(await store.scan({ table: on.table, consistent: true }, { signal }).catch(code), 'ABORTED')
  await store.close()
  assert.is(await store.commit(write).catch(code), 'CLOSED')
  assert.is(await store.read([], { consistent: true }).catch(code), 'CLOSED')
  assert.is(await store.deleteTable(on.table).catch(code), 'CLOSED')
  assert.equal(await read(on, 'never'), [undefined])
})

test.run()

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { all, type Condition, equals, exists } from '../../../core/expression/condition.ts'
import { increment, set } from '../../../core/expression/update.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'
import { expectRejection } from '../../conformance/expect.ts'

const anyItem: Condition = all([])
const put = (id: string, more: Record<string, unknown> = {}): WriteAction => ({
  kind: 'put',
  table: 't',
  key: { id },
  item: { id, ...more } as never,
  condition: anyItem,
})
const raise = (id: string, condition = anyItem): WriteAction => ({
  kind: 'update',
  table: 't',
  key: { id },
  update: [increment(['n'], 1)],
  condition,
})
const consistent = { consistent: true }
const address = (id: string) => ({ table: 't', key: { id } })

test('a table appears with the first write', async () => {
  const store = memoryStore()
  assert.equal(await store.read([address('a')], consistent), [undefined])
  assert.equal(await store.scan({ table: 't', consistent: true }), { items: [], count: 0, next: undefined })
  await store.commit({ id: '1', actions: [put('a')] })
  assert.equal(await store.read([address('a')], consistent), [{ id: 'a' }])
})

test('a refused first write leaves no table behind', async () => {
  const store = memoryStore()
  const refused: WriteAction = { ...put('a'), condition: exists(['id']) }
  assert.is((await store.commit({ id: '1', actions: [refused] })).kind, 'conflict')
  await store.createTable({ table: 't', partition: { name: 'other', type: 'N' }, indexes: [] })
})

test('the first write says which keys the table has', async () => {
  const store = memoryStore()
  await store.commit({ id: '1', actions: [put('a')] })
  const other: WriteAction = { kind: 'delete', table: 't', key: { name: 'a' }, condition: anyItem }
  assert.is((await store.commit({ id: '2', actions: [other] })).kind, 'invalid')
  await expectRejection('REJECTED', store.read([{ table: 't', key: { name: 'a' } }], consistent))
})

test('a table that appeared can be created later, with its items', async () => {
  const store = memoryStore()
  await store.commit({ id: '1', actions: [put('a', { badge: 'gold' })] })
  await store.createTable({
    table: 't',
    partition: { name: 'id', type: 'S' },
    indexes: [{ name: 'by-badge', kind: 'global', partition: { name: 'badge', type: 'S' }, projection: 'all' }],
  })
  const page = await store.query({
    table: 't',
    index: 'by-badge',
    partition: { attribute: 'badge', value: 'gold' },
    consistent: false,
    reverse: false,
  })
  assert.equal(page.items, [{ id: 'a', badge: 'gold' }])
})

test('two stores share nothing', async () => {
  const [one, two] = [memoryStore(), memoryStore()]
  await one.commit({ id: '1', actions: [put('a')] })
  assert.equal(await two.read([address('a')], consistent), [undefined])
})

test('every call yields to the event loop', async () => {
  const store = memoryStore()
  const order: string[] = []
  const commit = store.commit({ id: '1', actions: [put('a')] }).then(() => order.push('commit'))
  queueMicrotask(() => order.push('microtask'))
  await commit
  assert.equal(order, ['microtask', 'commit'])
})

test('an abort while a commit waits writes nothing', async () => {
  const store = memoryStore()
  const controller = new AbortController()
  const commit = store.commit({ id: '1', actions: [put('a')] }, { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expectRejection('ABORTED', commit)
  assert.equal(await store.read([address('a')], consistent), [undefined])
})

test('a plan is remembered for ten minutes', async () => {
  let now = 0
  const store = memoryStore({ now: () => now })
  const plan = { id: 'same', actions: [raise('a'), raise('b')] }
  for (const [minutes, n] of [
    [0, 1],
    [9.9, 1],
    [10, 2],
    [19.9, 2],
  ] as const) {
    now = minutes * 60_000
    assert.equal(await store.commit(plan), { kind: 'committed' })
    assert.equal(await store.read([address('a')], consistent), [{ id: 'a', n }])
  }
})

test('a plan of one action is applied every time it is sent', async () => {
  const store = memoryStore()
  const plan = { id: 'same', actions: [raise('a')] }
  await store.commit(plan)
  await store.commit(plan)
  assert.equal(await store.read([address('a')], consistent), [{ id: 'a', n: 2 }])
})

test('limits may be tighter than those of DynamoDB', async () => {
  const store = memoryStore({ limits: { actions: 2, itemBytes: 20 } })
  assert.is(store.limits.actions, 2)
  assert.is(store.limits.planBytes, 4 * 1024 * 1024)
  assert.is((await store.commit({ id: '1', actions: [put('a'), put('b'), put('c')] })).kind, 'invalid')
  assert.is((await store.commit({ id: '2', actions: [put('a', { text: 'x'.repeat(20) })] })).kind, 'invalid')
  assert.is((await store.commit({ id: '3', actions: [put('a'), put('b')] })).kind, 'committed')
})

test('a refused plan names the action at fault', async () => {
  const store = memoryStore()
  const faults: readonly (readonly [WriteAction, RegExp])[] = [
    [put('b', { text: 'x'.repeat(400 * 1024) }), /at most 409600 bytes/],
    [put('b', { tags: new Set() }), /set with elements/],
    [put('b', { tags: new Set([1, 1n]) }), /without duplicates/],
    [put('b', { n: Number.NaN }), /finite number at n/],
    [put('b', { id: 'c' }), /another id than its key/],
    [put('a'), /same item/],
    [{ ...raise('b'), key: { id: '' } }, /not to be empty/],
    [{ ...raise('b'), key: { id: 'x'.repeat(2049) } }, /at most 2048 bytes/],
    [{ ...raise('b'), update: [set(['id'], 'c')] } as WriteAction, /part of the key/],
    [{ ...raise('b'), update: [set(['a', 'b'], 1)] } as WriteAction, /No parent for a\.b/],
    [{ ...raise('b'), update: [set(['a'], 1), set(['a', 'b'], 1)] } as WriteAction, /overlap/],
  ]
  for (const [fault, reason] of faults) {
    const outcome = await store.commit({ id: '1', actions: [put('a'), fault] })
    if (outcome.kind !== 'invalid') throw new Error(`Expected invalid, got ${outcome.kind}`)
    assert.is(outcome.position, 1)
    assert.match(outcome.reason, reason)
  }
  assert.equal(await store.read([address('a')], consistent), [undefined])
})

test('an index refuses keys of another type', async () => {
  const store = memoryStore()
  await store.createTable({
    table: 't',
    partition: { name: 'id', type: 'S' },
    indexes: [{ name: 'by-badge', kind: 'global', partition: { name: 'badge', type: 'S' }, projection: 'all' }],
  })
  assert.is((await store.commit({ id: '1', actions: [put('a', { badge: 1 })] })).kind, 'invalid')
  const update: WriteAction = { ...raise('a'), update: [set(['badge'], '')] } as WriteAction
  assert.is((await store.commit({ id: '2', actions: [update] })).kind, 'invalid')
  assert.is((await store.commit({ id: '3', actions: [put('a')] })).kind, 'committed')
})

test('requests that no table could answer are refused', async () => {
  const store = memoryStore()
  await store.createTable({
    table: 't',
    partition: { name: 'id', type: 'S' },
    indexes: [{ name: 'by-badge', kind: 'global', partition: { name: 'badge', type: 'S' }, projection: 'all' }],
  })
  const scan = { table: 't', consistent: true }
  const query = { ...scan, partition: { attribute: 'id', value: 'a' }, reverse: false }
  await expectRejection('REJECTED', store.scan({ ...scan, index: 'none' }))
  await expectRejection('REJECTED', store.scan({ ...scan, index: 'by-badge' }))
  await expectRejection('REJECTED', store.scan({ ...scan, limit: 0 }))
  await expectRejection('REJECTED', store.scan({ ...scan, from: {} }))
  await expectRejection('REJECTED', store.scan({ ...scan, segment: { index: 2, of: 2 } }))
  await expectRejection('REJECTED', store.query({ ...query, partition: { attribute: 'name', value: 'a' } }))
  await expectRejection('REJECTED', store.query({ ...query, partition: { attribute: 'id', value: 1 } }))
  await expectRejection('REJECTED', store.query({ ...query, sort: { attribute: 's', operator: '=', value: 1 } }))
})

test('what a caller does to its values later changes nothing', async () => {
  const store = memoryStore()
  const tags = new Set(['x'])
  const list = [{ n: 1 }]
  await store.commit({ id: '1', actions: [put('a', { tags, list })] })
  tags.add('y')
  list[0]!.n = 2
  const outcome = await store.commit({ id: '2', actions: [{ ...put('a'), condition: equals(['n'], 1) }] })
  const present = outcome.kind === 'conflict' ? outcome.failures[0]?.present : undefined
  assert.equal(present, { id: 'a', tags: new Set(['x']), list: [{ n: 1 }] })
  ;(present as unknown as { tags: Set<string> }).tags.add('z')
  const [item] = await store.read([address('a')], consistent)
  assert.equal(item, { id: 'a', tags: new Set(['x']), list: [{ n: 1 }] })
})

test.run()

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClassicLevel } from 'classic-level'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import { deletedTables, FORMAT_KEY, itemsBeginning } from '../../../adapters/level/key-space.ts'
import type { AttributeValue } from '../../../core/data/attribute-value.ts'
import { isEngineError } from '../../../core/errors.ts'
import { absent, all, type Condition } from '../../../core/expression/condition.ts'
import { increment } from '../../../core/expression/update.ts'
import type { QueryRequest, Store } from '../../../core/store/store.ts'
import type { TableDefinition } from '../../../core/store/table-definition.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'
import { expectRejection } from '../../conformance/expect.ts'
import { newDirectory, removeDirectories } from './directory.ts'

const anyItem: Condition = all([])
const put = (id: string, more: Record<string, AttributeValue> = {}): WriteAction => ({
  kind: 'put',
  table: 't',
  key: { id },
  item: { id, ...more },
  condition: anyItem,
})
const raise = (id: string): WriteAction => ({
  kind: 'update',
  table: 't',
  key: { id },
  update: [increment(['n'], 1)],
  condition: anyItem,
})
const look = async (store: Store, id: string) =>
  (await store.read([{ table: 't', key: { id } }], { consistent: true }))[0]

const withIndex: TableDefinition = {
  table: 't',
  partition: { name: 'id', type: 'S' },
  indexes: [{ name: 'by-badge', kind: 'global', partition: { name: 'badge', type: 'S' }, projection: 'all' }],
}
const golden: QueryRequest = {
  table: 't',
  index: 'by-badge',
  partition: { attribute: 'badge', value: 'gold' },
  consistent: false,
  reverse: false,
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (isEngineError(error, 'REJECTED')) return error.message
    throw error
  }
  throw new Error('Expected a rejection')
}

test('everything is there after a restart: tables, items, indexes', async () => {
  const path = newDirectory()
  const first = levelStore({ path })
  await first.createTable(withIndex)
  const item = { id: 'a', badge: 'gold', tags: new Set(['x']), bytes: Uint8Array.of(1), big: 2n ** 80n }
  await first.commit({ id: '1', actions: [put('a', item)] })
  await first.close()
  const second = levelStore({ path })
  assert.equal(await look(second, 'a'), item)
  assert.equal((await second.query(golden)).items, [item])
  const other = second.createTable({ ...withIndex, partition: { name: 'id', type: 'N' } })
  assert.match(await messageOf(other), /Table t exists with other keys: it has id \(S\), wanted is id \(N\)\. Change/)
  await second.deleteTable('t')
  await second.close()
  const third = levelStore({ path })
  assert.is(await look(third, 'a'), undefined)
  await third.createTable(withIndex)
  assert.equal((await third.query(golden)).items, [])
  await third.close()
})

test('a table that appeared with the first write stays, and can be created later with its items', async () => {
  const path = newDirectory()
  const first = levelStore({ path })
  for (let i = 0; i < 1500; i += 100) {
    const ids = [...Array(100).keys()].map((j) => `item ${i + j}`)
    await first.commit({ id: `${i}`, actions: ids.map((id) => put(id, { badge: 'gold' })) })
  }
  // What no index can hold is left out of it.
  await first.commit({ id: 'odd', actions: [put('odd', { badge: ['gold'] }), put('other', { badge: 5 })] })
  await first.close()
  const second = levelStore({ path })
  const wrong: WriteAction = { kind: 'delete', table: 't', key: { name: 'a' }, condition: anyItem }
  assert.is((await second.commit({ id: 'wrong', actions: [wrong] })).kind, 'invalid')
  await second.createTable(withIndex)
  assert.is((await second.query(golden)).items.length, 1500)
  await second.commit({
    id: 'gone',
    actions: [{ kind: 'delete', table: 't', key: { id: 'item 7' }, condition: anyItem }],
  })
  await second.close()
  const third = levelStore({ path })
  assert.is((await third.query(golden)).items.length, 1499)
  await third.close()
})

test('a refused first write leaves no table behind', async () => {
  const store = levelStore({ path: newDirectory() })
  const refused: WriteAction = { ...put('a'), condition: { kind: 'exists', path: ['id'] } }
  assert.is((await store.commit({ id: '1', actions: [refused] })).kind, 'conflict')
  await store.createTable({ table: 't', partition: { name: 'other', type: 'N' }, indexes: [] })
  await store.close()
})

test('directories are made when they are needed, not before', async () => {
  const path = join(newDirectory(), 'some', 'where')
  const store = levelStore({ path })
  assert.not.ok(existsSync(path))
  assert.is(await look(store, 'a'), undefined)
  assert.ok(existsSync(path))
  await store.close()
  const unused = levelStore({ path: join(path, 'unused') })
  await unused.close()
  assert.not.ok(existsSync(join(path, 'unused')))
})

test('a second store on the same directory is refused until the first one is closed', async () => {
  const path = newDirectory()
  const link = join(newDirectory(), 'link')
  symlinkSync(path, link)
  const first = levelStore({ path })
  await first.commit({ id: '1', actions: [put('a')] })
  for (const name of [path, `${path}/`, link]) {
    const second = levelStore({ path: name })
    const message = await messageOf(look(second, 'a'))
    assert.ok(message.includes(name.replace(/\/$/, '')), message)
    assert.match(message, /in use by another store.*close it before/)
    await second.close()
  }
  const patient = levelStore({ path })
  await expectRejection('REJECTED', patient.commit({ id: '2', actions: [put('b')] }))
  await first.close()
  assert.equal(await look(patient, 'a'), { id: 'a' })
  assert.is(await look(patient, 'b'), undefined)
  await patient.close()
})

test('another process is refused as well, and leaves no lock when it is killed', async () => {
  const path = newDirectory()
  const child = fileURLToPath(new URL('./transfers.ts', import.meta.url))
  const holder = spawn(process.execPath, [...process.execArgv, '--import', 'tsx', child, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const store = levelStore({ path })
  assert.match(await messageOf(look(store, 'a')), /in use by another store/)
  holder.kill('SIGKILL')
  await once(holder, 'close')
  assert.is(await look(store, 'a'), undefined)
  await store.close()
})

test('what this version does not know is refused', async () => {
  const [foreign, future] = [newDirectory(), newDirectory()]
  const other = new ClassicLevel(foreign)
  await other.put('some', 'thing')
  await other.close()
  const newer = new ClassicLevel<Buffer, string>(future, { keyEncoding: 'buffer' })
  await newer.put(FORMAT_KEY, '3')
  await newer.close()
  const [onForeign, onFuture] = [levelStore({ path: foreign }), levelStore({ path: future })]
  assert.match(await messageOf(look(onForeign, 'a')), /was not made by draftwork; use another path/)
  assert.match(await messageOf(look(onFuture, 'a')), /has format 3.*knows format 2; use the version that wrote it/)
  await onForeign.close()
  await onFuture.close()
  // Nothing was written to what belongs to somebody else, and no lock is left.
  const again = new ClassicLevel(foreign)
  assert.equal(await again.keys().all(), ['some'])
  await again.close()
})

test('what a crash left of a deleted table is cleared', async () => {
  const path = newDirectory()
  await levelStore({ path }).close()
  const store = levelStore({ path })
  await store.commit({ id: '1', actions: [put('a')] })
  await store.close()
  const remains = Buffer.concat([itemsBeginning(9, 0), Buffer.from('rest')])
  const level = new ClassicLevel<Buffer, string>(path, { keyEncoding: 'buffer' })
  await level.batch([
    { type: 'put', key: deletedTables.keyOf(Buffer.of(0, 0, 0, 9)), value: '' },
    { type: 'put', key: remains, value: '{}' },
  ])
  await level.close()
  const reopened = levelStore({ path })
  assert.equal(await look(reopened, 'a'), { id: 'a' })
  await reopened.close()
  await level.open()
  assert.is(await level.get(remains), undefined)
  assert.equal(await level.keys(deletedTables.all).all(), [])
  await level.close()
})

test('a plan is remembered for ten minutes, also over a restart', async () => {
  let now = 0
  const path = newDirectory()
  const plan = { id: 'same', actions: [raise('a'), raise('b')] }
  for (const [minutes, n] of [
    [0, 1],
    [9.9, 1],
    [10, 2],
    [19.9, 2],
    [25, 3],
  ] as const) {
    const store = levelStore({ path, now: () => now })
    now = minutes * 60_000
    assert.equal(await store.commit(plan), { kind: 'committed' })
    assert.equal(await look(store, 'a'), { id: 'a', n })
    const other = await store.commit({ id: 'same', actions: [raise('a'), raise('c')] })
    assert.match(other.kind === 'invalid' ? other.reason : other.kind, /Another plan was committed under the id same/)
    await store.close()
  }
  const level = new ClassicLevel<Buffer, string>(path, { keyEncoding: 'buffer' })
  assert.is((await level.keys({ gte: Buffer.of(3), lt: Buffer.of(4) }).all()).length, 1)
  await level.close()
})

test('plans that wait together see each other, in order', async () => {
  const store = levelStore({ path: newDirectory() })
  const create: WriteAction = { ...put('a', { n: 1 }), condition: absent(['id']) }
  const plan = { id: 'twice', actions: [raise('a'), raise('b')] }
  const outcomes = await Promise.all([
    store.commit({ id: '1', actions: [create] }),
    store.commit({ id: '2', actions: [create] }),
    store.commit(plan),
    store.commit(plan),
    store.commit({ id: '3', actions: [create] }),
  ])
  assert.equal(outcomes, [
    { kind: 'committed' },
    { kind: 'conflict', failures: [{ position: 0, present: { id: 'a', n: 1 } }] },
    { kind: 'committed' },
    { kind: 'committed' },
    { kind: 'conflict', failures: [{ position: 0, present: { id: 'a', n: 2 } }] },
  ])
  assert.equal(await look(store, 'b'), { id: 'b', n: 1 })
  await store.close()
})

test('a plan that is none does not take its neighbours with it', async () => {
  const store = levelStore({ path: newDirectory() })
  await store.commit({ id: '0', actions: [put('a')] })
  const broken: readonly unknown[] = [
    [{ ...put('b'), condition: undefined }],
    [{ ...put('b'), key: undefined }],
    undefined,
  ]
  const commits = [[put('a')], ...broken, [put('c')]].map((actions, i) =>
    store.commit({ id: `${i + 1}`, actions: actions as WriteAction[] }).then(
      ({ kind }) => kind,
      (error: Error) => error.name,
    ),
  )
  assert.equal(await Promise.all(commits), ['committed', 'TypeError', 'TypeError', 'TypeError', 'committed'])
  const ids = (await store.scan({ table: 't', consistent: true })).items.map(({ id }) => id)
  assert.equal(ids.sort(), ['a', 'c'])
  await store.close()
})

test('an abort while a commit waits writes nothing', async () => {
  const store = levelStore({ path: newDirectory() })
  const controller = new AbortController()
  const commit = store.commit({ id: '1', actions: [put('a')] }, { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expectRejection('ABORTED', commit)
  assert.is(await look(store, 'a'), undefined)
  await store.close()
})

test('closing waits for what was asked for before', async () => {
  const path = newDirectory()
  const store = levelStore({ path })
  const commits = [...Array(20).keys()].map((i) => store.commit({ id: `${i}`, actions: [raise('a'), put(`b${i}`)] }))
  const page = store.scan({ table: 't', consistent: true })
  const closed = store.close()
  await expectRejection('CLOSED', store.commit({ id: 'late', actions: [put('late')] }))
  await Promise.all([...commits, page, closed])
  const reopened = levelStore({ path })
  assert.equal(await look(reopened, 'a'), { id: 'a', n: 20 })
  await reopened.close()
})

test('a page that ends early leaves nothing open', async () => {
  const store = levelStore({ path: newDirectory() })
  await store.createTable(withIndex)
  const text = 'x'.repeat(300 * 1024)
  for (let i = 0; i < 5; i++) await store.commit({ id: `${i}`, actions: [put(`${i}`, { badge: 'gold', text })] })
  const page = await store.query(golden)
  assert.ok(page.items.length < 5)
  const rest = await store.query({ ...golden, from: page.next })
  assert.is(page.items.length + rest.items.length, 5)
  await expectRejection('REJECTED', store.query({ ...golden, from: { id: 'a', badge: ['gold'] as never } }))
  await store.close()
})

test.after(removeDirectories)

test.run()

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { all } from '../../../core/expression/condition.ts'
import type { ChangesPage } from '../../../core/store/changes.ts'
import type { Store } from '../../../core/store/store.ts'
import { expectRejection } from '../../conformance/expect.ts'

const set = (store: Store, n: number) =>
  store.commit({
    id: `plan-${n}`,
    actions: [{ kind: 'put', table: 't', key: { id: 'a' }, item: { id: 'a', n }, condition: all([]) }],
  })

const begin = async (store: Store, from = 'start') => {
  const pages = store.changes({ tables: ['t'], from })[Symbol.asyncIterator]()
  const { token } = (await pages.next()).value as ChangesPage
  return { pages, token }
}

const numbers = ({ changes }: ChangesPage) => changes.map(({ after }) => after?.['n'])

test('keeps what it is told to keep, and says so when more is asked for', async () => {
  const store = memoryStore({ changeLog: { keep: 10 } })
  const { pages, token } = await begin(store)
  for (let n = 1; n <= 35; n++) await set(store, n)
  await expectRejection('FEED_TRIMMED', pages.next())
  await expectRejection('FEED_TRIMMED', begin(store, token))
  const later = await begin(store)
  assert.equal(numbers((await later.pages.next()).value), [26, 27, 28, 29, 30, 31, 32, 33, 34, 35])
})

test('a waiting consumer is woken by the commit, whoever waits beside it', async () => {
  const store = memoryStore()
  const [one, two] = [await begin(store), await begin(store)]
  const both = Promise.all([one.pages.next(), two.pages.next()])
  await set(store, 1)
  assert.equal(
    (await both).map(({ value }) => numbers(value)),
    [[1], [1]],
  )
})

test('a deleted table takes its changes with it', async () => {
  const store = memoryStore()
  await set(store, 1)
  await store.deleteTable('t')
  await set(store, 2)
  const { pages } = await begin(store)
  assert.equal(numbers((await pages.next()).value), [2])
})

test('what comes is its own, whatever becomes of the items', async () => {
  const store = memoryStore()
  const item = { id: 'a', tags: new Set(['x']), bytes: Uint8Array.of(1) }
  await store.commit({ id: 'one', actions: [{ kind: 'put', table: 't', key: { id: 'a' }, item, condition: all([]) }] })
  const look = async () => ((await (await begin(store)).pages.next()).value as ChangesPage).changes[0]!.after!
  const mine = await look()
  ;(mine['tags'] as Set<string>).clear()
  ;(mine['bytes'] as Uint8Array)[0] = 9
  assert.equal(await look(), item)
})

test('a token of another store is refused', async () => {
  const { token } = await begin(memoryStore())
  await expectRejection('INVALID_ARGUMENT', begin(memoryStore(), token))
})

test('with repeatChanges pages come again, and equal seeds repeat the same', async () => {
  const run = async () => {
    const store = memoryStore({ adversity: { seed: 5, repeatChanges: 0.5 } })
    const { pages } = await begin(store)
    const told: unknown[] = []
    for (let n = 1; n <= 20; n++) {
      await set(store, n)
      do told.push(...numbers((await pages.next()).value))
      while (told.at(-1) !== n)
    }
    return told
  }
  const told = await run()
  assert.ok(told.length > 22, `told ${told}`)
  assert.equal(
    [...new Set(told)],
    [...Array(20).keys()].map((n) => n + 1),
  )
  assert.equal(await run(), told)
})

test('a crash ends those who wait, and what was kept can be followed again with the token', async () => {
  const store = memoryStore({ adversity: { seed: 2, crashAtWrite: 3 } })
  await set(store, 1)
  const { pages, token } = await begin(store, 'start')
  assert.equal(numbers((await pages.next()).value), [1])
  await set(store, 2)
  assert.equal(numbers((await pages.next()).value), [2])
  const waiting = expectRejection('CLOSED', pages.next())
  await set(store, 3)
  await waiting
  const again = await begin(store.recovered(), token)
  assert.equal(numbers((await again.pages.next()).value).slice(0, 2), [1, 2])
})

test.run()

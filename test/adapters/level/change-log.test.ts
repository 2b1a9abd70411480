import { ClassicLevel } from 'classic-level'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LevelStoreOptions, levelStore } from '../../../adapters/level/index.ts'
import { changes } from '../../../adapters/level/key-space.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import { all } from '../../../core/expression/condition.ts'
import type { Store } from '../../../core/store/store.ts'
import { expectRejection } from '../../conformance/expect.ts'
import { newDirectory, removeDirectories } from './directory.ts'

const set = (store: Store, n: number, table = 't') =>
  store.commit({
    id: `plan-${table}-${n}`,
    actions: [{ kind: 'put', table, key: { id: 'a' }, item: { id: 'a', n }, condition: all([]) }],
  })

/** The numbers of the changes, up to this one, and the last token. */
async function follow(store: Store, from: string, last: number | undefined, tables: readonly string[] = ['t']) {
  const told: unknown[] = []
  for await (const page of store.changes({ tables, from })) {
    told.push(...page.changes.map(({ after }) => after?.['n']))
    if (last === undefined || told.includes(last)) return { told, token: page.token }
  }
  throw new Error('Expected changes, got the end')
}

const refused = (code: ErrorCode, store: Store, from: string) => expectRejection(code, follow(store, from, -1))

/** A store that is closed before the next one opens. */
async function using<A>(options: LevelStoreOptions, work: (store: Store) => Promise<A>): Promise<A> {
  const store = levelStore(options)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

test('a token goes on after a restart, and so do the numbers', async () => {
  const path = newDirectory()
  const token = await using({ path }, async (store) => {
    for (let n = 1; n <= 3; n++) await set(store, n)
    return (await follow(store, 'start', 3)).token
  })
  await using({ path }, async (store) => {
    for (let n = 4; n <= 5; n++) await set(store, n)
    assert.equal((await follow(store, token, 5)).told, [4, 5])
    assert.equal((await follow(store, 'start', 5)).told, [1, 2, 3, 4, 5])
  })
})

test('plans that were written as one batch are told one by one', async () => {
  await using({ path: newDirectory() }, async (store) => {
    await Promise.all([...Array(30).keys()].map((n) => set(store, n)))
    assert.equal((await follow(store, 'start', 29)).told, [...Array(30).keys()])
  })
})

test('keeps what it is told to keep, clears the rest, and says so', async () => {
  const path = newDirectory()
  await using({ path, changeLog: { keep: 50 } }, async (store) => {
    const { token } = await follow(store, 'start', undefined)
    for (let n = 1; n <= 200; n++) await set(store, n)
    await refused('FEED_TRIMMED', store, token)
    const { told } = await follow(store, 'start', 200)
    assert.ok(told.length >= 50 && told.length <= 56, `told ${told.length}`)
    assert.is(told.length, 201 - (told[0] as number))
  })
  const level = new ClassicLevel<Buffer, string>(path, { keyEncoding: 'buffer' })
  const left = await level.keys(changes.all).all()
  await level.close()
  assert.ok(left.length <= 60, `${left.length} are left`)
  await using({ path, changeLog: { keep: 10 } }, async (store) => {
    assert.is((await follow(store, 'start', 200)).told.length, 10)
  })
})

test('a running consumer that falls behind is told that it missed something', async () => {
  await using({ path: newDirectory(), changeLog: { keep: 10 } }, async (store) => {
    const pages = store.changes({ tables: ['t'], from: 'start' })[Symbol.asyncIterator]()
    await pages.next()
    for (let n = 1; n <= 50; n++) await set(store, n)
    await expectRejection('FEED_TRIMMED', pages.next())
  })
})

test('commits without a log in between keep no token from before', async () => {
  const path = newDirectory()
  const token = await using({ path }, async (store) => {
    await set(store, 1)
    return (await follow(store, 'start', 1)).token
  })
  await using({ path, changeLog: false }, async (store) => {
    await set(store, 2)
    await refused('REJECTED', store, 'start')
  })
  await using({ path }, async (store) => {
    await refused('FEED_TRIMMED', store, token)
    await set(store, 3)
    assert.equal((await follow(store, 'start', 3)).told, [3])
  })
})

test('a token of another database is refused', async () => {
  const token = await using({ path: newDirectory() }, async (store) => (await follow(store, 'start', undefined)).token)
  await using({ path: newDirectory() }, (store) => refused('INVALID_ARGUMENT', store, token))
})

test('a table that was deleted and made again has the changes of its new life only', async () => {
  await using({ path: newDirectory() }, async (store) => {
    await set(store, 1)
    await store.deleteTable('t')
    await set(store, 2)
    assert.equal((await follow(store, 'start', 2)).told, [2])
  })
})

test('the changes of a deleted table are never told as those of one that was made after a restart', async () => {
  // The new table got the deleted one's id, by which the log tells tables apart.
  const path = newDirectory()
  await using({ path }, async (store) => {
    await set(store, 1, 'first')
    await set(store, 2, 'deleted')
    await store.deleteTable('deleted')
  })
  await using({ path }, async (store) => {
    await set(store, 3, 'new')
    assert.equal((await follow(store, 'start', 3, ['new'])).told, [3])
    await set(store, 4, 'deleted')
    assert.equal((await follow(store, 'start', 4, ['deleted'])).told, [4])
    await store.deleteTable('new')
    await store.deleteTable('deleted')
    await store.deleteTable('first')
  })
  await using({ path }, async (store) => {
    await set(store, 5, 'last')
    assert.equal((await follow(store, 'start', 5, ['last'])).told, [5])
  })
})

test('a consumer of a quiet table gets tokens while others are busy', async () => {
  await using({ path: newDirectory(), changeLog: { keep: 3_000 } }, async (store) => {
    const pages = store.changes({ tables: ['quiet'], from: 'now' })[Symbol.asyncIterator]()
    const first = (await pages.next()).value!.token
    const next = pages.next()
    await Promise.all([...Array(1_200).keys()].map((n) => set(store, n, 'busy')))
    const page = (await next).value!
    assert.equal(page.changes, [])
    assert.is.not(page.token, first)
    await pages.return?.()
  })
})

test('refuses options that mean nothing', () => {
  for (const changeLog of [true, { keep: 0 }, { keep: 1.5 }, { keep: '9' }, 5, []]) {
    assert.throws(() => levelStore({ path: 'never', changeLog: changeLog as never }), /changeLog/)
  }
})

test.after(removeDirectories)

test.run()

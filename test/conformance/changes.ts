/**
 * The change feed. A store may tell a change again, so what counts is when it is told first.
 *
 * @module
 */
import { scalarKey } from '../../core/data/attribute-value.ts'
import { absent, equals } from '../../core/expression/condition.ts'
import { increment, set } from '../../core/expression/update.ts'
import type { Change, ChangesPage, ChangesRequest } from '../../core/store/changes.ts'
import type { Store } from '../../core/store/store.ts'
import { type Bench, type Cases, check, expectCommitted, expectConflict, put, remove, update } from './bench.ts'
import { expect, expectEqual, expectRejection } from './expect.ts'

/** Milliseconds: a feed that tells nothing for so long has lost what is waited for. */
const PATIENCE = 20_000

interface Told {
  readonly changes: readonly Change[]
  /** Of the last page. */
  readonly token: string
}

/** Takes pages until they have told so many different changes, or none at all for 0. */
async function follow(store: Store, request: ChangesRequest, count: number): Promise<Told> {
  const changes = new Map<string, Change>()
  const signal = AbortSignal.timeout(PATIENCE)
  for await (const page of store.changes({ ...request, signal })) {
    for (const change of page.changes) if (!changes.has(textOf(change))) changes.set(textOf(change), change)
    if (changes.size >= count) return { changes: [...changes.values()], token: page.token }
  }
  throw new Error(`Expected ${count} changes, got ${[...changes.keys()].join('; ')}`)
}

/** Every case gives an item no state twice. */
const textOf = ({ table, key, before, after }: Change): string =>
  JSON.stringify([table, key, before, after], (_, value: unknown) => {
    if (typeof value === 'bigint' || value instanceof Uint8Array) return scalarKey(value)
    return value instanceof Set ? [...value] : value
  })

/** What came of one item, in the order in which it came. */
const of = (changes: readonly Change[], table: string, id: string) =>
  changes
    .filter((change) => change.table === table && change.key['id'] === id)
    .map(({ before, after }) => ({ before: before ?? null, after: after ?? null }))

const streamed = (bench: Bench): Promise<string> => bench.table({ stream: true })

/** The iterator of a feed that has come to its first page: what is committed from now on comes. */
async function begin(store: Store, request: ChangesRequest) {
  const pages = store.changes(request)[Symbol.asyncIterator]()
  const first = await pages.next()
  if (first.done) throw new Error('Expected a first page, got the end')
  return { pages, first: first.value as ChangesPage }
}

/** Fails rather than to wait for a page that does not come. */
async function soon<A>(promise: Promise<A>, what: string): Promise<A> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Expected ${what} within ${PATIENCE} ms`)), PATIENCE)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const firstPage = async (store: Store, request: ChangesRequest): Promise<unknown> => {
  for await (const page of store.changes(request)) return page
  return undefined
}

export const changes: Cases = {
  'tells creation, change and deletion with the item before and after': async (bench) => {
    const table = await streamed(bench)
    const made = { id: 'a', n: 1, bytes: Uint8Array.of(0, 255), tags: new Set(['x', 'y']), list: [{ deep: 2n ** 70n }] }
    expectCommitted(await bench.commit(put(table, made)))
    expectCommitted(await bench.commit(update(table, 'a', [increment(['n'], 1)])))
    expectCommitted(await bench.commit(remove(table, 'a')))
    const told = await follow(bench.store, { tables: [table], from: 'start' }, 3)
    expectEqual(told.changes[0]?.key, { id: 'a' }, 'key')
    const changed = { ...made, n: 2 }
    const expected = [
      { before: null, after: made },
      { before: made, after: changed },
      { before: changed, after: null },
    ]
    expectEqual(of(told.changes, table, 'a'), expected, 'changes')
    expect(told.changes[0]?.before === undefined && told.changes[2]?.after === undefined, 'absence is undefined')
  },
  'has the key in the order of the table': async (bench) => {
    const keys = { partition: { name: 'z', type: 'S' }, sort: { name: 'a', type: 'N' } } as const
    const table = await bench.table({ ...keys, stream: true })
    await bench.seed(table, [{ z: 'p', a: 1, n: 1 }], ['z', 'a'])
    const [change] = (await follow(bench.store, { tables: [table], from: 'start' }, 1)).changes
    expectEqual(Object.keys(change?.key ?? {}), ['z', 'a'], 'names of the key')
  },
  'keeps the order of the commits to each item, also of many at once': async (bench) => {
    const table = await streamed(bench)
    const ids = ['a', 'b', 'c', 'd']
    const rounds = [...Array(10).keys()]
    for (const _ of rounds) {
      await Promise.all(ids.map((id) => bench.commit(update(table, id, [increment(['n'], 1)]))))
    }
    const { changes } = await follow(bench.store, { tables: [table], from: 'start' }, ids.length * rounds.length)
    for (const id of ids) {
      const states = of(changes, table, id)
      const numbers = rounds.map((round) => ({ id, n: round + 1 }))
      expectEqual(
        states.map(({ after }) => after),
        numbers,
        `states of ${id}`,
      )
      expectEqual(
        states.map(({ before }) => before),
        [null, ...numbers.slice(0, -1)],
        `states of ${id} before`,
      )
    }
  },
  'tells every change of a plan, in several tables': async (bench) => {
    const [first, second] = [await streamed(bench), await streamed(bench)]
    await bench.seed(first, [{ id: 'b' }, { id: 'c', n: 1 }])
    const { pages } = await begin(bench.store, { tables: [first, second], from: 'now' })
    const outcome = await bench.commit(
      put(first, { id: 'a' }),
      remove(first, 'b'),
      check(first, 'c', equals(['n'], 1)),
      put(second, { id: 'a', n: 1 }),
    )
    expectCommitted(outcome)
    const told = new Map<string, Change>()
    while (told.size < 3) {
      const page = await soon(pages.next(), 'three changes')
      if (page.done) throw new Error('Expected three changes, got the end')
      for (const change of page.value.changes) told.set(textOf(change), change)
    }
    await pages.return?.()
    const all = [...told.values()]
    expectEqual(of(all, first, 'a'), [{ before: null, after: { id: 'a' } }], 'the one that was put')
    expectEqual(of(all, first, 'b'), [{ before: { id: 'b' }, after: null }], 'the one that was deleted')
    expectEqual(of(all, first, 'c'), [], 'the one that was checked')
    expectEqual(of(all, second, 'a'), [{ before: null, after: { id: 'a', n: 1 } }], 'the one in the other table')
  },
  'tells nothing of a plan that failed, nor of one that changed nothing': async (bench) => {
    const table = await streamed(bench)
    await bench.seed(table, [{ id: 'a', n: 1 }])
    expectConflict(await bench.commit(put(table, { id: 'a', n: 9 }, absent(['id']))), [[0, { id: 'a', n: 1 }]])
    const half = await bench.commit(put(table, { id: 'b' }), update(table, 'a', [set(['n'], 9)], equals(['n'], 2)))
    expectConflict(half, [[1, { id: 'a', n: 1 }]])
    expectCommitted(await bench.commit(put(table, { id: 'a', n: 1 })))
    expectCommitted(await bench.commit(remove(table, 'none')))
    expectCommitted(await bench.commit(put(table, { id: 'last' })))
    const told = await follow(bench.store, { tables: [table], from: 'start' }, 2)
    expectEqual(
      told.changes.map(({ key }) => key['id'] as string),
      ['a', 'last'],
      'items that changed',
    )
  },
  'tells nothing of other tables': async (bench) => {
    const [watched, other] = [await streamed(bench), await streamed(bench)]
    await bench.seed(other, [{ id: 'x' }])
    await bench.seed(watched, [{ id: 'a' }])
    const told = await follow(bench.store, { tables: [watched], from: 'start' }, 1)
    expect(
      told.changes.every(({ table }) => table === watched),
      'Expected changes of the one table only',
    )
  },
  "leaves out from 'now' what was before": async (bench) => {
    const table = await streamed(bench)
    await bench.seed(table, [{ id: 'old' }])
    const { pages, first } = await begin(bench.store, { tables: [table], from: 'now' })
    await bench.seed(table, [{ id: 'new' }])
    let changes = first.changes
    while (changes.length === 0) changes = (await soon(pages.next(), 'a change')).value?.changes ?? []
    await pages.return?.()
    expectEqual(changes[0]?.key['id'], 'new', 'item of the first change')
  },
  'goes on after a token with all that came since': async (bench) => {
    const table = await streamed(bench)
    const request = { tables: [table], from: 'start' }
    await bench.seed(table, [{ id: 'a', n: 0 }])
    const first = await follow(bench.store, request, 1)
    for (let n = 1; n <= 5; n++) expectCommitted(await bench.commit(put(table, { id: 'a', n })))
    const { changes } = await follow(bench.store, { ...request, from: first.token }, 5)
    expectEqual(
      of(changes, table, 'a').map(({ after }) => after?.['n'] as number),
      [1, 2, 3, 4, 5],
      'states after the token',
    )
  },
  'goes on after a token that was given before anything came': async (bench) => {
    const table = await streamed(bench)
    for (const from of ['start', 'now']) {
      const { token } = await follow(bench.store, { tables: [table], from }, 0)
      expectCommitted(await bench.commit(put(table, { id: from })))
      const { changes } = await follow(bench.store, { tables: [table], from: token }, 1)
      expectEqual(changes.at(-1)?.key['id'], from, `what came after '${from}'`)
    }
  },
  'may be followed by several at once, each on its own': async (bench) => {
    const table = await streamed(bench)
    const request = { tables: [table], from: 'start' }
    const both = Promise.all([follow(bench.store, request, 3), follow(bench.store, request, 3)])
    for (const n of [1, 2, 3]) expectCommitted(await bench.commit(put(table, { id: 'a', n })))
    for (const { changes } of await both) {
      expectEqual(
        of(changes, table, 'a').map(({ after }) => after?.['n'] as number),
        [1, 2, 3],
        'states',
      )
    }
  },
  'ends without an error when its signal aborts': async (bench) => {
    const table = await streamed(bench)
    const stop = new AbortController()
    const { pages } = await begin(bench.store, { tables: [table], from: 'now', signal: stop.signal })
    const waiting = drain(pages)
    stop.abort()
    await soon(waiting, 'the end')
    const none = await firstPage(bench.store, { tables: [table], from: 'now', signal: AbortSignal.abort() })
    expect(none === undefined, 'Expected no page after the signal had aborted')
  },
  'ends without an error when the store is closed': async (bench) => {
    const store = await bench.another()
    const table = bench.tableName()
    await store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [], stream: true })
    const { pages } = await begin(store, { tables: [table], from: 'now' })
    const waiting = drain(pages)
    await store.close()
    await soon(waiting, 'the end')
    await expectRejection('CLOSED', firstPage(store, { tables: [table], from: 'now' }))
  },
  'lets go of everything when its consumer breaks out': async (bench) => {
    const store = await bench.another()
    const table = bench.tableName()
    await store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [], stream: true })
    for await (const _ of store.changes({ tables: [table], from: 'start' })) break
    await soon(store.close(), 'the store to close')
  },
  'refuses what is no token of its own': async (bench) => {
    const [table, other] = [await streamed(bench), await streamed(bench)]
    const { token } = await follow(bench.store, { tables: [table], from: 'start' }, 0)
    const broken = [
      'nonsense',
      'START',
      token.slice(0, -6),
      `${token}.x`,
      token.replace(/^[^.]*/, 'elsewhere1'),
      token.replace(/\..*$/, '.'),
    ]
    for (const from of broken) {
      await expectRejection('INVALID_ARGUMENT', firstPage(bench.store, { tables: [table], from }))
    }
    await expectRejection('INVALID_ARGUMENT', firstPage(bench.store, { tables: [other], from: token }))
    await expectRejection('INVALID_ARGUMENT', firstPage(bench.store, { tables: [table, other], from: token }))
  },
  'refuses what is no request': async ({ store, tableName }) => {
    const bad = [
      undefined,
      {},
      { tables: [], from: 'start' },
      { tables: [1], from: 'start' },
      { tables: [tableName()] },
    ]
    for (const request of bad) {
      await expectRejection('INVALID_ARGUMENT', firstPage(store, request as unknown as ChangesRequest))
    }
  },
}

async function drain(pages: AsyncIterator<ChangesPage>): Promise<void> {
  while (!(await pages.next()).done);
}

/** For stores that have no feed. */
export const noChanges: Cases = {
  'refuses to be followed, and says so': async (bench) => {
    const table = await bench.table()
    await expectRejection('REJECTED', firstPage(bench.store, { tables: [table], from: 'start' }))
    expectCommitted(await bench.commit(put(table, { id: 'a' })))
  },
}

/** The change feed of histories: events as they happen, in order for each record, and none missed by who goes on from a token. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FeedEvent, Store } from 'draftwork'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { all } from '../../../core/expression/condition.ts'
import { passingStore } from '../../support/passing-store.ts'
import { openStoreWithStreams, storeKinds } from '../../support/stores.ts'
import { bank } from './account.ts'

const stores: Record<string, () => Promise<{ store: Store; end: () => Promise<void> }>> = {
  memory: async () => ({ store: memoryStore(), end: async () => {} }),
  level: async () => {
    const path = await mkdtemp(join(tmpdir(), 'draftwork-'))
    const store = levelStore({ path })
    return { store, end: () => store.close().then(() => rm(path, { recursive: true })) }
  },
  ...(storeKinds.includes('dynamodb') && {
    dynamodb: async () => ({ store: openStoreWithStreams(), end: async () => {} }),
  }),
}

for (const [kind, open] of Object.entries(stores)) {
  test(`events come as they happen, once each, in order, commits recognisable (${kind})`, async () => {
    const { store, end } = await open()
    const w = await bank(store, { history: { entries: 3 } })
    const stop = new AbortController()
    const ids = ['ann', 'bob', 'cid']
    const work = async () => {
      for (const id of ids) await w.open({ id, balance: 100 })
      await Promise.all(ids.flatMap((id) => Array.from({ length: 8 }, (_, i) => w.add(i, id))))
      await w.unitOfWork.run('transfer', async (work) => {
        const [ann, bob] = await work.getMany(w.Account, [{ id: 'ann' }, { id: 'bob' }])
        work.apply(ann!, w.Account.events.Deposited({ amount: -5 }))
        work.apply(bob!, w.Account.events.Deposited({ amount: 5 }))
      })
      await w.unitOfWork.run('close', async (work) => work.delete(await work.get(w.Account, { id: 'cid' })))
      await w.open({ id: 'cid' })
      await w.unitOfWork.run('last', (work) => void work.create(w.Account, { id: 'end' }))
    }
    const working = work()
    const seen: FeedEvent<typeof w.Account>[] = []
    // Goes on from a token every few events, as a consumer that is restarted all the time.
    let token = 'start'
    while (seen.at(-1)?.path[0] !== 'last') {
      let some = 0
      for await (const event of w.history.follow({ models: [w.Account], from: token, signal: stop.signal })) {
        seen.push(event)
        const isBehindPage = event.token !== token
        token = event.token
        if ((++some >= 7 && isBehindPage) || event.path[0] === 'last') break
      }
    }
    await working
    for (const id of [...ids, 'end']) {
      const told = await w.history.of(w.Account, { id }).toArray()
      const followed = new Map(
        seen.filter(({ key }) => key.id === id).map((event) => [`${event.commitId} ${event.name}`, event]),
      )
      assert.equal([...followed.values()].map(({ token, ...event }) => event).toSorted(byVersion(told)), told, id)
    }
    const transfer = seen.filter(({ path }) => path[0] === 'transfer')
    assert.is(new Set(transfer.map(({ commitId }) => commitId)).size, 1)
    assert.equal(new Set(transfer.map(({ name }) => name)), new Set(['Deposited']))
    stop.abort()
    await w.close()
    await end()
  })
}

for (const [kind, open] of Object.entries(stores)) {
  test(`what commits do to records of another program is told like any other (${kind})`, async () => {
    // Their deletions were told to nobody, and what replaced one seemed to have been created from its values.
    const { store, end } = await open()
    const w = await bank(store)
    const foreign = async (id: string, note: string) => {
      const item = { id, note, balance: 1, home: { city: 'Rome' } }
      const put = { kind: 'put', table: w.Account.table, key: { id }, item, condition: all([]) } as const
      assert.is((await store.commit({ id: `foreign-${note}`, actions: [put] })).kind, 'committed')
    }
    const leave = (id: string) => w.unitOfWork.run((work) => work.delete(w.Account, { id }))
    await foreign('gone', 'g')
    await leave('gone')
    await foreign('again', 'a')
    await leave('again')
    await foreign('again', 'b')
    await leave('again')
    await foreign('replaced', 'r')
    await w.unitOfWork.run(async (work) => {
      work.delete(await work.get(w.Account, { id: 'replaced' }))
      work.create(w.Account, { id: 'replaced', balance: 7 })
    })
    await foreign('kept', 'k')
    await w.add(2, 'kept')
    await w.open({ id: 'end' })
    const seen: FeedEvent<typeof w.Account>[] = []
    for await (const event of w.history.follow({ models: [w.Account], from: 'start' })) {
      seen.push(event)
      if (event.key.id === 'end') break
    }
    for (const id of ['gone', 'again', 'replaced', 'kept']) {
      const followed = seen.filter(({ key }) => key.id === id).map(({ token, ...event }) => event)
      assert.equal(followed, await w.history.of(w.Account, { id }).toArray(), id)
      assert.ok(followed.length > 0)
    }
    await w.close()
    await end()
  })
}

test('a feed that is ended while it reads ends without an error', async () => {
  const stop = new AbortController()
  let isOn = false
  const inner = memoryStore()
  const store = passingStore(inner, {
    read(addresses, options) {
      if (isOn) stop.abort()
      return inner.read(addresses, options)
    },
  })
  const w = await bank(store)
  await w.open()
  await w.unitOfWork.run((work) => work.delete(w.Account, w.key))
  isOn = true
  const { signal } = stop
  for await (const event of w.history.follow({ models: [w.Account], from: 'start', signal }))
    assert.unreachable(event.kind)
  assert.ok(signal.aborted)
})

/** In the order of the history: events come again, but then in the same order. */
const byVersion =
  (told: readonly { readonly commitId: string }[]) =>
  (a: { readonly commitId: string }, b: { readonly commitId: string }): number =>
    told.findIndex(({ commitId }) => commitId === a.commitId) -
    told.findIndex(({ commitId }) => commitId === b.commitId)

test('models without a history, and none at all, are refused', async () => {
  const w = await bank(memoryStore())
  assert.throws(() => w.history.follow({ models: [] }), /at least one model/)
  assert.throws(() => w.history.follow({ from: '' }), /token/)
})

test.run()

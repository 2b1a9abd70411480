/** The change feed of histories: events as they happen, in order for each record, and none missed by who goes on from a token. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FeedEvent, Store } from 'draftwork'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import { memoryStore } from '../../../adapters/memory/index.ts'
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

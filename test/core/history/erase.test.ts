/** Stories of erasing: what goes for good, whoever interferes, and what is told of what came later. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { openStore, type StoreKind, storeKinds } from '../../support/stores.ts'
import { lostAfter, lostBefore, meanwhile, type Twist, times, watchedStore } from '../../support/watched-store.ts'
import { failsWith, hurried } from '../unit-of-work/world.ts'
import { bank } from './account.ts'

/** Versions, and the domain events among them. */
const shells = (events: readonly { generation: string; version: number; name: string | undefined }[]) => ({
  versions: [...new Set(events.map(({ generation, version }) => `${generation} ${version}`))],
  events: events.flatMap(({ version, name }) => (name ? [[version, name]] : [])),
})

/** An account of two lives, with values in all places that a history has for them. */
async function secretive(kind: StoreKind) {
  const inner = openStore(kind)
  const store = watchedStore(inner)
  const w = await bank(store, { history: { entries: 3 }, environment: hurried() })
  const note = (text: string) =>
    w.unitOfWork.run('note', async (work) => {
      const account = work.apply(await work.get(w.Account, w.key), w.Account.events.Noted({}))
      work.change(account, (draft) => {
        draft.note = text
      })
    })
  for (const size of [408_900, 0]) {
    await w.open()
    for (const text of ['secret one', 'secret two'.repeat(1000), 'secret three', 'secret'.padEnd(size, '.')]) {
      await note(text)
      await w.history.verify(w.Account, w.key)
    }
    if (size > 0)
      await w.unitOfWork.run('close'.repeat(200), async (work) => work.delete(await work.get(w.Account, w.key)))
  }
  await note('public')
  store.forget()
  return {
    ...w,
    inner,
    store,
    /** All that is stored, as a text. */
    async rest() {
      const pages = await Promise.all(
        [w.Account.table, w.journal].map((table) => inner.scan({ table, consistent: true })),
      )
      return JSON.stringify(pages.flatMap(({ items }) => items))
    },
  }
}

const told = (events: readonly { version: number; erased: boolean; changes: unknown }[]) =>
  events.map(({ version, erased, changes }) => [version, erased, changes])

for (const kind of storeKinds) {
  // Of a write that was applied and whose answer was lost, the repetition met what it had written itself, and was taken for
  // others' doing: what stood beside the block stayed. So it did where the process had died in between.
  for (const [what, twists] of Object.entries({ 'is lost': [lostAfter], 'never comes': times(10, lostBefore) })) {
    test(`nothing is left of what was erased, whichever answer ${what} (${kind})`, async () => {
      for (let nth = 0; ; nth++) {
        const w = await secretive(kind)
        assert.match(await w.rest(), /#last/)
        const before = await w.history.of(w.Account, w.key).toArray()
        w.store.twist(...times(nth, (_: unknown, apply: Parameters<Twist>[1]) => apply()), ...twists)
        const count = await w.history.erase(w.Account, w.key).catch(() => undefined)
        const sent = w.store.commits.length
        w.store.forget()
        if (count === undefined) await w.history.erase(w.Account, w.key)
        if (what === 'is lost') assert.is(count, 12)
        assert.not.match(await w.rest(), /secret/)
        assert.is(await w.history.erase(w.Account, w.key), 0)
        const after = await w.history.of(w.Account, w.key).toArray()
        assert.ok(after.every(({ erased }) => erased))
        assert.equal(shells(after), shells(before))
        await w.close()
        if (sent <= nth) break
        // One of a few is enough where it takes long.
        if (kind === 'dynamodb') nth += 4
      }
    })
  }

  // No version tells of an erasure, so the last block had the tail as it had been read: with all that was erased since.
  for (const end of ['deletion', 'deletion unseen', 'replacement'] as const) {
    test(`a ${end} that was under way brings nothing back, and is done at once (${kind})`, async () => {
      const { inner, journal, Account, key, history, rest } = await secretive(kind)
      // An engine that has nothing else to send.
      const store = watchedStore(inner)
      const { unitOfWork } = createEngine({ store, models: [Account], journalTable: journal })
      let runs = 0
      store.twist(meanwhile(() => history.erase(Account, key)))
      await unitOfWork.run(async (work) => {
        runs++
        if (end === 'deletion unseen') work.delete(Account, key)
        else work.delete(await work.get(Account, key))
        if (end === 'replacement') work.create(Account, key)
      })
      assert.not.match(await rest(), /secret/)
      const [last] = await history.of(Account, key, { reverse: true, limit: 1 }).toArray()
      assert.is(last!.kind, end === 'replacement' ? 'created' : 'deleted')
      assert.ok((await history.verify(Account, key)).ok)
      assert.is(runs, 1)
    })
  }

  // Once they had left the tail, increments had no changes forwards, and versions between an erasure and the next image of
  // the record could not be had.
  test(`what came after an erasure is told in both directions, sealed or not (${kind})`, async () => {
    const w = await bank(openStore(kind), { history: { entries: 3 } })
    await w.open()
    await w.history.erase(w.Account, w.key)
    for (let i = 0; i < 8; i++) {
      await w.unitOfWork.run(async (work) => {
        await work.get(w.Account, w.key)
        work.blind(w.Account, w.key, (blind) => blind.increment('visits', 5))
      })
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const forwards = await w.history.of(w.Account, w.key).toArray()
    assert.equal(told(forwards), [
      [1, true, []],
      ...[2, 3, 4, 5, 6, 7, 8, 9].map((version) => [
        version,
        false,
        [{ path: 'visits', old: version === 2 ? undefined : (version - 2) * 5, new: (version - 1) * 5 }],
      ]),
    ])
    assert.equal((await w.history.of(w.Account, w.key, { reverse: true }).toArray()).reverse(), forwards)
    for (const version of [1, 2, 5, 9]) {
      const then = await w.history.at(w.Account, w.key, { version })
      assert.is(then?.visits, version === 1 ? undefined : (version - 1) * 5)
    }
    await w.history.erase(w.Account, w.key)
    await failsWith(w.history.at(w.Account, w.key, { version: 2 }), 'RECORD_NOT_FOUND')
  })
}

test('what a history cannot do any more names the record, as a job over many of them needs', async () => {
  const w = await bank(openStore('memory'))
  await w.open()
  await w.add(5)
  const added = (await w.history.of(w.Account, w.key).toArray()).at(-1)!
  await w.add(5)
  const message = async (promise: Promise<unknown>, code: 'RECORD_NOT_FOUND' | 'CONFLICT') =>
    (await failsWith(promise, code)).message
  assert.match(await message(w.history.undo(added), 'CONFLICT'), /^Account {"id":"ann"} was changed since/)
  assert.match(
    await message(w.history.at(w.Account, w.key, { version: 9 }), 'RECORD_NOT_FOUND'),
    /^Account {"id":"ann"} has no version 9/,
  )
  await w.history.erase(w.Account, w.key)
  for (const asked of [
    () => w.history.at(w.Account, w.key, { version: 1 }),
    () => w.history.undo(added),
    () => w.history.replay(w.Account, w.key),
    () => w.history.replay(w.Account, { id: 'bob' }),
  ]) {
    assert.match(await message(asked(), 'RECORD_NOT_FOUND'), /Account {"id":"(ann|bob)"}/)
  }
})

test.run()

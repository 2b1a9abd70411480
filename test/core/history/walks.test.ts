/**
 * Histories that are read while others commit, seal, delete and create again.
 *
 * A walk once read the blocks first and the record behind them, and again where a tail was cut in between; after a few rounds
 * it gave up and told half a history without a word. Where a record was deleted and created again meanwhile, half a life was
 * told, and `verify` called a sound history broken.
 */
import { createEngine, type Store } from 'draftwork'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { all } from '../../../core/expression/condition.ts'
import { accountModel, bank } from './account.ts'

type Bank = Awaited<ReturnType<typeof bank>>

/** A bank, and an engine on it that meets `meanwhile` behind each page of blocks that it reads. */
async function disturbed(meanwhile: (w: Bank) => Promise<void>) {
  const store = memoryStore()
  const w = await bank(store, { history: { entries: 1 } })
  let isCalm = false
  const busy: Store = {
    ...store,
    async query(request, options) {
      const page = await store.query(request, options)
      if (!isCalm && request.table === w.journal) await meanwhile(w)
      return page
    },
  }
  const Account = accountModel(w.Account.table, { entries: 1 })
  const { history } = createEngine({ store: busy, models: [Account], journalTable: w.journal })
  const calm = () => {
    isCalm = true
  }
  return { w, store, Account, history, calm }
}

const addTwice = async (w: Bank): Promise<void> => {
  // The second of them seals the entry of the first.
  for (let i = 0; i < 2; i++) await w.add(1)
  await new Promise(setImmediate)
}

const replace = async (w: Bank): Promise<void> => {
  await w.unitOfWork.run('close', async (work) => work.delete(await work.get(w.Account, w.key)))
  await w.open()
  await addTwice(w)
}

for (const reverse of [false, true]) {
  test(`a record whose tail is sealed behind every page is told without a gap, reverse ${reverse}`, async () => {
    const { w, Account, history } = await disturbed(addTwice)
    await w.open()
    for (let i = 0; i < 30; i++) await addTwice(w)
    const events = await history.of(Account, w.key, { reverse }).toArray()
    const versions = events.map(({ version }) => version)
    if (reverse) versions.reverse()
    assert.equal(
      versions,
      versions.map((_, i) => i + 1),
    )
    assert.ok(versions.length >= 61)
  })

  test(`a life that ends and one that begins meanwhile are told whole, or not at all, reverse ${reverse}`, async () => {
    const { w, Account, history } = await disturbed(replace)
    await w.open()
    await addTwice(w)
    await replace(w)
    const events = await history.of(Account, w.key, { reverse }).toArray()
    if (reverse) events.reverse()
    for (const [i, { generation, version, kind }] of events.entries()) {
      const before = events[i - 1]
      if (before?.generation === generation) assert.is(version, before.version + 1)
      else assert.equal([version, kind, before?.kind ?? 'deleted'], [1, 'created', 'deleted'])
    }
  })
}

for (const [name, meanwhile] of Object.entries({ addTwice, replace })) {
  test(`a sound history is called sound while it goes on (${name})`, async () => {
    const { w, Account, history } = await disturbed(meanwhile)
    await w.open()
    await addTwice(w)
    assert.equal((await history.verify(Account, w.key)).problems, [])
  })
}

test('verify still finds a record that is older than its history', async () => {
  const { w, store, Account, history, calm } = await disturbed(addTwice)
  await w.open()
  await addTwice(w)
  const old = (await w.stored())!
  await addTwice(w)
  await addTwice(w)
  // Somebody puts a backup back.
  await store.write([{ kind: 'put', table: Account.table, key: w.key, item: old }])
  calm()
  const { ok, problems } = await history.verify(Account, w.key)
  assert.not(ok)
  assert.ok(problems.some(({ problem }) => problem.includes('more entries than commits')))
})

// The life of the slower clock was told around that of the faster one, half of it before and half of it behind.
test('the present life of a record is told whole and last, also where an earlier one seems to be of later', async () => {
  const store = memoryStore()
  const clock = (ahead: number) => ({ now: () => Date.now() + ahead, random: Math.random, sleep: async () => {} })
  const fast = await bank(store, { history: { entries: 2 }, environment: clock(60_000) })
  const { history, unitOfWork } = createEngine({
    store,
    models: [fast.Account],
    journalTable: fast.journal,
    environment: clock(0),
  })
  await fast.open()
  for (let i = 0; i < 5; i++) await fast.add(1)
  await fast.unitOfWork.run(async (work) => work.delete(await work.get(fast.Account, fast.key)))
  await unitOfWork.run((work) => void work.create(fast.Account, { ...fast.key, balance: 50 }))
  for (let i = 0; i < 5; i++) {
    await unitOfWork.run(async (work) => {
      work.change(await work.get(fast.Account, fast.key), (draft) => {
        draft.balance++
      })
    })
  }
  await new Promise((resolve) => setTimeout(resolve, 10))
  const events = await history.of(fast.Account, fast.key).toArray()
  const lives = [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6]
  assert.equal(
    events.map(({ version }) => version),
    lives,
  )
  assert.equal((await history.of(fast.Account, fast.key, { reverse: true }).toArray()).reverse(), events)
  assert.equal(await history.verify(fast.Account, fast.key), { ok: true, versions: 13, problems: [] })
})

test('verify finds a record that was put back after its deletion', async () => {
  const store = memoryStore()
  const w = await bank(store)
  await w.open()
  const item = (await w.stored())!
  await w.unitOfWork.run(async (work) => work.delete(await work.get(w.Account, w.key)))
  const put = { kind: 'put', table: w.Account.table, key: w.key, item, condition: all([]) } as const
  assert.is((await store.commit({ id: 'late', actions: [put] })).kind, 'committed')
  const { ok, problems } = await w.history.verify(w.Account, w.key)
  assert.not(ok)
  assert.match(problems.at(-1)!.problem, 'was deleted')
})

test.run()

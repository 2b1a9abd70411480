/**
 * Histories of records that are, or were, about as large as an item may be. Their blocks once could not be written, and no
 * commit, deletion or erasure of the record was possible any more.
 */
import { createEngine, defineModel, setOf } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { itemSize } from '../../../core/data/item.ts'
import { tailLength } from '../../../core/journal/tail.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { hurried } from '../unit-of-work/world.ts'

const LIMIT = 400 * 1024

async function large(kind: StoreKind, id = 'a') {
  const prefix = tablePrefix()
  const store = openStore(kind)
  const Large = defineModel({
    name: 'Large',
    table: `${prefix}-large`,
    key: { partition: 'id' },
    schema: t.type({ id: t.string, n: t.number, text: t.string, list: t.array(t.string), tags: setOf(t.string) }),
    defaults: { n: 0, text: '', list: () => [], tags: () => new Set<string>() },
  })
  // Nobody looks at what is changed blindly.
  const environment = { ...hurried(), random: () => 0.5 }
  const engine = createEngine({ store, models: [Large], journalTable: `${prefix}-journal`, environment })
  await engine.tables.create()
  const key = { id }
  const { unitOfWork, history } = engine
  return {
    ...engine,
    Large,
    key,
    stored: async () => (await store.read([{ table: Large.table, key }], { consistent: true }))[0],
    create: (text: string) => unitOfWork.run((work) => void work.create(Large, { ...key, text })),
    change: (fields: { text?: string; n?: number }) =>
      unitOfWork.run(async (work) => {
        work.change(await work.get(Large, key), (draft) => void Object.assign(draft, fields))
      }),
    push: (text: string) =>
      unitOfWork.run(async (work) => {
        work.change(await work.get(Large, key), (draft) => void draft.list.push(text))
      }),
    remove: () => unitOfWork.run(async (work) => work.delete(await work.get(Large, key))),
    /** All of its versions, told as they were. */
    async versions() {
      assert.ok((await history.verify(Large, key)).ok)
      const events = await history.of(Large, key).toArray()
      assert.equal((await history.of(Large, key, { reverse: true }).toArray()).reverse(), events)
      return events.length
    },
  }
}

for (const kind of storeKinds) {
  // The first block has the record as it was created, and all that came since.
  test(`a record that was created large goes on with a long tail (${kind})`, async () => {
    const w = await large(kind)
    const text = 'x'.repeat(390_000)
    await w.create(text)
    await w.change({ text: '' })
    await Promise.all(Array.from({ length: 9 }, (_, i) => w.push(String(i).repeat(7000))))
    for (let n = 1; n <= 4; n++) await w.change({ n })
    assert.is(await w.versions(), 15)
    assert.is((await w.history.at(w.Large, w.key, { version: 1 }))?.text, text)
    assert.equal((await w.history.at(w.Large, w.key, { version: 5 }))?.list.length, 3)
    await w.remove()
    assert.is(await w.history.erase(w.Large, w.key), 16)
  })

  // A block names the record twice.
  test(`a record that fills its item goes on where its key is long (${kind})`, async () => {
    const w = await large(kind, 'k'.repeat(500))
    const text = 'x'.repeat(LIMIT - 1000)
    await w.create(text)
    for (let n = 1; n <= 4; n++) await w.change({ n })
    assert.is(await w.versions(), 5)
    for (const version of [1, 3, 5]) {
      const then = await w.history.at(w.Large, w.key, { version })
      assert.equal([then?.n, then?.text], [version - 1, text])
    }
    await w.change({ text: '' })
    await w.remove()
    assert.is(await w.versions(), 7)
  })

  // Until somebody loaded it, the store refused each of them.
  test(`a record that its tail fills is changed unseen all the same (${kind})`, async () => {
    const w = await large(kind)
    await w.create('x'.repeat(LIMIT - 600))
    const count = () => w.unitOfWork.run((work) => work.blind(w.Large, w.key, (blind) => blind.increment('n', 1)))
    for (let i = 0; i < 20; i++) await count()
    assert.is(await w.versions(), 21)
    assert.is((await w.history.at(w.Large, w.key, { version: 21 }))?.n, 20)
  })

  for (const end of ['changed', 'deleted unseen'] as const) {
    test(`a record that is all tail is ${end} (${kind})`, async () => {
      const w = await large(kind, 'k'.repeat(900))
      await w.create('')
      for (;;) {
        const size = Math.min(7000, Math.floor((LIMIT - itemSize((await w.stored())!) - 200) / 3))
        if (size < 20) break
        for (const act of ['add', 'remove'] as const) {
          await w.unitOfWork.run((work) => work.blind(w.Large, w.key, (blind) => blind[act]('tags', 'x'.repeat(size))))
        }
      }
      const versions = tailLength((await w.stored())!)
      assert.ok(versions > 56, `${versions}`)
      if (end === 'changed') await w.change({ n: 1 })
      else await w.unitOfWork.run((work) => work.delete(w.Large, w.key))
      const left = await w.stored()
      assert.ok(!left || tailLength(left) < 4)
      assert.is(await w.versions(), versions + 1)
    })
  }
}

test.run()

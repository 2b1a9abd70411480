/** Tails of records that many change at once, and of those that are deleted and created again. */
import { createEngine, defineModel, type Store, setOf } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'

const WRITERS = 64
const fields = Array.from({ length: WRITERS }, (_, i) => `f${i}`)

const Hot = defineModel({
  name: 'Hot',
  table: 'hot',
  key: { partition: 'id' },
  schema: t.intersection([
    t.type({ id: t.string, n: t.number, tags: setOf(t.string) }),
    t.partial(Object.fromEntries(fields.map((name) => [name, t.number]))),
  ]),
  defaults: { n: 0, tags: () => new Set<string>() },
})

const key = { id: 'a' }

/** With this chance nobody looks at the tail of a record that is only changed blindly. */
async function hot(chance?: number) {
  const memory = memoryStore()
  const seals: string[] = []
  const store: Store = {
    ...memory,
    async commit(plan, options) {
      const outcome = await memory.commit(plan, options)
      const [action, ...more] = plan.actions
      const isCut =
        action?.kind === 'update' && action.update.every(({ kind, path }) => kind === 'remove' && path[0] === '_h')
      const isBlock = action?.kind === 'put' && action.table === 'draftwork-journal'
      if (more.length === 0 && (isCut || isBlock)) seals.push(outcome.kind)
      return outcome
    },
  }
  const environment = {
    now: Date.now,
    random: () => chance ?? Math.random(),
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
  }
  const { unitOfWork, history, tables } = createEngine({ store, models: [Hot], environment })
  await tables.create()
  return {
    seals,
    history,
    create: () => unitOfWork.run((work) => void work.create(Hot, key as never)),
    remove: () => unitOfWork.run(async (work) => work.delete(await work.get(Hot, key))),
    count: () => unitOfWork.run((work) => work.blind(Hot, key, (blind) => blind.increment('n', 1))),
    change: (recipe: (draft: { n: number; tags: Set<string> }) => void) =>
      unitOfWork.run(async (work) => void work.change(await work.get(Hot, key), (draft) => recipe(draft as never))),
    tail: async () => {
      const [item] = await memory.read([{ table: 'hot', key }], { consistent: true })
      return (item!['_h'] as readonly unknown[]).length
    },
  }
}

// Each of them sealed for itself, and again whatever had come since: thousands of refused writes on the hottest record.
test('all who find no room in a tail wait for one sealing', async () => {
  const { create, count, seals, tail, history } = await hot(0.99)
  await create()
  for (let i = 1; i < 192; i++) await count()
  assert.equal([await tail(), seals], [192, []])
  await Promise.all(Array.from({ length: WRITERS }, count))
  assert.equal(seals, ['committed', 'committed'])
  assert.equal(await history.verify(Hot, key), { ok: true, versions: 192 + WRITERS, problems: [] })
})

test('entries of many writers at once say what they replaced, whoever makes room for whom', async () => {
  const { create, count, change, history } = await hot()
  await create()
  const write = async (writer: number) => {
    for (let i = 1; i <= 16; i++) {
      if (writer % 3 === 0) await count()
      else if (writer % 3 === 1) await change((draft) => void Object.assign(draft, { [`f${writer}`]: i }))
      else await change(({ tags }) => void (tags.delete(`t${writer}`) || tags.add(`t${writer}`)))
    }
  }
  await Promise.all(fields.map((_, writer) => write(writer)))
  const versions = 1 + 16 * WRITERS
  assert.equal(await history.verify(Hot, key), { ok: true, versions, problems: [] })
})

// A record that was created again counts its versions anew, and those of the life before were taken for its own.
test('the tail of a record that was created again stays short', async () => {
  const { create, remove, change, tail } = await hot()
  await create()
  for (let i = 0; i < 200; i++) await change((draft) => void draft.n++)
  await remove()
  await create()
  for (let i = 0; i < 80; i++) {
    await change((draft) => void draft.n++)
    assert.ok((await tail()) <= 27, `the tail has ${await tail()} entries`)
  }
})

test.run()

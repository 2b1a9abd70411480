/** Places of a record that are valid only together: two changes of different ones are no two that merge. */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { isEngineError } from '../../../core/errors.ts'
import { date, setOf } from '../../../core/model/codecs.ts'
import { type AnyModel, defineModel } from '../../../core/model/model.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { meanwhile, watchedStore } from '../../support/watched-store.ts'
import { hurried, put } from './world.ts'

// biome-ignore lint/suspicious/noExplicitAny: recipes of many models
type Recipe = (draft: any) => void

/** A record, one engine, and another that does something before the first commit of the one. */
async function twoEngines(kind: StoreKind, fields: t.Mixed, record: object) {
  const model: AnyModel = defineModel({
    name: 'Thing',
    table: `${tablePrefix()}-things`,
    key: { partition: 'id' },
    schema: t.intersection([t.type({ id: t.string }), fields]),
  } as never) as never
  const store = openStore(kind)
  const watched = watchedStore(store)
  const engineOver = (each: typeof store) => createEngine({ store: each, models: [model], environment: hurried() })
  const [mine, theirs] = [engineOver(watched), engineOver(store)]
  await mine.tables.create()
  await theirs.unitOfWork.run((work) => void work.create(model, { id: '1', ...record } as never))
  const change = (recipe: Recipe) => async (work: UnitOfWork) =>
    void work.change(await work.get(model, { id: '1' } as never), recipe as never)
  return {
    model,
    others: theirs.unitOfWork,
    read: () => theirs.records.get(model, { id: '1' } as never),
    /** How often mine ran, and the code of the error that it ended with. */
    async race(recipe: Recipe, other: Recipe): Promise<readonly [runs: number, code: string | undefined]> {
      watched.twist(meanwhile(() => theirs.unitOfWork.run(change(other))))
      let runs = 0
      const thrown = await mine.unitOfWork
        .run((work) => {
          runs++
          return change(recipe)(work)
        })
        .catch((error: unknown) => error)
      return [runs, isEngineError(thrown) ? thrown.code : (thrown as undefined)]
    },
    atOnce: (one: Recipe, other: Recipe) =>
      mine.unitOfWork.run((work) => Promise.all([work.run(change(one)), work.run(change(other))])),
  }
}

type Story = readonly [name: string, fields: t.Mixed, record: object, mine: Recipe, theirs: Recipe]

const range = t.refinement(t.type({ min: t.number, max: t.number }), ({ min, max }) => min <= max)
const sized = <C extends t.Mixed>(codec: C, sizeOf: (value: t.TypeOf<C>) => number) =>
  t.type({ v: t.refinement(codec, (value) => sizeOf(value) <= 2) })

const circle = t.intersection([
  t.type({ kind: t.literal('circle'), r: t.number, color: t.string }),
  t.partial({ note: t.string }),
])
const square = t.intersection([
  t.type({ kind: t.literal('square'), side: t.number, color: t.string }),
  t.partial({ note: t.number }),
])
const shape = t.union([circle, square])
const aCircle = { kind: 'circle', r: 1, color: 'red' }
const toSquare: Recipe = (draft) => {
  draft.kind = 'square'
  draft.side = 1
  delete draft.r
}
const untagged = t.union([
  t.intersection([t.type({ a: t.number }), t.partial({ note: t.string })]),
  t.intersection([t.type({ b: t.number }), t.partial({ note: t.number })]),
])
const fromAToB: Recipe = ({ v }) => {
  delete v.a
  v.b = 1
}

const clashes: readonly Story[] = [
  ['refined fields', range, { min: 1, max: 9 }, put('max', 5), put('min', 8)],
  ['a refined part', t.type({ v: range }), { v: { min: 1, max: 9 } }, put('v.max', 5), put('v.min', 8)],
  ['a refined list', sized(t.array(t.number), (v) => v.length), { v: [1] }, (d) => d.v.push(2), (d) => d.v.push(3)],
  ['a refined set', sized(setOf(t.number), (v) => v.size), { v: new Set([1]) }, (d) => d.v.add(2), (d) => d.v.add(3)],
  [
    'a refined map',
    sized(t.record(t.string, t.number), (v) => Object.keys(v).length),
    { v: { a: 1 } },
    put('v.b', 1),
    put('v.c', 1),
  ],
  ['a field of a member, and its tag', t.type({ v: shape }), { v: aCircle }, put('v.note', 'x'), (d) => toSquare(d.v)],
  ['a tag, and a field of its member', t.type({ v: shape }), { v: aCircle }, (d) => toSquare(d.v), put('v.note', 'x')],
  ['the same of a whole record', shape, aCircle, put('note', 'x'), toSquare],
  ['and the other way round', shape, aCircle, toSquare, put('note', 'x')],
  ['members without a tag', t.type({ v: untagged }), { v: { a: 1 } }, put('v.note', 'x'), fromAToB],
  [
    'maps of two kinds',
    t.type({ v: t.union([t.record(t.string, t.number), t.record(t.string, t.string)]) }),
    { v: {} },
    put('v.a', 1),
    put('v.b', 'x'),
  ],
  [
    'lists of two kinds',
    t.type({ v: t.union([t.array(t.number), t.array(t.string)]) }),
    { v: [] },
    (d) => d.v.push(1),
    (d) => d.v.push('x'),
  ],
]

for (const kind of storeKinds) {
  for (const [name, fields, record, mine, theirs] of clashes) {
    test(`two changes that are valid alone and not together: the later one sees the other, and is refused: ${name} (${kind})`, async () => {
      const { race, read } = await twoEngines(kind, fields, record)
      assert.equal(await race(mine, theirs), [2, 'INVALID_RECORD'])
      // What is stored is a record.
      await read()
    })
  }
}

type Tree = { readonly n: number; readonly kid?: Tree }
const tree: t.Type<Tree> = t.recursion('Tree', (self) =>
  t.refinement(t.intersection([t.type({ n: t.number }), t.partial({ kid: self })]), ({ n, kid }) => !kid || kid.n < n),
)
const deep: readonly Story[] = [
  ['in a recursion', t.type({ v: tree }), { v: { n: 9, kid: { n: 1 } } }, put('v.n', 5), put('v.kid.n', 7)],
  [
    'in an entry of a map',
    t.type({ v: t.record(t.string, range) }),
    { v: { a: { min: 1, max: 9 } } },
    put('v.a.max', 5),
    put('v.a.min', 8),
  ],
  [
    'within other wrappers',
    t.type({ v: t.readonly(t.exact(t.type({ w: range }))) }),
    { v: { w: { min: 1, max: 9 } } },
    put('v.w.max', 5),
    put('v.w.min', 8),
  ],
]

for (const [name, fields, record, mine, theirs] of deep) {
  test(`a refinement is found wherever it is in the schema: ${name}`, async () => {
    const { race, read } = await twoEngines('memory', fields, record)
    assert.equal(await race(mine, theirs), [2, 'INVALID_RECORD'])
    await read()
  })
}

const independent: readonly Story[] = [
  [
    'a refined part and what is beside it',
    t.type({ v: range, n: t.number }),
    { v: { min: 1, max: 9 }, n: 1 },
    put('v.max', 5),
    put('n', 8),
  ],
  [
    'refined fields and the rest of an intersection',
    t.intersection([range, t.type({ n: t.number })]),
    { min: 1, max: 9, n: 1 },
    put('max', 5),
    put('n', 8),
  ],
  ['two fields of one member', shape, aCircle, put('r', 5), put('note', 'x')],
  [
    'elements of a set that all members have',
    t.union([
      t.type({ kind: t.literal('a'), days: setOf(date) }),
      t.type({ kind: t.literal('b'), days: setOf(date), n: t.number }),
    ]),
    { kind: 'a', days: new Set([new Date(1)]) },
    (d) => d.days.add(new Date(2)),
    (d) => assert.ok(d.days.delete(new Date(1))),
  ],
  ['the tag and a field that all members have', shape, aCircle, toSquare, put('color', 'blue')],
  [
    'two fields of what may be null',
    t.type({ v: t.union([t.null, t.type({ a: t.number, b: t.number })]) }),
    { v: { a: 1, b: 1 } },
    put('v.a', 5),
    put('v.b', 5),
  ],
  [
    'a list whose elements are refined',
    t.type({ v: t.array(t.Int) }),
    { v: [1] },
    (d) => d.v.push(2),
    (d) => d.v.push(3),
  ],
]

for (const [name, fields, record, mine, theirs] of independent) {
  test(`what is valid by itself merges as ever: ${name}`, async () => {
    const { race, read } = await twoEngines('memory', fields, record)
    assert.equal(await race(mine, theirs), [1, undefined])
    await read()
  })
}

// An absent set is read as an empty one. What was refused at a creation could be made by a change, and then not be read.
for (const kind of storeKinds) {
  test(`a refinement judges an absent set as it will be read: as an empty one (${kind})`, async () => {
    const tags = t.partial({ tags: setOf(t.string) })
    const named = t.refinement(tags, (each) => each.tags === undefined || each.tags.size > 0)
    const { model, others, read, race } = await twoEngines(kind, t.type({ v: named }), { v: { tags: new Set(['a']) } })
    for (const recipe of [(d) => delete d.v.tags, put('v', {})] as Recipe[]) {
      assert.equal(await race(recipe, () => {}), [1, 'INVALID_RECORD'])
      assert.equal(await read(), { id: '1', v: { tags: new Set(['a']) } })
    }
    const thrown = await others
      .run((work) => void work.create(model, { id: '2', v: {} } as never))
      .catch((error: unknown) => error)
    assert.ok(isEngineError(thrown, 'INVALID_RECORD'), String(thrown))
    // It is the input that is wrong: nothing is stored yet.
    assert.is(thrown.payload.stored, false)
  })
}

test('nested units of work that ran at once meet where their changes are valid only together', async () => {
  const { atOnce, read } = await twoEngines('memory', range, { min: 1, max: 9 })
  const thrown = await atOnce(put('min', 8), put('max', 5)).catch((error: unknown) => error)
  assert.ok(isEngineError(thrown, 'CONFLICT'), String(thrown))
  assert.equal(await read(), { id: '1', min: 1, max: 9 })
})

test.run()

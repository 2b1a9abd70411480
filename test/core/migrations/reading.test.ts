import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Item } from '../../../core/data/item.ts'
import { isEngineError } from '../../../core/errors.ts'
import { itemAs } from '../../../core/model/migrate.ts'
import { migrationsFrom } from '../../../core/model/migrations.ts'
import { defineModel } from '../../../core/model/model.ts'
import { decodeItem } from '../../../core/model/record.ts'
import { openStore, storeKinds } from '../../support/stores.ts'
import { meanwhile } from '../../support/watched-store.ts'
import { failsWith } from '../unit-of-work/world.ts'
import { annV1, annV3, town } from './town.ts'

const ann = { id: 'ann' } as const

for (const kind of storeKinds) {
  test(`an old item is read as a record of today, and stays stored as it is (${kind})`, async () => {
    const { Three, unitOfWork, stored, given, watched, leave } = await town(openStore(kind))
    await given(annV1)
    assert.equal(await unitOfWork.run((work) => work.get(Three, ann)), annV3)
    assert.equal(await stored('ann'), annV1)
    assert.is(watched.commits.length, 0)
    await leave()
  })

  test(`the next change stores all of it in today's form, with its version, in one update (${kind})`, async () => {
    const { Three, unitOfWork, stored, given, watched, leave } = await town(openStore(kind))
    await given({ ...annV1, foreign: { by: 'others' } })
    await unitOfWork.run(async (work) => {
      work.change(await work.get(Three, ann), (draft) => {
        draft.coins = 7
      })
    })
    const [action] = watched.onlyCommit()
    assert.is(action?.kind, 'update')
    const { _h, _g, ...item } = (await stored('ann'))!
    assert.equal(item, {
      id: 'ann',
      name: { first: 'Ann', last: 'Lee' },
      born: '1990-05-01T00:00:00.000Z',
      coins: 7,
      tags: new Set(['old']),
      foreign: { by: 'others' },
      _m: 3,
      _v: 1,
    })
    await leave()
  })

  test(`whoever changed an old item first, also by a path of no interest, is noticed (${kind})`, async () => {
    const { Three, One, oldest, unitOfWork, given, stored, watched, leave } = await town(openStore(kind))
    await given(annV1)
    watched.twist(
      meanwhile(() =>
        oldest.unitOfWork.run(async (work) => {
          work.change(await work.get(One, ann), (draft) => {
            draft.name = 'Ann Moe'
          })
        }),
      ),
    )
    let runs = 0
    await unitOfWork.run(async (work) => {
      runs++
      work.change(await work.get(Three, ann), (draft) => {
        draft.coins += 1
      })
    })
    assert.is(runs, 2)
    assert.equal((await stored('ann'))!['name'], { first: 'Ann', last: 'Moe' })
    assert.is((await stored('ann'))!['coins'], 1)
    await leave()
  })

  test(`a look at an old record is guarded by all of it (${kind})`, async () => {
    const { Three, One, oldest, unitOfWork, given, watched, leave } = await town(openStore(kind))
    await given(annV1)
    watched.twist(
      meanwhile(() =>
        oldest.unitOfWork.run(async (work) => {
          work.change(await work.get(One, ann), (draft) => {
            draft.name = 'Eve Lee'
          })
        }),
      ),
    )
    const seen: string[] = []
    await unitOfWork.run(async (work) => {
      const { name } = await work.get(Three, ann)
      // No path of the stored item, which has a text there.
      seen.push(name.first)
      work.create(Three, { ...annV3, id: `bob${seen.length}` })
    })
    assert.equal(seen, ['Ann', 'Eve'])
    await leave()
  })

  test(`a blind change never lands in an item of another version (${kind})`, async () => {
    const { Three, unitOfWork, given, stored, leave } = await town(openStore(kind))
    await given(annV1)
    await unitOfWork.run((work) => work.blind(Three, ann, (blind) => blind.increment('coins', 3)))
    const item = (await stored('ann'))!
    assert.equal([item['coins'], item['_m'], item['name']], [3, 3, { first: 'Ann', last: 'Lee' }])
    await leave()
  })

  test(`nor does a change land in an item that was taken back meanwhile (${kind})`, async () => {
    const { Three, others, unitOfWork, given, stored, watched, leave } = await town(openStore(kind))
    await given({ ...annV1, coins: 1 })
    await others.migrations.run(Three)
    watched.twist(meanwhile(() => others.migrations.run(Three, { to: 1 })))
    await unitOfWork.run(async (work) => {
      work.change(await work.get(Three, ann), (draft) => {
        draft.tags.add('new')
      })
    })
    const item = (await stored('ann'))!
    assert.equal([item['_m'], item['tags']], [3, new Set(['old', 'new'])])
    await leave()
  })

  test(`an old item can be deleted, replaced, and changed by nested units of work (${kind})`, async () => {
    const { Three, unitOfWork, given, stored, leave } = await town(openStore(kind))
    for (const id of ['ann', 'bob', 'cat']) await given({ ...annV1, id })
    await unitOfWork.run(async (work) => {
      work.delete(await work.get(Three, ann))
      work.delete(await work.get(Three, { id: 'bob' }))
      work.create(Three, { ...annV3, id: 'bob', coins: 9 })
      const cat = { id: 'cat' }
      await Promise.all([
        work.run(async (sub) => {
          sub.change(await sub.get(Three, cat), (draft) => {
            draft.coins = 4
          })
        }),
        work.run(async (sub) => {
          sub.change(await sub.get(Three, cat), (draft) => void draft.tags.add('nested'))
        }),
      ])
    })
    assert.is(await stored('ann'), undefined)
    assert.equal([(await stored('bob'))!['coins'], (await stored('bob'))!['_m']], [9, 3])
    const cat = (await stored('cat'))!
    assert.equal([cat['coins'], cat['tags'], cat['_m']], [4, new Set(['old', 'nested']), 3])
    await leave()
  })

  test(`code that does not know a version leaves its items alone (${kind})`, async () => {
    const { One, Two, Three, oldest, older, unitOfWork, stored, leave } = await town(openStore(kind))
    await unitOfWork.run((work) => void work.create(Three, annV3))
    assert.is((await stored('ann'))!['_m'], 3)
    const error = await failsWith(
      older.unitOfWork.run((work) => work.get(Two, ann)),
      'UNKNOWN_SCHEMA_VERSION',
    )
    assert.match(error.message, /"id":"ann"} .* version 3 of Person, of which this model knows versions 1 to 2.*deploy/)
    assert.equal(error.payload, { model: 'Person', version: 3 })
    await failsWith(
      oldest.unitOfWork.run((work) => work.get(One, ann)),
      'UNKNOWN_SCHEMA_VERSION',
    )
    await failsWith(
      older.unitOfWork.run((work) => work.blind(Two, ann, (blind) => blind.increment('coins', 1))),
      'UNKNOWN_SCHEMA_VERSION',
    )
    await leave()
  })
}

const Old = t.type({ id: t.string, n: t.number })
const New = t.type({ id: t.string, m: t.bigint })
const model = (
  options: Parameters<typeof migrationsFrom>[1] = {},
  up = ({ n, ...rest }: t.TypeOf<typeof Old>) => ({ ...rest, m: BigInt(n) }),
) =>
  defineModel({
    name: 'Thing',
    table: 'things',
    key: { partition: 'id' },
    schema: New,
    migrations: migrationsFrom(Old, options).to(New, { up }),
  })

test('versions are told by the attribute, else by a detector, else the item is of the first', () => {
  assert.equal(decodeItem(model(), { id: 'a', n: 2 }), { id: 'a', m: 2n })
  assert.equal(decodeItem(model(), { id: 'a', n: 2, _m: 1 }), { id: 'a', m: 2n })
  assert.equal(decodeItem(model(), { id: 'a', m: 2, _m: 2 }), { id: 'a', m: 2n })
  const detecting = model({ detect: (item) => ('n' in item ? 1 : 'm' in item ? 2 : undefined) })
  assert.equal(decodeItem(detecting, { id: 'a', n: 2 }), { id: 'a', m: 2n })
  assert.equal(decodeItem(detecting, { id: 'a', m: 2 }), { id: 'a', m: 2n })
  const unknown = (item: Parameters<typeof decodeItem>[1], of = detecting) =>
    assert.throws(
      () => decodeItem(of, item),
      (error: unknown) => isEngineError(error, 'UNKNOWN_SCHEMA_VERSION'),
    )
  unknown({ id: 'a' })
  unknown({ id: 'a', m: 2, _m: 3 })
  unknown({ id: 'a', m: 2, _m: 0 })
  unknown({ id: 'a', m: 2, _m: 'new' })
  unknown({ id: 'a', n: 2 }, model({ version: 5 }))
  assert.equal(decodeItem(model({ version: 5 }), { id: 'a', n: 2, _m: 5 }), { id: 'a', m: 2n })
})

test('what does not fit a version on the way is told with the item, the version and every path', () => {
  const told = (item: Parameters<typeof decodeItem>[1], message: RegExp, of = model()) =>
    assert.throws(
      () => decodeItem(of, item),
      (error: unknown) => isEngineError(error, 'INVALID_RECORD') && error.payload.stored && message.test(error.message),
      String(message),
    )
  told({ id: 'a', n: 'x' }, /"id":"a"} .* no record of Thing of version 1: n: expected number, got "x"/)
  told({ id: 'a', n: 0.5 }, /of version 1: expected an item that the step from version 1 to 2 takes .*0.5/)
  told(
    { id: 'a', n: 1 },
    /version 2: m: expected bigint/,
    model({}, (old) => old as never),
  )
  told(
    { id: 'a', n: 1 },
    /version 2: n: expected no field of this name/,
    model({}, (old) => ({ ...old, m: 1n })),
  )
  told(
    { id: 'a', n: 1 },
    /version 2: id: expected "a"/,
    model({}, () => ({ id: 'b', m: 1n })),
  )
})

test('no step on the way can change the key', () => {
  const Middle = t.type({ id: t.string, k: t.number })
  const twice = defineModel({
    name: 'Thing',
    table: 'things',
    key: { partition: 'id' },
    schema: New,
    migrations: migrationsFrom(Old)
      .to(Middle, { up: ({ n }) => ({ id: 'other', k: n }), down: ({ k }) => ({ id: 'other', n: k }) })
      .to(New, { up: ({ id, k }) => ({ id, m: BigInt(k) }), down: ({ id, m }) => ({ id, k: Number(m) }) }),
  })
  const refused = (item: Item, to: number) =>
    assert.throws(
      () => itemAs(twice, item, to),
      (error: unknown) => isEngineError(error, 'INVALID_RECORD'),
    )
  refused({ id: 'a', n: 1 }, 3)
  refused({ id: 'a', n: 1 }, 2)
  refused({ id: 'a', m: 1, _m: 3 }, 1)
  assert.equal(itemAs(twice, { id: 'a', m: 1, _m: 3 }, 2), { id: 'a', k: 1, _m: 2 })
})

test('what attributes no schema names, steps neither see nor lose', () => {
  let seen: unknown
  const seeing = model({}, (old) => {
    seen = { ...old }
    return { id: old.id, m: 1n }
  })
  assert.equal(decodeItem(seeing, { id: 'a', n: 1, foreign: true, _v: 3 }), { id: 'a', m: 1n, foreign: true } as never)
  assert.equal(seen, { id: 'a', n: 1 })
})

test('chains are checked when the model is defined', () => {
  const refused = (migrations: unknown, message: RegExp) =>
    assert.throws(
      () =>
        defineModel({
          name: 'Thing',
          table: 'things',
          key: { partition: 'id' },
          schema: New,
          migrations: migrations as never,
        }),
      message,
    )
  refused({ 1: Old }, /must be made by migrationsFrom/)
  refused(migrationsFrom(Old), /last schema in migrations, of version 1, must be the model's own/)
  assert.throws(() => migrationsFrom(Old, { version: 0 }), /positive integer/)
  assert.throws(() => migrationsFrom(Old).to(New, {} as never), /\{ up, down\? \}/)
  assert.is(model().version, 2)
  assert.is(defineModel({ name: 'Thing', table: 'things', key: { partition: 'id' }, schema: New }).version, 1)
})

test.run()

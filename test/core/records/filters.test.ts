/** The condition language: every operator means the same on every store, and mistakes are told where they are made. */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { binary, date, mapOf, setOf } from '../../../core/model/codecs.ts'
import { defineModel, type RecordOf } from '../../../core/model/model.ts'
import { conditionOf, type Filter } from '../../../core/records/operators.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { people, refused, town } from './town.ts'

/** A codec of one's own: a number of cents, stored as text. */
class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
}
const money = new t.Type<Money, string>(
  'Money',
  (value): value is Money => value instanceof Money,
  (input, context) => (typeof input === 'string' ? t.success(new Money(Number(input))) : t.failure(input, context)),
  ({ cents }) => String(cents).padStart(8, '0'),
)

const modelOf = (table: string) =>
  defineModel({
    name: 'Thing',
    table,
    key: { partition: 'id' },
    schema: t.intersection([
      t.type({
        id: t.number,
        name: t.string,
        big: t.bigint,
        at: date,
        open: t.boolean,
        tags: setOf(t.string),
        days: setOf(date),
        list: t.array(t.type({ n: t.number })),
        words: t.array(t.string),
        home: t.type({ city: t.string, geo: t.partial({ lat: t.number }) }),
        scores: t.record(t.string, t.number),
        prices: mapOf(money),
        bytes: binary,
        cost: money,
        note: t.union([t.string, t.null]),
      }),
      t.partial({ nick: t.string }),
    ]),
  })
type Thing = RecordOf<ReturnType<typeof modelOf>>

const day = (date: number) => new Date(Date.UTC(2024, 4, date))
const things: readonly Thing[] = [0, 1, 2, 3].map((id) => ({
  id,
  name: `name ${id}`,
  big: 10n ** 20n + BigInt(id),
  at: day(id + 1),
  open: id % 2 === 0,
  tags: new Set(['a', 'b', 'c'].slice(0, id)),
  days: new Set([day(id)]),
  list: Array.from({ length: id }, (_, n) => ({ n })),
  words: [`word ${id}`],
  home: { city: `city ${id}`, geo: id === 0 ? {} : { lat: id * 10 } },
  scores: { all: id },
  prices: new Map([['bread', new Money(id * 100)]]),
  bytes: Uint8Array.of(1, id),
  cost: new Money(id * 1000),
  note: id === 1 ? null : 'noted',
  ...(id > 1 && { nick: `nick ${id}` }),
}))

/** What holds of which things. */
const filters: readonly (readonly [Filter<Thing>, readonly number[]])[] = [
  [(x, { equal }) => equal(x.name, 'name 1'), [1]],
  [(x, { unequal }) => unequal(x.name, 'name 1'), [0, 2, 3]],
  [(x, { unequal }) => unequal(x.nick, 'nick 2'), [0, 1, 3]],
  [(x, { equal }) => equal(x.open, false), [1, 3]],
  [(x, { equal }) => equal(x.note, null), [1]],
  [(x, { greater }) => greater(x.big, 10n ** 20n + 1n), [2, 3]],
  [(x, { atLeast }) => atLeast(x.at, day(3)), [2, 3]],
  [(x, { less }) => less(x.at, day(3)), [0, 1]],
  [(x, { atMost }) => atMost(x.cost, new Money(1000)), [0, 1]],
  [(x, { between }) => between(x.at, day(2), day(3)), [1, 2]],
  [(x, { oneOf }) => oneOf(x.name, ['name 0', 'name 3', 'other']), [0, 3]],
  [(x, { beginsWith }) => beginsWith(x.name, 'name 2'), [2]],
  [(x, { beginsWith }) => beginsWith(x.at, '2024-05-03'), [2]],
  [(x, { beginsWith }) => beginsWith(x.bytes, Uint8Array.of(1, 3)), [3]],
  [(x, { contains }) => contains(x.tags, 'b'), [2, 3]],
  [(x, { contains, not }) => not(contains(x.tags, 'b')), [0, 1]],
  [(x, { contains }) => contains(x.days, day(2)), [2]],
  [(x, { contains }) => contains(x.words, 'word 3'), [3]],
  [(x, { contains }) => contains(x.name, 'e 1'), [1]],
  [(x, { exists }) => exists(x.nick), [2, 3]],
  [(x, { absent }) => absent(x.home.geo.lat), [0]],
  // Sets that are empty are stored as absence, and have the size 0 all the same.
  [(x, { absent }) => absent(x.tags), [0]],
  [(x, { equal }) => equal(x.tags, new Set()), [0]],
  [(x, { unequal }) => unequal(x.tags, new Set<string>()), [1, 2, 3]],
  [(x, { equal }) => equal(x.tags, new Set(['b', 'a'])), [2]],
  [(x, { oneOf }) => oneOf(x.tags, [new Set<string>(), new Set(['a'])]), [0, 1]],
  [(x, { equal, size }) => equal(size(x.tags), 0), [0]],
  [(x, { unequal, size }) => unequal(size(x.tags), 0), [1, 2, 3]],
  [(x, { less, size }) => less(size(x.tags), 2), [0, 1]],
  [(x, { atLeast, size }) => atLeast(size(x.tags), 0), [0, 1, 2, 3]],
  [(x, { greater, size }) => greater(size(x.tags), 1), [2, 3]],
  [(x, { unequal, size }) => unequal(size(x.tags), 3), [0, 1, 2]],
  [(x, { between, size }) => between(size(x.list), 1, 2), [1, 2]],
  [(x, { equal }) => equal(x.list[1]!.n, 1), [2, 3]],
  [(x, { greater }) => greater(x.home.geo.lat, 15), [2, 3]],
  [(x, { equal }) => equal(x.home, { city: 'city 0', geo: {} }), [0]],
  [(x, { atLeast }) => atLeast(x.scores['all']!, 2), [2, 3]],
  [(x, { equal }) => equal(x.prices['bread']!, new Money(200)), [2]],
  [(x, { all, any, not, equal, exists }) => all(any(equal(x.id, 1), exists(x.nick)), not(equal(x.id, 3))), [1, 2]],
  [(_, { all }) => all(), [0, 1, 2, 3]],
  [(_, { any }) => any(), []],
]

for (const kind of storeKinds) {
  test(`a filter that nothing passes finds nothing, also of an index that holds little (${kind})`, async () => {
    const { Person, records, end } = await town(kind)
    await records.putMany(Person, people(6))
    const passed = [
      await records.query(Person, { index: 'byLevel', key: { level: 0 }, filter: (_, { any }) => any() }).toArray(),
      await records.scan(Person, { index: 'byLevel', filter: (_, { all, not }) => not(all()) }).toArray(),
      await records.scan(Person, { index: 'byLevel', filter: ({ no }, { between }) => between(no, 5, 1) }).toArray(),
      await records.query(Person, { key: { town: 'Oslo' }, filter: (_, { any }) => any() }).toArray(),
    ]
    assert.equal(passed, [[], [], [], []])
    assert.is(await records.scan(Person, { index: 'byLevel', filter: (_, { any }) => any(any()) }).count(), 0)
    const { records: found, cursor } = await records.scan(Person, { filter: (_, { any }) => any(), limit: 1 }).page()
    assert.equal([found, cursor], [[], undefined])
    await end()
  })

  test(`every operator means what it says (${kind})`, async () => {
    const prefix = tablePrefix()
    const Thing = modelOf(`${prefix}-things`)
    const store = openStore(kind)
    const { records, tables } = createEngine({ store, models: [Thing], journalTable: `${prefix}-journal` })
    await tables.create()
    await records.putMany(Thing, things as never)
    for (const [filter, expected] of filters) {
      const found = await records.scan(Thing, { filter: filter as never }).toArray()
      const ids = found.map(({ id }) => id).toSorted()
      assert.equal(ids, expected, String(filter))
    }
    await tables.delete()
  })
}

test('a place or a value that the schema does not have is refused, with its path', async () => {
  const Thing = modelOf('things')
  const bad = (filter: (x: never, is: never) => unknown, message: RegExp) =>
    refused('INVALID_ARGUMENT', message, () => conditionOf(Thing, filter as never))
  type Loose = Record<string, Record<string, unknown>>
  type Is = Record<string, (...args: unknown[]) => unknown>
  const loose = (filter: (x: Loose, is: Is) => unknown) => filter as (x: never, is: never) => unknown
  await bad(
    loose((x, is) => is['equal']!(x['nam'], 1)),
    /Thing has no field nam;/,
  )
  await bad(
    loose((x, is) => is['equal']!(x['home']!['town'], 1)),
    /no field home\.town/,
  )
  await bad(
    loose((x, is) => is['equal']!(x['name']!['length'], 1)),
    /no field name\.length/,
  )
  await bad(
    loose((x) => Number(x['home']) > 1),
    /home is a place in a condition, not its value/,
  )
  await bad(
    loose((x, is) => is['equal']!(x['name'], 1)),
    /name: expected string, got 1/,
  )
  await bad(
    loose((x, is) => is['equal']!(x['at'], '2024')),
    /at: expected Date, got "2024"/,
  )
  await bad(
    loose((x, is) => is['equal']!(x['name'], undefined)),
    /use absent/,
  )
  await bad(
    loose((x, is) => is['greater']!(x['open'], true)),
    /open: expected a value that has an order/,
  )
  await bad(
    loose((x, is) => is['contains']!(x['tags'], 5)),
    /tags: expected an element/,
  )
  await bad(
    loose((x, is) => is['beginsWith']!(x['id'], '5')),
    /id: expected a string/,
  )
  await bad(
    loose((x, is) => is['equal']!(is['size']!(x['tags']), -1)),
    /tags: expected a size/,
  )
  await bad(
    loose((x, is) => is['equal']!(is['size']!(x['id']), 1)),
    /id: expected something that has a size/,
  )
  await bad(
    loose((x, is) => is['exists']!(is['size']!(x['tags']))),
    /expected a size to be compared/,
  )
  await bad(
    loose((_, is) => is['equal']!('name', 1)),
    /expected a field of the record/,
  )
  await bad(
    loose((x, is) => is['oneOf']!(x['name'], [])),
    /at least one value/,
  )
  await bad(
    loose((_, is) => is['all']!(true)),
    /condition made by the operators/,
  )
  await bad(
    loose(() => true),
    /condition made by the operators/,
  )
  // Memory found half of an emoji in it; DynamoDB was asked for another character.
  await bad(
    loose((x, is) => is['beginsWith']!(x['name'], '\ud83d')),
    /name: expected well-formed Unicode text/,
  )
  await bad(
    loose((x, is) => is['contains']!(x['name'], '\ude00')),
    /name: expected well-formed Unicode text/,
  )
  // Nothing can be stored under these.
  for (const name of ['', '\ud83d', '__proto__', 'x'.repeat(65_536)]) {
    await bad(
      loose((x, is) => is['exists']!(x['scores']![name])),
      /Thing has no field scores/,
    )
  }
  await bad('name = 1' as never, /a function that returns a condition/)
})

test('a place deeper than an item can be is none', async () => {
  const Note = defineModel({
    name: 'Note',
    table: 'notes',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, any: t.unknown }),
  })
  type Deep = { readonly x: Deep }
  const deep = (levels: number) => () =>
    conditionOf<{ readonly any: Deep }>(Note, (note, { exists }) => {
      let path = note.any
      for (let level = 1; level < levels; level++) path = path.x
      return exists(path)
    })
  deep(32)()
  // DynamoDB refuses to look there; the embedded stores looked.
  await refused('INVALID_ARGUMENT', /Note has no field any\.x/, deep(33))
})

test('a filter that one expression cannot hold is refused before anything is sent', async () => {
  const Thing = modelOf('things')
  const { records } = createEngine({ store: openStore('memory'), models: [Thing] })
  const many = Array.from({ length: 400 }, (_, i) => `name ${i}`)
  await refused('TOO_LARGE', /operators in a filter/, () =>
    records.scan(Thing, { filter: (x, { any, equal }) => any(...many.map((name) => equal(x.name, name))) }),
  )
})

test.run()

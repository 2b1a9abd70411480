// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { printPath } from '../../../core/data/document-path.ts'
import type { Item } from '../../../core/data/item.ts'
import type { Issue } from '../../../core/data/to-attribute.ts'
import { isEngineError } from '../../../core/errors.ts'
import { binary, date, mapOf, setOf } from '../../../core/model/codecs.ts'
import { type AnyModel, defineModel, type NewRecord, type RecordOf } from '../../../core/model/model.ts'
import { decodeItem, encodeRecord, newRecord } from '../../../core/model/record.ts'

let clock = 0
const Player = defineModel({
  name: 'Player',
  table: 'players',
  key: { partition: 'id' },
  schema: t.type({
    id: t.string,
    energy: t.number,
    badges: setOf(t.string),
    seen: date,
    home: t.type({ city: t.string, since: t.union([date, t.undefined]) }),
    photo: t.union([binary, t.null]),
    gold: t.bigint,
  }),
  defaults: {
    energy: 10,
    badges: () => new Set(['new']),
    seen: () => new Date(clock++),
    photo: null,
    gold: (record) => BigInt(record.energy),
  },
})
const input = { id: 'ann', home: { city: 'Oslo', since: undefined } }

const issuesOf = (fn: () => unknown): string[] => {
  try {
    fn()
  } catch (error) {
    if (!isEngineError(error, 'INVALID_RECORD')) throw error
    return error.payload.issues.map(({ path, expected }: Issue) => `${printPath(path)}: ${expected}`)
  }
  return []
}
const create = (model: AnyModel, fields: unknown) => newRecord(model, fields as NewRecord<AnyModel>)

test('a new record has its defaults, each asked for once, and is what will be read back', () => {
  clock = 5
  const { record, item, address } = newRecord(Player, input)
  assert.is(clock, 6)
  assert.equal(record, {
    ...input,
    energy: 10,
    badges: new Set(['new']),
    seen: new Date(5),
    photo: null,
    gold: 10n,
  })
  assert.equal(item, {
    id: 'ann',
    energy: 10,
    badges: new Set(['new']),
    seen: '1970-01-01T00:00:00.005Z',
    home: { city: 'Oslo' },
    photo: null,
    gold: 10,
  })
  assert.equal(address, { table: 'players', key: { id: 'ann' } })
  assert.equal(decodeItem(Player, item), record)
  assert.ok(Object.isFrozen(item))
})

test('a new record shares nothing with its input', () => {
  const photo = new Uint8Array([1])
  const home = { city: 'Oslo', since: new Date(0) }
  const { record, item } = newRecord(Player, { ...input, home, photo })
  home.city = 'Rome'
  home.since.setTime(9)
  photo[0] = 9
  assert.equal(record.home, { city: 'Oslo', since: new Date(0) })
  assert.equal(record.photo, new Uint8Array([1]))
  assert.equal((item['home'] as { city: string }).city, 'Oslo')
  record.photo![0] = 7
  assert.equal(item['photo'], new Uint8Array([1]))
})

test('every problem of an input is told at once', () => {
  assert.equal(
    issuesOf(() => create(Player, { id: 5, home: { city: 1, since: 'soon' }, enregy: 1, badges: new Set([1]) })),
    [
      'enregy: no field of this name',
      'id: string',
      'badges: string',
      'home.city: string',
      'home.since: (Date | undefined)',
    ],
  )
  assert.equal(
    issuesOf(() => create(Player, new Map())),
    [': a plain object of fields'],
  )
  assert.equal(
    issuesOf(() => create(Player, { ...input, energy: Number.NaN })),
    ['energy: a finite number'],
  )
  assert.equal(
    issuesOf(() => create(Player, { ...input, id: '' })),
    ['id: a key of 1 to 2048 bytes'],
  )
  assert.equal(issuesOf(() => create(Player, { ...input, _v: 1 }))[0], '_v: no field of this name')
})

test('a field that there is not is told once, whatever it holds', () => {
  // What it held, or that the engine has an attribute of the name, was told beside.
  for (const [name, value] of [
    ['_v', 1],
    ['_h', []],
    ['enregy', new Date()],
    ['enregy', { a: { b: () => 1 } }],
    [Symbol('x'), 1],
  ] as const) {
    const issues = issuesOf(() => create(Player, { ...input, [name]: value }))
    assert.is(issues.length, 1, `${String(name)}: ${issues}`)
    assert.match(issues[0]!, /: no field of this name$/)
  }
})

test('records are frozen all the way down', () => {
  const { record } = newRecord(Player, input)
  const writable = record as unknown as { energy: number; home: { city: string }; badges: Set<string> }
  assert.throws(() => {
    writable.energy = 1
  })
  assert.throws(() => {
    writable.home.city = 'Rome'
  })
  assert.throws(() => writable.badges.add('x'), /read-only/)
})

const stored: Item = {
  id: 'ann',
  energy: 1,
  seen: '1970-01-01T00:00:00.000Z',
  home: { city: 'Oslo' },
  photo: new Uint8Array([1]),
  gold: 7,
}

test('stored integers are read as bigint where the schema has bigint', () => {
  assert.is(decodeItem(Player, stored).gold, 7n)
  assert.is(decodeItem(Player, { ...stored, gold: 2n ** 80n }).gold, 2n ** 80n)
})

test('bigints are found wherever io-ts can put them', () => {
  interface Node {
    n: bigint
    next: Node | null
  }
  const Node: t.Type<Node> = t.recursion('Node', (self) => t.type({ n: t.bigint, next: t.union([self, t.null]) }))
  const schema = t.intersection([
    t.strict({ id: t.string, node: Node, list: t.array(t.bigint), pair: t.readonly(t.tuple([t.bigint, t.string])) }),
    t.partial({
      record: t.record(
        t.string,
        t.refinement(t.bigint, (n) => n > 0n, 'Positive'),
      ),
      set: setOf(t.bigint),
      map: mapOf(t.readonlyArray(t.bigint)),
    }),
  ])
  const model = defineModel({ name: 'Big', table: 'big', key: { partition: 'id' }, schema })
  const record: RecordOf<typeof model> = {
    id: 'a',
    node: { n: 1n, next: { n: 2n, next: null } },
    list: [1n, 2n ** 70n],
    pair: [3n, 'x'],
    record: { a: 4n },
    set: new Set([5n]),
    map: new Map([['b', [6n]]]),
  }
  const item = {
    id: 'a',
    node: { n: 1, next: { n: 2, next: null } },
    list: [1, 2n ** 70n],
    pair: [3, 'x'],
    record: { a: 4 },
    set: new Set([5]),
    map: { b: [6] },
  }
  assert.equal(decodeItem(model, item), record)
  assert.equal(decodeItem(model, encodeRecord(model, record)), record)
  assert.equal(
    issuesOf(() => decodeItem(model, { ...item, record: { a: -1 } })),
    ['record.a: Positive'],
  )
})

test('a read record shares nothing mutable with the stored item', () => {
  const model = defineModel({
    name: 'Any',
    table: 'any',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, photo: binary, any: t.unknown }),
  })
  const any = { bytes: new Uint8Array([1]), set: new Set(['a']), map: { x: 1 } }
  const item = { id: 'a', photo: new Uint8Array([1]), any }
  const record = decodeItem(model, item)
  const read = record.any as typeof any
  record.photo[0] = 9
  read.bytes[0] = 9
  assert.equal(item.photo, new Uint8Array([1]))
  assert.equal(any.bytes, new Uint8Array([1]))
  any.set.add('b')
  any.map.x = 2
  assert.equal([...read.set], ['a'])
  assert.is(read.map.x, 1)
  assert.ok(Object.isFrozen(read.map))
})

test('defaults are for required fields that are absent, on read too', () => {
  clock = 3
  const { seen, gold, ...old } = stored
  const record = decodeItem(Player, old)
  assert.equal(record.seen, new Date(3))
  assert.is(record.gold, 1n)
  assert.is(clock, 4)
  // An emptied set is stored as absence, so its default is none on read.
  assert.equal(record.badges, new Set())
})

test('what is wrong with a record comes before what a default made of it', () => {
  const schema = t.type({ id: t.string, n: t.number, big: t.bigint })
  const big = (record: { n: number }) => BigInt(record.n)
  const model = defineModel({ name: 'D', table: 'd', key: { partition: 'id' }, schema, defaults: { big } })
  assert.equal(
    issuesOf(() => create(model, { id: 'a', n: 'x' })),
    ['n: number'],
  )
  assert.equal(
    issuesOf(() => decodeItem(model, { id: 'a', n: 'x' })),
    ['n: number'],
  )
  assert.throws(() => newRecord(model, { id: 'a', n: 0.5 }), /0.5/)
  assert.throws(() => decodeItem(model, { id: 'a', n: 0.5 }), /0.5/)
})

test('an optional field that is absent stays so on read', () => {
  const schema = t.intersection([t.type({ id: t.string }), t.partial({ nick: t.string })])
  const model = defineModel({ name: 'N', table: 'n', key: { partition: 'id' }, schema, defaults: { nick: 'x' } })
  assert.equal(decodeItem(model, { id: 'a' }), { id: 'a' })
  assert.equal(newRecord(model, { id: 'a' }).record, { id: 'a', nick: 'x' })
})

test('a bad stored item is named with all its problems', () => {
  try {
    decodeItem(Player, { id: 'ann', energy: 'much', home: { city: 5 }, gold: 1.5, photo: 3, seen: 'soon' })
    assert.unreachable()
  } catch (error) {
    assert.ok(isEngineError(error, 'INVALID_RECORD'))
    assert.equal(error.payload.key, { id: 'ann' })
    assert.is(error.payload.stored, true)
    assert.equal(
      error.payload.issues.map(({ path }) => printPath(path)),
      ['energy', 'seen', 'home.city', 'gold', 'photo'],
    )
    assert.match(error.message, /item \{"id":"ann"\} of table players .* energy: expected number, got "much"/)
  }
})

test('a bad stored item with a binary key is named as such records are everywhere', () => {
  const schema = t.type({ id: binary, energy: t.number })
  const model = defineModel({ name: 'B', table: 'b', key: { partition: 'id' }, schema })
  assert.throws(() => decodeItem(model, { id: Uint8Array.of(1, 2, 3) }), /item \{"id":"AQID"\} of table b /)
})

test('paths of problems have no members of unions and intersections in them', () => {
  const schema = t.intersection([
    t.type({ id: t.string, list: t.array(t.union([t.type({ x: t.number }), t.null])) }),
    t.partial({
      shape: t.union([
        t.type({ kind: t.literal('a'), size: t.number }),
        t.type({ kind: t.literal('b'), at: t.record(t.string, date) }),
      ]),
      either: t.union([t.type({ a: t.string }), t.type({ b: t.string })]),
      tags: setOf(t.string),
      visits: mapOf(t.type({ n: t.number })),
    }),
  ])
  const model = defineModel({ name: 'P', table: 'p', key: { partition: 'id' }, schema })
  const bad = {
    id: 'a',
    list: [{ x: 1 }, { x: 'y' }, 3],
    shape: { kind: 'b', at: { now: 5 } },
    either: { c: 1 },
    tags: new Set([1]),
    visits: { oslo: { n: 'x' } },
  }
  const expected = [
    'list[1].x: number',
    'list[2]: ({ x: number } | null)',
    'shape.at.now',
    'either: ({ a: string } | { b: string })',
    'tags: string',
    'visits.oslo.n: number',
  ]
  const withoutTime = (issue: string) => issue.replace(/^(shape.at.now): .*/, '$1')
  assert.equal(
    issuesOf(() => decodeItem(model, bad))
      .map(withoutTime)
      .sort(),
    expected.sort(),
  )
  const decoded = { ...bad, visits: new Map([['oslo', { n: 'x' }]]) }
  assert.equal(
    issuesOf(() => create(model, decoded))
      .map(withoutTime)
      .sort(),
    expected.sort(),
  )
})

const Order = defineModel({
  name: 'Order',
  table: 'app',
  key: { partition: { attribute: 'pk', template: 'U#${user}' }, sort: { attribute: 'sk', template: 'O#${no}' } },
  type: { attribute: 'kind', value: 'Order' },
  schema: t.type({ user: t.string, no: t.number }),
})

test('templates and the type are in the item only', () => {
  const { record, item } = newRecord(Order, { user: 'ann', no: 7 })
  assert.equal(record, { user: 'ann', no: 7 })
  assert.equal(item, { user: 'ann', no: 7, pk: 'U#ann', sk: 'O#7', kind: 'Order' })
  assert.equal(decodeItem(Order, { ...item, _v: 3, _h: [], _g: 'x', _m: 1 }), record)
  assert.equal(
    issuesOf(() => create(Order, { user: 'ann', no: 0.5 })),
    ['no: a string that is not empty or a whole number'],
  )
})

test('an item of another type is refused', () => {
  const item = { user: 'ann', no: 7, pk: 'U#ann', sk: 'O#7' }
  assert.equal(
    issuesOf(() => decodeItem(Order, { ...item, kind: 'Refund' })),
    ['kind: Order'],
  )
  assert.equal(decodeItem(Order, item), { user: 'ann', no: 7 })
})

test('attributes that the schema does not know stay in the record, and in its item', () => {
  const item = { ...stored, extra: { a: [1, new Set(['x'])] } }
  const record = decodeItem(Player, item)
  assert.equal((record as { extra?: unknown }).extra, item.extra)
  assert.equal(encodeRecord(Player, record)['extra'], item.extra)
  assert.equal(
    issuesOf(() => encodeRecord(Player, { ...record, _v: 1 } as typeof record)),
    ['_v: no field of this name, which is the engine’s'],
  )
})

test('a codec that throws is an issue at its field', () => {
  const odd = new t.Type<string>(
    'Odd',
    t.string.is,
    (input, context) => {
      if (input === 'bad') throw new Error('cannot read')
      return t.string.validate(input, context)
    },
    () => {
      throw new Error('cannot write')
    },
  )
  const model = defineModel({
    name: 'O',
    table: 'o',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, in: t.type({ odd }) }),
  })
  assert.equal(
    issuesOf(() => create(model, { id: 'a', in: { odd: 'x' } })),
    ['in.odd: a value that Odd can encode (cannot write)'],
  )
  assert.match(issuesOf(() => decodeItem(model, { id: 'a', in: { odd: 'bad' } }))[0]!, /its codec threw: cannot read/)
})

test('defaults of a union are for the member a record belongs to', () => {
  const Shape = defineModel({
    name: 'Shape',
    table: 'shapes',
    key: { partition: 'id' },
    schema: t.union([
      t.strict({ id: t.string, kind: t.literal('circle'), radius: t.number }),
      t.strict({ id: t.string, kind: t.literal('square'), side: t.number }),
    ]),
    defaults: { side: 1, radius: 2 },
  })
  assert.equal(newRecord(Shape, { id: 'a', kind: 'square' }).item, { id: 'a', kind: 'square', side: 1 })
  assert.equal(decodeItem(Shape, { id: 'a', kind: 'circle' }), { id: 'a', kind: 'circle', radius: 2 })
  assert.equal(issuesOf(() => create(Shape, { id: 'a', kind: 'cube' })).length, 1)
})

// They were given those of all members, since only a single literal was taken for a tag.
test('so they are where a member has several literals in its tag', () => {
  const Shape = defineModel({
    name: 'Shape',
    table: 'shapes',
    key: { partition: 'id' },
    schema: t.union([
      t.type({ id: t.string, kind: t.keyof({ circle: null, ring: null }), radius: t.number }),
      t.type({ id: t.string, kind: t.union([t.literal('square'), t.literal('cube')]), side: t.number }),
      t.type({ id: t.string, kind: t.literal('line'), length: t.number }),
    ]),
    defaults: { side: 1, radius: 2, length: 3 },
  })
  assert.equal(newRecord(Shape, { id: 'a', kind: 'cube' }).record, { id: 'a', kind: 'cube', side: 1 })
  assert.equal(decodeItem(Shape, { id: 'a', kind: 'ring' }), { id: 'a', kind: 'ring', radius: 2 })
  assert.equal(decodeItem(Shape, { id: 'a', kind: 'line' }), { id: 'a', kind: 'line', length: 3 })
})

// io-ts takes any object for a record. Encoded name by name, these were stored as `{}`.
test('what only looks like a map or a list is refused, wherever a codec would copy it by its names', () => {
  const model = defineModel({
    name: 'Plain',
    table: 'plain',
    key: { partition: 'id' },
    schema: t.intersection([
      t.type({ id: t.string }),
      t.partial({
        days: t.record(t.string, date),
        part: t.partial({ at: date }),
        either: t.union([t.partial({ at: date }), setOf(t.string)]),
        pair: t.tuple([t.string, t.record(t.string, date)]),
        visits: mapOf(t.partial({ at: date })),
        list: t.array(date),
      }),
    ]),
  })
  const plain = 'a plain object (give this field a codec that encodes it)'
  const map = new Map([['a', new Date()]])
  const refused: readonly (readonly [object, string])[] = [
    [{ days: new Date() }, `days: ${plain}`],
    [{ days: map }, `days: ${plain}`],
    [{ days: { [Symbol('a')]: new Date() } }, `days: ${plain}`],
    [{ part: new Set(['a']) }, `part: ${plain}`],
    [{ either: new Set(['a']) }, '(Partial<{ at: Date }> | Set<string>)'],
    [{ pair: ['a', map] }, `pair[1]: ${plain}`],
    [{ visits: new Map([['a', map]]) }, `visits.a: ${plain}`],
    [{ list: Object.assign([new Date()], { note: 'x' }) }, 'list: a list without names of its own'],
  ]
  for (const [fields, issue] of refused) {
    const issues = issuesOf(() => create(model, { id: 'a', ...fields }))
    assert.is(issues.length, 1)
    assert.ok(issues[0]!.includes(issue), issues[0])
  }
})

test('a prototype cannot be slipped in', () => {
  const item = JSON.parse('{"id":"a","any":{"__proto__":{"polluted":true}},"__proto__":{"polluted":true}}')
  const model = defineModel({
    name: 'A',
    table: 'a',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, any: t.UnknownRecord }),
  })
  const record = decodeItem(model, item) as { polluted?: unknown; any: { polluted?: unknown } }
  assert.is(record.polluted, undefined)
  assert.is(record.any.polluted, undefined)
  const fields = JSON.parse('{"id":"a","any":{},"__proto__":{"polluted":true}}')
  assert.equal(issuesOf(() => create(model, fields))[0], '__proto__: no field of this name')
})

test('an empty set is refused where its absence would not come back as an empty set', () => {
  const model = defineModel({
    name: 'Sets',
    table: 'sets',
    key: { partition: 'id' },
    schema: t.type({
      id: t.string,
      field: setOf(t.string),
      list: t.array(setOf(t.string)),
      map: mapOf(setOf(t.string)),
      entries: t.record(t.string, setOf(t.string)),
    }),
  })
  const empty = new Set<string>()
  const some = new Set(['a'])
  const fine = { id: 'a', field: empty, list: [some], map: new Map([['a', some]]), entries: { a: some } }
  assert.equal(newRecord(model, fine).record, fine)
  // An entry of a record whose set is empty is no entry.
  assert.equal(newRecord(model, { ...fine, entries: { a: empty, b: some } }).record.entries, { b: some })
  const refused = (change: object, message: RegExp) =>
    assert.match(issuesOf(() => newRecord(model, { ...fine, ...change }))[0]!, message)
  refused({ list: [some, empty] }, /^list\[1\]: a value, since a list has no absent elements/)
  refused({ map: new Map([['b', empty]]) }, /^map: .*its entry "b" is empty, which is stored as absence/)
})

test.run()

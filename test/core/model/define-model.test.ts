// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isEngineError } from '../../../core/errors.ts'
import { binary, date, epochSeconds, mapOf, setOf } from '../../../core/model/codecs.ts'
import { tableDefinition } from '../../../core/model/key.ts'
import { type AnyModel, defineModel } from '../../../core/model/model.ts'

const schema = t.type({ id: t.string, energy: t.number, home: t.type({ city: t.string }) })
const good = { name: 'Player', table: 'players', key: { partition: 'id' }, schema }

/** As if from JavaScript: what the types keep out. */
const define = (options: unknown): AnyModel => defineModel(options as Parameters<typeof defineModel>[0])

const refused = (change: object, message: RegExp) => {
  assert.throws(
    () => define({ ...good, ...change }),
    (error: unknown) => isEngineError(error, 'INVALID_MODEL') && message.test(error.message),
    String(message),
  )
}

test('a definition is checked when it is made', () => {
  define(good)
  assert.throws(
    () => define(undefined),
    (error: unknown) => isEngineError(error, 'INVALID_MODEL'),
  )
  refused({ name: '' }, /name must be a well-formed string/)
  refused({ table: 'a table' }, /table must be of letters/)
  define({ ...good, table: 'arn:aws:dynamodb:eu-north-1:123456789012:table/players' })
  refused({ table: 5 }, /table must be a well-formed string/)
  refused({ default: {} }, /no option default/)
  refused({ schema: { id: 'string' } }, /io-ts codec/)
  refused({ schema: t.string }, /describe an object, .* got string/)
  refused({ schema: t.union([schema, t.null]) }, /describe an object/)
  refused({ schema: date }, /describe an object/)
})

test('members of a union that could not be told apart once stored are refused', () => {
  const union = (...members: [t.Mixed, t.Mixed, ...t.Mixed[]]) =>
    define({ ...good, schema: t.type({ id: t.string, list: t.array(t.union(members)) }) })
  const alike: [t.Mixed, t.Mixed][] = [
    [date, t.string],
    [t.string, date],
    [t.number, epochSeconds],
    [epochSeconds, t.bigint],
    [setOf(date), setOf(t.string)],
    [t.unknown, date],
  ]
  for (const members of alike) assert.throws(() => union(...members), /look the same once stored/)
  union(date, t.literal('never'), t.null)
  union(date, epochSeconds, t.boolean)
  union(date, t.type({ at: date }), t.keyof({ soon: null }))
})

test('so are members that look the same once stored only further in, and none that anything tells apart', () => {
  const of = (members: readonly t.Mixed[]) => () =>
    define({ ...good, schema: t.type({ id: t.string, list: t.array(t.union(members as [t.Mixed, t.Mixed])) }) })
  const kind = (name: string) => t.literal(name)
  const short = t.refinement(t.string, (text) => text.length < 9)
  const alike: readonly (readonly t.Mixed[])[] = [
    [t.array(t.string), t.array(date)],
    [t.readonlyArray(date), t.tuple([t.string, t.string])],
    [t.tuple([t.number, date]), t.tuple([t.number, t.string])],
    [t.record(t.string, date), t.record(t.string, t.string)],
    [t.record(t.string, t.number), mapOf(t.number)],
    [mapOf(t.string), mapOf(date)],
    [mapOf(t.number), t.type({ a: t.number })],
    [mapOf(t.number), t.partial({ a: t.string })],
    [setOf(t.bigint), setOf(t.number)],
    [t.type({ n: t.bigint }), t.type({ n: t.number })],
    [t.type({ n: t.bigint }), t.record(t.string, t.number)],
    [t.type({ a: t.type({ at: date }) }), t.strict({ a: t.type({ at: t.string }) })],
    [t.type({ a: t.union([date, t.null]) }), t.type({ a: t.union([t.string, t.undefined]) })],
    [t.partial({ at: date, a: t.string }), t.partial({ at: t.string, a: t.number })],
    [t.intersection([t.type({ a: t.string }), t.partial({ at: date })]), t.type({ a: t.string, at: t.string })],
  ]
  for (const members of alike) {
    assert.throws(of(members), /look the same once stored/)
    assert.throws(of([t.null, ...members].reverse()), /look the same once stored/)
  }
  const different: readonly (readonly t.Mixed[])[] = [
    [t.type({ kind: kind('day'), at: date }), t.type({ kind: kind('text'), at: t.string })],
    [t.type({ kind: t.keyof({ a: null, b: null }), at: date }), t.type({ kind: kind('text'), at: t.string })],
    [
      t.type({ in: t.type({ kind: kind('day') }), at: date }),
      t.type({ in: t.type({ kind: kind('text') }), at: t.string }),
    ],
    [t.type({ day: date }), t.type({ text: t.string })],
    [t.type({ name: t.string, at: date }), t.type({ name: t.number, at: t.string })],
    [t.type({ a: t.string }), t.type({ a: t.string, at: date })],
    [t.type({ at: date }), t.array(t.string), setOf(t.string), t.string],
    [t.tuple([date]), t.tuple([t.string, t.string])],
    [t.array(date), t.array(short)],
    [t.refinement(t.type({ a: t.number, at: date }), ({ a }) => a > 0), t.type({ a: t.number, at: t.string })],
    [t.array(t.string), t.array(t.union([t.string, t.number]))],
    [t.record(t.string, t.string), t.type({ a: t.string })],
    [mapOf(t.string), t.type({ a: t.number })],
    [setOf(t.string), setOf(t.number)],
  ]
  for (const members of different) of(members)()
  // A list of lists of itself, all the way down.
  const nested = (leaf: t.Mixed): t.Mixed => t.recursion('Nested', (self) => t.type({ leaf, next: t.array(self) }))
  assert.throws(of([nested(date), nested(t.string)]), /look the same once stored/)
  of([nested(t.boolean), nested(t.string)])()
})

test('keys name required fields that are scalars', () => {
  refused({ key: 'id' }, /\{ partition, sort\? \}/)
  refused({ key: { partition: 'id', range: 'energy' } }, /no part range/)
  refused({ key: { partition: 'constructor' } }, /no field of the schema/)
  refused({ key: { partition: 'home' } }, /home must be stored as text/)
  refused({ key: { partition: 'id', sort: 'id' } }, /different attributes/)
  refused({ schema: t.partial({ id: t.string }) }, /may be absent/)
  refused({ schema: t.type({ id: t.union([t.string, t.undefined]) }) }, /may be absent/)
  refused({ schema: t.type({ id: t.union([t.string, t.number]) }) }, /must be stored as/)
  refused({ schema: t.type({ id: t.boolean }) }, /must be stored as/)
})

test('templates name fields and can be taken apart again', () => {
  const template = (text: unknown, attribute = 'pk') => ({ key: { partition: { attribute, template: text } } })
  define({ ...good, ...template('A#${id}') })
  refused(template('A#${idd}'), /names "idd"/)
  refused(template('A#${id'), /placeholder/)
  refused(template('${id}${energy}'), /side by side/)
  refused(template('A'), /share one partition/)
  refused(template('${home}'), /must be of one type/)
  refused(template(5), /two (well-formed )?strings/)
  refused(template('A#${energy}', 'id'), /also a field/)
  refused(template('A#${id}', '_h'), /reserved/)
  refused({ ...template('A#${id}'), type: { attribute: 'pk', value: 'A' } }, /different attributes/)
  refused({ schema: t.type({ id: t.union([t.string, t.number]) }), ...template('A#${id}') }, /of one type/)
})

test('names of the engine and of every object are not for fields', () => {
  refused({ schema: t.type({ id: t.string, _v: t.number }) }, /_v is reserved/)
  refused({ schema: t.type({ id: t.string, ['__proto__']: t.number }) }, /cannot be named "__proto__"/)
  refused({ schema: t.intersection([schema, t.partial({ toString: t.string })]) }, /cannot be named toString/)
  define({ ...good, schema: t.type({ id: t.string, constructor: t.string }) })
})

test('the type attribute is no field', () => {
  refused({ type: { attribute: 'energy', value: 'x' } }, /also a field/)
  refused({ type: { attribute: 'kind' } }, /two (well-formed )?strings/)
  refused({ type: { attribute: '_v', value: 'x' } }, /reserved/)
})

test('defaults name fields and fit them', () => {
  refused({ defaults: { energi: 1 } }, /names "energi"/)
  refused({ defaults: { energy: 'much' } }, /default of energy must be number/)
  refused({ defaults: { home: { city: 5 } } }, /default of home.city must be string/)
  refused({ defaults: { toString: () => '' } }, /names "toString"/)
})

test('sets of what DynamoDB has no sets of are refused', () => {
  const tags = (element: t.Mixed) => () =>
    define({ ...good, schema: t.type({ id: t.string, in: t.array(setOf(element)) }) })
  const none = [
    t.type({ a: t.string }),
    t.boolean,
    t.null,
    setOf(t.string),
    t.array(t.string),
    t.union([t.string, t.null]),
  ]
  for (const element of none) assert.throws(tags(element), /neither text nor numbers nor binary/)
  const some = [t.string, t.Int, t.bigint, date, t.keyof({ a: null }), t.union([t.literal('a'), t.literal('b')])]
  for (const element of some) tags(element)()
})

// What is beside a member's names is no fault to it, and an absent set is an empty one: so the first of these read what the
// second had stored, a time as its text, a record without what it has.
test('so are members of which one reads what a later one stores, and not the other way round', () => {
  const of = (members: readonly t.Mixed[]) => () =>
    define({ ...good, schema: t.type({ id: t.string, either: t.union(members as [t.Mixed, t.Mixed]) }) })
  const swallowed: [t.Mixed, t.Mixed][] = [
    [t.type({ days: setOf(t.string) }), t.type({ at: date })],
    [t.strict({ tags: setOf(t.string) }), t.strict({ at: t.string })],
    [t.type({ tags: setOf(t.string) }), t.intersection([t.type({ at: date }), t.partial({ tags: t.string })])],
    [t.type({ n: t.bigint }), t.type({ at: date, n: epochSeconds })],
  ]
  for (const members of swallowed) {
    assert.throws(of(members), /look the same once stored; use one of them, or give each a tag/)
    of([...members].reverse())()
  }
  const apart: [t.Mixed, t.Mixed][] = [
    [t.type({ tags: setOf(t.string) }), t.type({ tags: setOf(t.string), at: date })],
    [t.type({ tags: setOf(t.string), n: t.number }), t.type({ at: date })],
    [t.type({ tags: setOf(t.string), kind: t.keyof({ a: 1 }) }), t.type({ at: date, kind: t.keyof({ b: 1, c: 1 }) })],
    [t.partial({ tags: setOf(t.string) }), t.type({ at: t.string })],
    [mapOf(setOf(t.string)), t.type({ at: date })],
    [t.type({ at: date }), t.type({ at: date, n: t.number })],
  ]
  for (const members of apart) of(members)()
})

test('absence before a set is refused, as empty sets would be read as that', () => {
  const union = (...members: [t.Mixed, t.Mixed, ...t.Mixed[]]) =>
    define({ ...good, schema: t.type({ id: t.string, tags: t.union(members) }) })
  for (const members of [
    [t.undefined, setOf(t.string)],
    [t.null, t.void, setOf(t.string)],
    [t.union([t.string, t.undefined]), t.readonly(setOf(t.string))],
  ] as [t.Mixed, t.Mixed][]) {
    assert.throws(() => union(...members), /put the set first/)
  }
  union(setOf(t.string), t.undefined)
  union(t.null, setOf(t.string))
  union(t.undefined, t.array(t.string))
})

test('number and bigint in one union look the same once stored', () => {
  refused({ schema: t.type({ id: t.string, n: t.union([t.number, t.bigint]) }) }, /look the same once stored/)
})

test('a bigint is not read through a codec of one’s own', () => {
  const base = t.type({ n: t.bigint })
  const own = new t.InterfaceType('Own', base.is, () => t.success({ n: 1n }), base.encode, base.props)
  refused({ schema: t.type({ id: t.string, own }) }, /t.bigint inside Own/)
})

test('tables have the types that keys are stored as', () => {
  const keyTypes = (partition: t.Mixed, sort: t.Mixed) => {
    const table = tableDefinition(
      define({ ...good, key: { partition: 'a', sort: 'b' }, schema: t.type({ a: partition, b: sort }) }),
    )
    return [table.partition.type, table.sort!.type]
  }
  assert.equal(keyTypes(t.string, date), ['S', 'S'])
  assert.equal(keyTypes(t.number, t.bigint), ['N', 'N'])
  assert.equal(keyTypes(binary, t.keyof({ a: null })), ['B', 'S'])
  assert.equal(keyTypes(t.Int, t.union([t.literal('a'), t.literal('b')])), ['N', 'S'])
  assert.equal(tableDefinition(define(good)), {
    table: 'players',
    partition: { name: 'id', type: 'S' },
    indexes: [],
    stream: true,
  })
  const templates = { partition: { attribute: 'pk', template: 'P#${id}' }, sort: { attribute: 'sk', template: 'P' } }
  assert.equal(tableDefinition(define({ ...good, key: templates })).sort, { name: 'sk', type: 'S' })
})

test('a codec of one’s own becomes a key as a template of itself', () => {
  const UserId = new t.Type<string>('UserId', t.string.is, t.string.validate, t.identity)
  refused({ schema: t.type({ id: UserId }) }, /template: '\$\{id\}'/)
  const model = define({
    ...good,
    schema: t.type({ id: UserId }),
    key: { partition: { attribute: 'id', template: '${id}' } },
  })
  assert.equal(tableDefinition(model).partition, { name: 'id', type: 'S' })
})

test('unions, sets and maps may be inside', () => {
  const model = define({
    ...good,
    schema: t.union([
      t.strict({ id: t.string, map: mapOf(t.bigint) }),
      t.strict({ id: t.string, tags: setOf(t.string) }),
    ]),
  })
  assert.is(model.shape.kind, 'fields')
})

test.run()

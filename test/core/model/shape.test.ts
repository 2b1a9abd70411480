import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { binary, date, mapOf, setOf } from '../../../core/model/codecs.ts'
import { type Shape, shapeOf } from '../../../core/model/shape.ts'

const opaque = new t.Type<{ x: number }, string>(
  'Point',
  (value): value is { x: number } => t.UnknownRecord.is(value),
  (input, context) => (typeof input === 'string' ? t.success({ x: Number(input) }) : t.failure(input, context)),
  (point) => String(point.x),
)

const at = (shape: Shape, ...names: string[]): Shape =>
  names.reduce<Shape>((inner, name) => {
    if (inner.kind === 'fields') return inner.fields[name]!
    if (inner.kind === 'entries') return inner.values
    throw new Error(`No ${name} in ${inner.kind}`)
  }, shape)

const home = t.type({ city: t.string })

test('every kind of codec has its shape', () => {
  const shape = shapeOf(
    t.type({
      id: t.string,
      seen: date,
      photo: binary,
      badges: setOf(date),
      prices: t.record(t.string, home),
      visits: mapOf(home),
      list: t.array(home),
      pair: t.tuple([home, home]),
      anything: t.unknown,
      object: t.UnknownRecord,
      point: opaque,
      fixed: t.record(t.keyof({ a: null }), t.number),
    }),
  )
  const kinds = Object.fromEntries(
    ['id', 'seen', 'photo', 'badges', 'prices', 'visits', 'list', 'pair', 'anything', 'object', 'point', 'fixed'].map(
      (name) => [name, at(shape, name).kind],
    ),
  )
  assert.equal(kinds, {
    id: 'leaf',
    seen: 'leaf',
    photo: 'leaf',
    badges: 'set',
    prices: 'entries',
    visits: 'leaf',
    list: 'list',
    pair: 'list',
    anything: 'any',
    object: 'any',
    point: 'leaf',
    fixed: 'entries',
  })
  assert.is(at(shape, 'prices', 'x', 'city').kind, 'leaf')
  const badges = at(shape, 'badges')
  assert.is(badges.kind === 'set' && badges.element.encode(new Date(0)), '1970-01-01T00:00:00.000Z')
})

test('wrappers, partials and intersections are seen through', () => {
  const shape = shapeOf(
    t.readonly(t.exact(t.intersection([t.type({ home }), t.partial({ work: t.refinement(home, () => true) })]))),
  )
  assert.equal(Object.keys(shape.kind === 'fields' ? shape.fields : {}), ['home', 'work'])
  assert.is(at(shape, 'work', 'city').kind, 'leaf')
})

test('no names are inherited', () => {
  const shape = shapeOf(t.type({ id: t.string }))
  assert.is(shape.kind === 'fields' && shape.fields['constructor'], undefined)
})

test('what may also be null or absent keeps its shape', () => {
  assert.is(shapeOf(t.union([home, t.undefined])).kind, 'fields')
  assert.is(shapeOf(t.union([t.null, setOf(t.string), t.undefined])).kind, 'set')
  assert.is(shapeOf(t.union([date, t.null])).kind, 'leaf')
})

test('a union of scalars is a leaf, of objects has the fields of all', () => {
  assert.is(shapeOf(t.union([t.string, t.number])).kind, 'leaf')
  const shape = shapeOf(
    t.union([
      t.type({ kind: t.literal('a'), at: date, value: opaque }),
      t.type({ kind: t.literal('b'), home, value: t.string }),
    ]),
  )
  assert.is(at(shape, 'home').kind, 'fields')
  assert.is(at(shape, 'at').kind, 'leaf')
  assert.is(at(shape, 'value').kind, 'leaf')
})

test('other unions are followed only where nothing is stored in another form', () => {
  assert.is(shapeOf(t.union([home, t.string])).kind, 'any')
  assert.is(shapeOf(t.union([t.type({ at: date }), t.string])).kind, 'any')
  assert.is(shapeOf(t.union([t.type({ point: opaque }), t.string])).kind, 'leaf')
  assert.is(shapeOf(t.union([t.type({ visits: mapOf(t.string) }), t.string])).kind, 'leaf')
  assert.is(shapeOf(t.union([t.type({ days: setOf(date) }), t.string])).kind, 'leaf')
  assert.is(shapeOf(t.union([opaque, t.string])).kind, 'leaf')
})

test('names that are stored in another form are no paths', () => {
  const upper = new t.Type<string, string>(
    'Upper',
    t.string.is,
    (input, context) => (typeof input === 'string' ? t.success(input.toUpperCase()) : t.failure(input, context)),
    (text) => text.toLowerCase(),
  )
  assert.is(shapeOf(t.record(upper, t.string)).kind, 'leaf')
})

test('a copy of an io-ts codec with a function of its own is not looked into', () => {
  const copy: t.Mixed = Object.assign(Object.create(Object.getPrototypeOf(home)), home, {
    encode: (value: { city: string }) => value.city,
  })
  assert.is(shapeOf(copy).kind, 'leaf')
  const made = new t.InterfaceType('Home', home.is, () => t.success({ city: 'Oslo' }), home.encode, home.props)
  assert.is(shapeOf(made).kind, 'leaf')
})

interface Tree {
  readonly value: string
  readonly left: Tree | null
}
const Tree: t.Type<Tree> = t.recursion('Tree', (self) => t.type({ value: t.string, left: t.union([self, t.null]) }))

test('recursive schemas have shapes of any depth', () => {
  const shape = shapeOf(t.type({ tree: Tree }))
  assert.is(at(shape, 'tree', 'left', 'left', 'left', 'value').kind, 'leaf')
  assert.is(shapeOf(t.union([Tree, t.string])).kind, 'any')
})

test.run()

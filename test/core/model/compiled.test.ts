import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AttributeValue, equal } from '../../../core/data/attribute-value.ts'
import { encodeThoroughly, encodeValue } from '../../../core/model/check-value.ts'
import { binary, date, mapOf, setOf } from '../../../core/model/codecs.ts'
import { decodeValue } from '../../../core/model/decode-value.ts'
import { decoderOf } from '../../../core/model/decoder.ts'
import { encoderOf } from '../../../core/model/encoder.ts'
import { deepFreeze, ownCopy } from '../../../core/model/freeze.ts'
import { refused } from '../../../core/model/refused.ts'

const { PARITY_RUNS } = process.env
const numRuns = Number(PARITY_RUNS ?? 1500)

/** A codec of the user's own, stored in another form. */
const point = new t.Type<{ x: number }, string>(
  'Point',
  (value): value is { x: number } =>
    typeof value === 'object' && value !== null && 'x' in value && typeof value.x === 'number',
  (input, context) =>
    typeof input === 'string' && input !== '' ? t.success({ x: Number(input) }) : t.failure(input, context),
  ({ x }) => String(x),
)

const positive = t.refinement(t.number, (n) => n > 0, 'positive')

type Tree = { readonly value: number; readonly below: readonly Tree[] }
const tree: t.Type<Tree> = t.recursion('Tree', () => t.type({ value: t.number, below: t.readonlyArray(tree) }))

const names = ['a', 'b', 'c', 'd']

const schema: fc.Arbitrary<t.Mixed> = fc.letrec<{ schema: t.Mixed; fields: t.Mixed }>((tie) => ({
  fields: fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
      fc.array(tie('schema'), { minLength: 3, maxLength: 3 }),
      fc.boolean(),
    )
    .map(([some, codecs, partial]) => {
      const props = Object.fromEntries(some.map((name, i) => [name, codecs[i]!]))
      return partial ? t.partial(props) : t.type(props)
    }),
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<t.Mixed>(
      ...[
        t.string,
        t.number,
        t.boolean,
        t.null,
        t.undefined,
        t.literal('a'),
        t.literal(1),
        t.keyof({ a: null, b: null }),
      ],
      ...[date, binary, t.bigint, t.unknown, t.UnknownRecord, positive, point, tree],
      ...[setOf(t.string), setOf(t.number), setOf(date), mapOf(t.number)],
    ),
    tie('fields'),
    tie('fields').map((inner) => t.exact(inner as t.HasProps)),
    fc.tuple(tie('fields'), tie('fields')).map(([a, b]) => t.intersection([a, b])),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => t.union([a, b])),
    fc
      .tuple(tie('fields'), tie('fields'))
      .map(([a, b]) =>
        t.union([
          t.intersection([t.type({ kind: t.literal('a') }), a]),
          t.intersection([t.type({ kind: t.literal('b') }), b]),
        ]),
      ),
    tie('schema').map((inner) => t.array(inner)),
    tie('schema').map((inner) => t.readonly(inner)),
    tie('schema').map((inner) => t.record(t.string, inner)),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => t.tuple([a, b])),
  ),
})).schema

/** Values of the kinds that schemas ask for, some of them hostile. */
const value = (leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.dictionary(fc.constantFrom(...names, 'kind', 'value', 'below', 'x', 'constructor'), tie('value'), {
        maxKeys: 4,
        noNullPrototype: false,
      }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc
        .uniqueArray(fc.oneof(fc.string({ maxLength: 2 }), fc.integer({ min: 0, max: 3 })), { maxLength: 3 })
        .map((each) => new Set(each)),
    ),
  })).value as fc.Arbitrary<unknown>

const scalar = fc.oneof(
  fc.constantFrom<unknown>('a', 'b', '', 1, 0, -0, 5, true, false, null, 'a\ud800', '2024-05-01T12:00:00.000Z'),
  fc.double({ noNaN: true, min: -1e100, max: 1e100 }),
  fc.bigInt({ min: -9n, max: 10n ** 20n }),
  fc.uint8Array({ maxLength: 2 }),
)
const inMemory = value(
  fc.oneof(
    scalar,
    fc.constantFrom<unknown>(
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      new Date(0),
      new Date(Number.NaN),
      new Date(1e12),
    ),
    fc.constantFrom<unknown>(
      Symbol('s'),
      () => 1,
      new Map([['a', 1]]),
      { x: 3 },
      [undefined],
      Object.assign([1], { extra: 1 }),
    ),
    fc.constantFrom<unknown>({ [Symbol('s')]: 1, a: 'a' }, Object.create({ a: 'a' }), new Array(3), {
      get a() {
        throw new Error('mine')
      },
    }),
  ),
)

test('a compiled encoder gives what the thorough way gives, or refuses', () => {
  void fc.assert(
    fc.property(schema, inMemory, (codec, given) => {
      let quick: ReturnType<ReturnType<typeof encoderOf>> = refused
      try {
        quick = encoderOf(codec)(given, 0)
      } catch {
        // As `encodeValue` has it: what throws is refused.
      }
      if (quick === refused) return
      const { value: expected, issues } = encodeThoroughly(codec, given)
      assert.equal(issues, [], 'accepted only what the thorough way accepts')
      assert.ok(equal(quick as AttributeValue | undefined, expected))
      assert.equal(encodeValue(codec, given).issues, [])
    }),
    { numRuns },
  )
})

const isFrozen = (given: unknown): boolean =>
  typeof given !== 'object' ||
  given === null ||
  given instanceof Date ||
  given instanceof Uint8Array ||
  (Object.isFrozen(given) && [...(given instanceof Set ? given : Object.values(given))].every(isFrozen))

test('a compiled decoder gives what io-ts gives, frozen, or refuses', () => {
  void fc.assert(
    fc.property(schema, value(scalar), (codec, given) => {
      const stored = deepFreeze(ownCopy(given))
      const expected = decodeValue(codec, ownCopy(stored))
      const decoder = decoderOf(codec)
      const quick = decoder.decode(stored)
      if (quick === refused) {
        if (decoder.certain) assert.not.ok(expected.ok, 'refused for certain only what io-ts refuses')
        return
      }
      assert.ok(expected.ok, 'accepted only what io-ts accepts')
      assert.ok(isDeepStrictEqual(quick, expected.ok && expected.value))
      if (codec !== point) assert.ok(isFrozen(quick))
    }),
    { numRuns },
  )
})

test('times are read as io-ts reads them, in any spelling', () => {
  const digits = (max: number, length: number) =>
    fc.integer({ min: 0, max }).map((number) => String(number).padStart(length, '0'))
  const text = fc
    .tuple(
      digits(10_100, 4),
      digits(13, 2),
      digits(32, 2),
      digits(25, 2),
      digits(61, 2),
      digits(61, 2),
      digits(1100, 3),
    )
    .map(([year, month, day, hour, minute, second, ms]) => `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`)
  const other = fc.tuple(text, fc.nat(23), fc.constantFrom('', ' ', '0', '-', 'Z', 'é')).map(([time, at, by]) => {
    return time.slice(0, at) + by + time.slice(at + 1)
  })
  void fc.assert(
    fc.property(fc.oneof(text, other), (stored) => {
      const expected = date.decode(stored)
      const quick = decoderOf(date).decode(stored)
      assert.equal(quick, expected._tag === 'Right' ? expected.right : refused)
    }),
    { numRuns },
  )
})

test('a field of a name that every object has is there only where the item has it', () => {
  const { decode } = decoderOf(t.intersection([t.type({ toString: t.string }), t.partial({ constructor: t.unknown })]))
  const stored = JSON.parse('{ "toString": "a" }')
  assert.equal(Object.entries(decode(stored) as object), [['toString', 'a']])
  assert.is(decode({ constructor: 'b' }), refused)
})

test('what compiles is not refused in the common case', () => {
  const codec = t.intersection([
    t.type({
      id: t.string,
      seen: date,
      tags: setOf(t.string),
      home: t.type({ city: t.string }),
      list: t.array(t.number),
    }),
    t.partial({ note: t.union([t.string, t.null]) }),
  ])
  const given = { id: 'a', seen: new Date(0), tags: new Set(['x']), home: { city: 'Oslo' }, list: [1, 2], other: 1 }
  const stored = { ...given, seen: '1970-01-01T00:00:00.000Z' }
  assert.equal(encoderOf(codec)(given, 0), stored)
  assert.equal(decoderOf(codec).decode({ ...stored, _v: 1 }, new Set(['_v'])), given)
})

test.run()

/**
 * Schemas of everything that a model may have, nested at random, each with values of it.
 *
 * @module
 */
import * as fc from 'fast-check'
import { either } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { binary, date, epochSeconds, mapOf, setOf } from '../../../core/model/codecs.ts'

/** A codec and what it takes. */
interface AnySchema {
  readonly codec: t.Mixed
  readonly value: fc.Arbitrary<unknown>
}

const schema = (codec: t.Mixed, value: fc.Arbitrary<unknown>): AnySchema => ({ codec, value })

const text = fc.string({ unit: 'grapheme' })
const name = text.filter((each) => each !== '' && each !== '__proto__')
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
const second = time.map((each) => new Date(Math.floor(Number(each) / 1000) * 1000))
const big = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
const bytes = fc.uint8Array({ maxLength: 12 })
const number = fc.double({ min: -1e15, max: 1e15, noNaN: true, noDefaultInfinity: true }).map((n) => {
  const rounded = Number(n.toPrecision(15))
  return Math.abs(rounded) < 1e-120 ? 0 : rounded
})
const json = fc.jsonValue({ maxDepth: 2 }).map(withoutOddities)

/** What JSON has and no item: names that are empty or a prototype, numbers without an exact form. */
function withoutOddities(value: unknown): unknown {
  if (typeof value === 'number')
    return Math.abs(value) < 1e-120 || Math.abs(value) > 1e15 ? 0 : Number(value.toPrecision(15))
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutOddities)
  const entries = Object.entries(value).filter(([each]) => each !== '' && each !== '__proto__')
  return Object.fromEntries(entries.map(([each, member]) => [each, withoutOddities(member)]))
}

interface Money {
  readonly currency: string
  readonly cents: bigint
}

/** A codec of the user's own: an object in code, one text in the item. */
const money = new t.Type<Money, string, unknown>(
  'Money',
  (value): value is Money => t.type({ currency: t.string, cents: t.bigint }).is(value),
  (input, context) =>
    either.chain(t.string.validate(input, context), (stored) => {
      const match = /^([A-Z]{3}) (-?\d+)$/.exec(stored)
      return match ? t.success({ currency: match[1]!, cents: BigInt(match[2]!) }) : t.failure(input, context)
    }),
  ({ currency, cents }) => `${currency} ${cents}`,
)
const someMoney = fc.record({ currency: fc.constantFrom('NOK', 'EUR'), cents: big }, { noNullPrototype: true })

const scalars: readonly AnySchema[] = [
  schema(t.string, text),
  schema(t.number, number),
  schema(t.bigint, big),
  schema(date, time),
  schema(epochSeconds, second),
  schema(binary, bytes),
]

const leaves: readonly AnySchema[] = [
  ...scalars,
  schema(t.boolean, fc.boolean()),
  schema(t.null, fc.constant(null)),
  schema(t.Int, fc.maxSafeInteger()),
  schema(t.keyof({ red: null, green: null }), fc.constantFrom('red', 'green')),
  schema(t.union([t.literal(1), t.literal('one'), t.literal(true)]), fc.constantFrom(1, 'one', true)),
  schema(t.unknown, json),
  schema(money, someMoney),
]

/** By what is stored, since a set tells two equal dates apart that are stored as one. */
const setSchema = ({ codec, value }: AnySchema): AnySchema =>
  schema(
    setOf(codec),
    fc
      .uniqueArray(value, { selector: (each) => String(codec.encode(each)), maxLength: 4 })
      .map((each) => new Set(each)),
  )
const sets = [...scalars, schema(money, someMoney)].map(setSchema)

/** The value where it is an element or an entry, which an empty set cannot be. */
const member = (value: fc.Arbitrary<unknown>) => value.filter((each) => !(each instanceof Set && each.size === 0))

const few = { maxLength: 3 } as const
const objectOf = (values: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(values, { noNullPrototype: true })

const { any } = fc.letrec<{ any: AnySchema }>((tie) => {
  const inner = tie('any')
  const pair = fc.tuple(inner, inner)
  return {
    any: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom(...leaves, ...sets),
      inner.map(({ codec, value }) => schema(t.array(codec), fc.array(member(value), few))),
      pair.map(([a, b]) => schema(t.tuple([a.codec, b.codec]), fc.tuple(member(a.value), member(b.value)))),
      inner.map(({ codec, value }) =>
        schema(t.record(t.string, codec), fc.array(fc.tuple(name, member(value)), few).map(Object.fromEntries)),
      ),
      inner.map(({ codec, value }) =>
        schema(
          mapOf(codec),
          fc.array(fc.tuple(name, member(value)), few).map((each) => new Map(each)),
        ),
      ),
      pair.map(([a, b]) =>
        schema(t.readonly(t.type({ a: a.codec, b: b.codec })), objectOf({ a: a.value, b: b.value })),
      ),
      pair.map(([a, b]) =>
        schema(t.intersection([t.type({ a: a.codec }), t.type({ b: b.codec })]), objectOf({ a: a.value, b: b.value })),
      ),
      pair.map(([a, b]) =>
        schema(
          t.union([t.strict({ kind: t.literal('a'), a: a.codec }), t.strict({ kind: t.literal('b'), b: b.codec })]),
          fc.oneof(objectOf({ kind: fc.constant('a'), a: a.value }), objectOf({ kind: fc.constant('b'), b: b.value })),
        ),
      ),
    ),
  }
})

const anySchema: fc.Arbitrary<AnySchema> = any

/** A schema and two values of it. */
export const anyValues = anySchema.chain(({ codec, value }) =>
  fc.tuple(value, value).map(([first, second]) => ({ codec, first, second })),
)

/** Every kind of key, with values in the order in which they sort. */
export const sortedKeys: readonly { readonly codec: t.Mixed; readonly values: readonly unknown[] }[] = [
  { codec: t.string, values: ['a', 'b', 'ü', '💚'] },
  { codec: t.number, values: [-5, 0.5, 2, 10] },
  { codec: t.bigint, values: [-(10n ** 37n), 2n, 10n, 10n ** 37n] },
  { codec: date, values: [new Date(0), new Date(1), new Date(1e12), new Date(2e12)] },
  { codec: epochSeconds, values: [new Date(-1000), new Date(0), new Date(9000), new Date(1e12)] },
  { codec: binary, values: [Uint8Array.of(1), Uint8Array.of(1, 0), Uint8Array.of(2), Uint8Array.of(255)] },
]

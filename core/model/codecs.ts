/**
 * Codecs for what DynamoDB stores and io-ts has no codec for: times, binary values, sets and maps.
 * Models use them beside io-ts's own; each decodes to a value of its own, never to one it shares with the stored item.
 *
 * @module
 */
import { isLeft } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

const isoTime = 'an ISO 8601 UTC time with milliseconds, such as 2024-05-01T12:00:00.000Z'

/**
 * A moment, stored as its ISO 8601 UTC text with milliseconds, so that stored times sort as they passed.
 * Other spellings of a time are refused on read: two spellings would be two elements of a set, and two keys.
 */
export const date: t.Type<Date, string> = new t.Type(
  'Date',
  (value): value is Date => value instanceof Date && !Number.isNaN(value.getTime()),
  (input, context) => {
    const time = typeof input === 'string' ? new Date(input) : undefined
    return time && !Number.isNaN(time.getTime()) && time.toISOString() === input
      ? t.success(time)
      : t.failure(input, context, isoTime)
  },
  (time) => time.toISOString(),
)

/**
 * A moment to the second, stored as the number of seconds since 1970, as DynamoDB's expiry (TTL) wants it.
 * A `Date` with milliseconds is refused, not rounded: `new Date(Math.ceil(ms / 1000) * 1000)` says what is meant.
 */
export const epochSeconds: t.Type<Date, number> = new t.Type(
  'a Date of whole seconds',
  (value): value is Date => value instanceof Date && Number.isInteger(value.getTime() / 1000),
  (input, context) => {
    const time = Number.isSafeInteger(input) ? new Date((input as number) * 1000) : undefined
    return time && !Number.isNaN(time.getTime())
      ? t.success(time)
      : t.failure(input, context, 'whole seconds since 1970, such as 1714564800')
  },
  (time) => time.getTime() / 1000,
)

/** Bytes. A `Buffer` is accepted and comes back as a plain `Uint8Array`. */
export const binary: t.Type<Uint8Array> = new t.Type(
  'Uint8Array',
  (value): value is Uint8Array => value instanceof Uint8Array,
  (input, context) => (input instanceof Uint8Array ? t.success(Uint8Array.from(input)) : t.failure(input, context)),
  t.identity,
)

/** What stands for `t.bigint` in a model's schema: stored integers come back as `number` where a double holds them. */
export const storedBigint: t.Type<bigint> = new t.Type(
  'bigint',
  t.bigint.is,
  (input, context) =>
    typeof input === 'bigint'
      ? t.success(input)
      : Number.isInteger(input)
        ? t.success(BigInt(input as number))
        : t.failure(input, context),
  t.identity,
)

/** What `setOf` gives: the codec of a set. */
export class SetType<A, O> extends t.Type<Set<A>, Set<O>> {
  readonly _tag = 'SetType'
  readonly element: t.Type<A, O>

  constructor(element: t.Type<A, O>) {
    super(
      `Set<${element.name}>`,
      (value): value is Set<A> => value instanceof Set && [...value].every(element.is),
      (input, context) => {
        if (input === undefined) return t.success(new Set())
        if (!(input instanceof Set)) return t.failure(input, context)
        const errors: t.Errors = []
        const set = new Set<A>()
        for (const each of input) {
          const result = element.validate(each, t.appendContext(context, '', element, each))
          if (isLeft(result)) errors.push(...result.left)
          else set.add(result.right)
        }
        return errors.length > 0 ? t.failures(errors) : t.success(set)
      },
      (set) => new Set([...set].map(element.encode)),
    )
    this.element = element
  }
}

/**
 * A set of strings, numbers, binary values, or of what a codec stores as one of them, such as `setOf(date)`.
 * DynamoDB has no empty set: it is stored as absence, and absence is read as an empty set.
 */
export const setOf = <C extends t.Mixed>(element: C): SetType<t.TypeOf<C>, t.OutputOf<C>> => new SetType(element)

/** An entry that is stored as absence would not come back. */
function storedEntry<O>(name: string, stored: O): O {
  if (stored !== undefined && !(stored instanceof Set && stored.size === 0)) return stored
  throw new Error(`its entry ${JSON.stringify(name)} is empty, which is stored as absence; leave it out`)
}

/** What `mapOf` gives: the codec of a map. */
export class MapType<A, O> extends t.Type<Map<string, A>, Record<string, O>> {
  readonly _tag = 'MapType'
  readonly value: t.Type<A, O>

  constructor(value: t.Type<A, O>) {
    super(
      `Map<string, ${value.name}>`,
      (input): input is Map<string, A> =>
        input instanceof Map && [...input].every(([name, member]) => typeof name === 'string' && value.is(member)),
      (input, context) => {
        if (!t.UnknownRecord.is(input) || input instanceof Set) return t.failure(input, context)
        const errors: t.Errors = []
        const map = new Map<string, A>()
        for (const [name, member] of Object.entries(input)) {
          const result = value.validate(member, t.appendContext(context, name, value, member))
          if (isLeft(result)) errors.push(...result.left)
          else map.set(name, result.right)
        }
        return errors.length > 0 ? t.failures(errors) : t.success(map)
      },
      // From entries, which also holds a name such as `__proto__` as an ordinary one.
      (map) => Object.fromEntries([...map].map(([name, member]) => [name, storedEntry(name, value.encode(member))])),
    )
    this.value = value
  }
}

/**
 * A `Map` from names to values, stored as a map. It is one value to the conflict rule: two changes of one map conflict.
 * Use `t.record(t.string, value)` for entries that are read and changed apart.
 */
export const mapOf = <C extends t.Mixed>(value: C): MapType<t.TypeOf<C>, t.OutputOf<C>> => new MapType(value)

/**
 * What an io-ts codec is, for the rest of the model layer: one small tagged union instead of io-ts's many classes.
 *
 * Only codecs that behave exactly as io-ts made them are looked into. A codec of the user's own, also one made by
 * copying an io-ts codec and replacing a function, is `opaque`: nothing is assumed about its inside.
 *
 * @module
 */
import * as t from 'io-ts'
import { binary, date, epochSeconds, MapType, SetType, storedBigint } from './codecs.ts'
import { oncePer } from './once.ts'

type Props = Readonly<Record<string, t.Mixed>>

export type SchemaNode =
  | { readonly kind: 'scalar'; readonly type: 'S' | 'N' | 'B' | 'BOOL' | 'NULL' }
  /** Fixed names, of which none need be there when `partial`. */
  | { readonly kind: 'fields'; readonly props: Props; readonly partial: boolean }
  | { readonly kind: 'entries'; readonly domain: t.Mixed; readonly values: t.Mixed }
  | { readonly kind: 'list'; readonly element: t.Mixed }
  | { readonly kind: 'tuple'; readonly members: readonly t.Mixed[] }
  | { readonly kind: 'set'; readonly element: t.Mixed }
  | { readonly kind: 'map'; readonly value: t.Mixed }
  /** `tag` is the field that tells the members apart, if there is one. */
  | { readonly kind: 'union'; readonly members: readonly t.Mixed[]; readonly tag: string | undefined }
  | { readonly kind: 'intersection'; readonly members: readonly t.Mixed[] }
  /** Exact, readonly, refined, branded or recursive: the same value as `inner`. */
  | { readonly kind: 'wrapped'; readonly inner: t.Mixed; readonly predicate?: (value: unknown) => boolean }
  | { readonly kind: 'any' }
  | { readonly kind: 'opaque' }

export const nodeOf: (codec: t.Mixed) => SchemaNode = oncePer(describe)

/** The codecs inside, one level down. */
export function innerOf(node: SchemaNode): readonly t.Mixed[] {
  switch (node.kind) {
    case 'fields':
      return Object.values(node.props)
    case 'entries':
      return [node.values]
    case 'list':
    case 'set':
      return [node.element]
    case 'map':
      return [node.value]
    case 'tuple':
    case 'union':
    case 'intersection':
      return node.members
    case 'wrapped':
      return [node.inner]
    case 'scalar':
    case 'any':
    case 'opaque':
      return []
    default:
      return node satisfies never
  }
}

/** The codecs that may be meant: members of unions, insides of wrappers. */
export function alternatives(codec: t.Mixed): readonly t.Mixed[] {
  const node = nodeOf(codec)
  if (node.kind === 'wrapped') return alternatives(node.inner)
  return node.kind === 'union' ? node.members.flatMap(alternatives) : [codec]
}

/** The codec and all that are inside of it, however deep. */
export function within(codec: t.Mixed, found = new Set<t.Mixed>()): ReadonlySet<t.Mixed> {
  if (found.has(codec)) return found
  found.add(codec)
  for (const inner of innerOf(nodeOf(codec))) within(inner, found)
  return found
}

type KnownCodec =
  | t.StringType
  | t.KeyofType<Record<string, unknown>>
  | t.NumberType
  | t.BigIntType
  | t.BooleanType
  | t.NullType
  | t.UndefinedType
  | t.VoidType
  | t.LiteralType<string | number | boolean>
  | t.UnknownType
  | t.AnyType
  | t.AnyDictionaryType
  | t.AnyArrayType
  | t.InterfaceType<Props>
  | t.PartialType<Props>
  | t.DictionaryType<t.Mixed, t.Mixed>
  | t.ArrayType<t.Mixed>
  | t.ReadonlyArrayType<t.Mixed>
  | t.TupleType<t.Mixed[]>
  | t.UnionType<t.Mixed[]>
  | t.IntersectionType<t.Mixed[]>
  | t.RefinementType<t.Mixed>
  | t.ReadonlyType<t.Mixed>
  | t.ExactType<t.Mixed>
  | t.RecursiveType<t.Mixed>

function describe(codec: t.Mixed): SchemaNode {
  if (codec === date) return { kind: 'scalar', type: 'S' }
  if (codec === epochSeconds) return { kind: 'scalar', type: 'N' }
  if (codec === binary) return { kind: 'scalar', type: 'B' }
  if (codec === storedBigint) return { kind: 'scalar', type: 'N' }
  if (codec instanceof SetType) return { kind: 'set', element: codec.element }
  if (codec instanceof MapType) return { kind: 'map', value: codec.value }
  const known = codec as KnownCodec
  if (!isAsMade(known)) return { kind: 'opaque' }
  switch (known._tag) {
    case 'StringType':
    case 'KeyofType':
      return { kind: 'scalar', type: 'S' }
    case 'NumberType':
    case 'BigIntType':
      return { kind: 'scalar', type: 'N' }
    case 'BooleanType':
      return { kind: 'scalar', type: 'BOOL' }
    case 'NullType':
    case 'UndefinedType':
    case 'VoidType':
      return { kind: 'scalar', type: 'NULL' }
    case 'LiteralType': {
      const { value } = known
      return { kind: 'scalar', type: typeof value === 'string' ? 'S' : typeof value === 'number' ? 'N' : 'BOOL' }
    }
    case 'UnknownType':
    case 'AnyType':
    case 'AnyDictionaryType':
      return { kind: 'any' }
    case 'AnyArrayType':
      return { kind: 'list', element: t.unknown }
    case 'InterfaceType':
      return { kind: 'fields', props: known.props, partial: false }
    case 'PartialType':
      return { kind: 'fields', props: known.props, partial: true }
    case 'DictionaryType':
      return { kind: 'entries', domain: known.domain, values: known.codomain }
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return { kind: 'list', element: known.type }
    case 'TupleType':
      return { kind: 'tuple', members: known.types }
    case 'UnionType':
      return { kind: 'union', members: known.types, tag: (known as { readonly tag?: string }).tag }
    case 'IntersectionType':
      return { kind: 'intersection', members: known.types }
    case 'RefinementType':
      return { kind: 'wrapped', inner: known.type, predicate: known.predicate }
    case 'ReadonlyType':
    case 'ExactType':
      return { kind: 'wrapped', inner: known.type }
    case 'RecursiveType':
      return {
        kind: 'wrapped',
        // Read late: the definition may name codecs that do not exist yet.
        get inner() {
          return known.type
        },
      }
    default:
      known satisfies never
      return { kind: 'opaque' }
  }
}

const functions = ['is', 'validate', 'encode'] as const

/** One codec of each way in which io-ts builds a function; `date` where encoding must not be the identity. */
const samples: readonly t.Any[] = [
  ...[t.string, t.number, t.bigint, t.boolean, t.null, t.undefined, t.void, t.literal(''), t.keyof({ a: null })],
  ...[t.unknown, t.any, t.UnknownRecord, t.UnknownArray],
  ...[t.type({}), t.type({ a: date }), t.partial({}), t.partial({ a: date })],
  ...[t.array(t.string), t.array(date), t.readonlyArray(t.string), t.readonlyArray(date)],
  ...[t.tuple([t.string]), t.tuple([date])],
  ...[t.record(t.string, t.string), t.record(t.string, date), t.record(t.literal('a'), date)],
  ...[t.union([t.string, t.null]), t.union([date, t.null])],
  t.union([t.type({ a: t.literal(1) }), t.type({ a: t.literal(2) })]),
  t.union([t.type({ a: t.literal(1), b: date }), t.type({ a: t.literal(2) })]),
  ...[t.intersection([t.string, t.string]), t.intersection([date, date])],
  ...[t.refinement(t.string, () => true), t.exact(t.type({})), t.recursion<string, string>('a', () => t.string)],
  t.readonly(t.string),
]

const tagOf = (codec: t.Any): string => (codec as unknown as KnownCodec)._tag

const texts = new Map<string, Set<string>>()
for (const sample of samples) {
  const known = texts.get(tagOf(sample)) ?? new Set()
  for (const name of functions) known.add(String(sample[name]))
  texts.set(tagOf(sample), known)
}

/** By the source text of its functions, since a copy with another `validate` keeps class, tag and properties. */
function isAsMade(codec: KnownCodec): boolean {
  const known = texts.get(codec._tag)
  if (known === undefined) return false
  // These pass functions of the inner codec on. A recursive one is not asked for its inside yet.
  const inner = /^(Refinement|Readonly|Exact)Type$/.test(codec._tag) ? (codec as t.ExactType<t.Mixed>).type : undefined
  return functions.every((name) => codec[name] === inner?.[name] || known.has(String(codec[name])))
}

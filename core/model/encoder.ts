/**
 * Encoders compiled from schemas: check, encode and gate a value in one pass, where io-ts and the gate would walk it three
 * times. They only ever say yes: whatever they are not sure of they refuse, and the thorough way of `check-value.ts`
 * decides. A property test holds the two together.
 *
 * @module
 */
import * as t from 'io-ts'
import type { AttributeMap, AttributeValue } from '../data/attribute-value.ts'
import { MAX_LEVELS } from '../data/levels.ts'
import { narrowest, numberProblem } from '../data/number.ts'
import { isPlainObject } from '../data/plain-object.ts'
import { isIllFormed, toAttribute } from '../data/to-attribute.ts'
import { binary, date } from './codecs.ts'
import { oncePer } from './once.ts'
import { hasPlainForm } from './plain-form.ts'
import { refused } from './refused.ts'
import { nodeOf, type SchemaNode } from './schema.ts'

/** The stored form, undefined for absence. `depth` is how many lists and maps stand around the value. */
export type Encoder = (value: unknown, depth: number) => AttributeValue | undefined | typeof refused

export const encoderOf: (codec: t.Mixed) => Encoder = oncePer(compile)

function compile(codec: t.Mixed): Encoder {
  const node = nodeOf(codec)
  switch (node.kind) {
    case 'scalar':
      return scalarEncoder(codec)
    case 'fields':
    case 'intersection':
      return fieldsEncoder(codec, false) ?? thoroughly(codec)
    case 'entries':
      return nodeOf(node.domain) === nodeOf(t.string) ? entriesEncoder(encoderOf(node.values)) : thoroughly(codec)
    case 'list':
      return listEncoder(encoderOf(node.element))
    case 'set':
      return setEncoder(codec, encoderOf(node.element))
    case 'union':
      return unionEncoder(node.members)
    case 'wrapped':
      return wrappedEncoder(codec, node)
    case 'tuple':
    case 'map':
    case 'any':
    case 'opaque':
      return thoroughly(codec)
    default:
      return node satisfies never
  }
}

/** By the codec's own functions: for what is rare, or is the user's. */
const thoroughly =
  (codec: t.Mixed): Encoder =>
  (value, depth) =>
    codec.is(value) && hasPlainForm(codec, value) ? gate(codec.encode(value), depth) : refused

function gate(encoded: unknown, depth: number): AttributeValue | undefined | typeof refused {
  const { value, issues } = toAttribute(encoded, depth)
  return issues.length === 0 ? value : refused
}

const text: Encoder = (value) => (typeof value === 'string' && !isIllFormed(value) ? value : refused)

const number: Encoder = (value) =>
  typeof value === 'number' && numberProblem(value) === undefined ? narrowest(value) : refused

function scalarEncoder(codec: t.Mixed): Encoder {
  if (codec === date) return (value) => (date.is(value) ? text(date.encode(value), 0) : refused)
  if (codec === binary) return (value) => (value instanceof Uint8Array ? Uint8Array.from(value) : refused)
  if (codec instanceof t.StringType) return text
  if (codec instanceof t.NumberType) return number
  return thoroughly(codec)
}

interface FieldEncoder {
  readonly name: string
  readonly encode: Encoder
  /** Absence is not encoded, whatever the codec would make of it. */
  readonly partial: boolean
}

/** Undefined where the codecs of one field would have to agree. */
function fieldsEncoder(codec: t.Mixed, exact: boolean): Encoder | undefined {
  const fields = fieldEncoders(codec)
  if (fields === undefined || new Set(fields.map(({ name }) => name)).size < fields.length) return undefined
  const known = new Set(fields.map(({ name }) => name))
  return (value, depth) => {
    if (depth >= MAX_LEVELS || !isPlainObject(value)) return refused
    const map: Record<string, AttributeValue> = {}
    let present = 0
    for (const { name, encode, partial } of fields) {
      const member = value[name]
      if (Object.hasOwn(value, name)) present++
      // What every object inherits is no field.
      else if (member !== undefined) return refused
      if (member === undefined && partial) continue
      const encoded = encode(member, depth + 1)
      if (encoded === refused) return refused
      if (encoded !== undefined) map[name] = encoded
    }
    if (hasOthers(value, present) && !(exact ? hasOnlyText(value) : addOthers(map, value, known, depth))) return refused
    return Object.freeze(map) as AttributeMap
  }
}

function fieldEncoders(codec: t.Mixed): readonly FieldEncoder[] | undefined {
  const node = nodeOf(codec)
  if (node.kind === 'fields') {
    const { partial } = node
    return Object.entries(node.props).map(([name, member]) => ({ name, encode: encoderOf(member), partial }))
  }
  if (node.kind !== 'intersection') return undefined
  const members = node.members.map(fieldEncoders)
  return members.every((each) => each !== undefined) ? members.flat() : undefined
}

/** Listing all own keys is slow; what only that would show is a symbol, or hidden, and a frozen record has neither. */
const hasOthers = (value: object, present: number): boolean =>
  Object.keys(value).length > present || !hasOnlyText(value)

const hasOnlyText = (value: object): boolean => Object.getOwnPropertySymbols(value).length === 0

/** What the schema does not name is stored as it is. */
function addOthers(
  map: Record<string, AttributeValue>,
  value: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  depth: number,
): boolean {
  for (const name of Reflect.ownKeys(value)) {
    if (typeof name === 'string' && known.has(name)) continue
    if (typeof name === 'symbol' || !isAttributeName(name) || !Object.prototype.propertyIsEnumerable.call(value, name))
      return false
    const encoded = gate(value[name], depth + 1)
    if (encoded === refused) return false
    if (encoded !== undefined) map[name] = encoded
  }
  return true
}

const isAttributeName = (name: string): boolean => name !== '' && name !== '__proto__' && !isIllFormed(name)

function entriesEncoder(encode: Encoder): Encoder {
  return (value, depth) => {
    if (depth >= MAX_LEVELS || !isPlainObject(value)) return refused
    const map: Record<string, AttributeValue> = {}
    for (const name of Reflect.ownKeys(value)) {
      if (typeof name === 'symbol' || !isAttributeName(name)) return refused
      const encoded = encode(value[name], depth + 1)
      if (encoded === refused) return refused
      if (encoded !== undefined) map[name] = encoded
    }
    return Object.freeze(map) as AttributeMap
  }
}

function listEncoder(encode: Encoder): Encoder {
  return (value, depth) => {
    if (depth >= MAX_LEVELS || !Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype) return refused
    // Its length is the one name that a list has besides its elements.
    if (Reflect.ownKeys(value).length !== value.length + 1) return refused
    const list: AttributeValue[] = []
    for (const element of value) {
      const encoded = encode(element, depth + 1)
      if (encoded === refused || encoded === undefined) return refused
      list.push(encoded)
    }
    return Object.freeze(list)
  }
}

/** Sets of text; numbers and binary values are equal in ways that a `Set` does not know. */
function setEncoder(codec: t.Mixed, encode: Encoder): Encoder {
  const rare = thoroughly(codec)
  return (value, depth) => {
    if (!(value instanceof Set)) return refused
    const set = new Set<string>()
    for (const element of value) {
      const encoded = encode(element, depth + 1)
      if (encoded === refused) return refused
      if (typeof encoded !== 'string') return rare(value, depth)
      set.add(encoded)
    }
    return set.size === 0 ? undefined : set
  }
}

/** The first member that accepts a value encodes it, as in io-ts. */
function unionEncoder(codecs: readonly t.Mixed[]): Encoder {
  const members = codecs.map((codec) => ({ codec, encode: encoderOf(codec) }))
  return (value, depth) => {
    for (const { codec, encode } of members) if (codec.is(value)) return encode(value, depth)
    return refused
  }
}

function wrappedEncoder(codec: t.Mixed, node: SchemaNode & { readonly kind: 'wrapped' }): Encoder {
  if (codec instanceof t.ExactType) return fieldsEncoder(node.inner, true) ?? thoroughly(codec)
  const { predicate } = node
  let inner: Encoder | undefined
  return (value, depth) => {
    // Compiled late: a recursive schema contains itself.
    inner ??= encoderOf(node.inner)
    const encoded = inner(value, depth)
    return encoded === refused || !predicate || predicate(value) ? encoded : refused
  }
}

/**
 * Decoders compiled from schemas: decode and freeze a stored value in one pass, without io-ts's context for errors. They
 * only ever say yes: whatever they are not sure of they refuse, and io-ts itself decides, with all its errors. A property
 * test holds the two together.
 *
 * @module
 */
import { isRight } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isPlainObject } from '../data/plain-object.ts'
import { binary, date } from './codecs.ts'
import { deepFreeze, ownCopy } from './freeze.ts'
import { lazily, oncePer } from './once.ts'
import { refused } from './refused.ts'
import { nodeOf, type SchemaNode } from './schema.ts'

interface Decoder {
  /**
   * The value, frozen all the way down, sharing nothing mutable with what is stored; undefined stands for absence.
   * `hidden` attributes of the outermost map are passed over.
   */
  readonly decode: (stored: unknown, hidden?: ReadonlySet<string>) => unknown
  /** Refuses only what io-ts refuses too. */
  readonly certain: boolean
}

export const decoderOf: (codec: t.Mixed) => Decoder = oncePer(compile)

function compile(codec: t.Mixed): Decoder {
  const node = nodeOf(codec)
  switch (node.kind) {
    case 'scalar':
      return scalarDecoder(codec)
    case 'fields':
    case 'intersection':
      return fieldsDecoder(codec, false) ?? thoroughly(codec)
    case 'entries':
      return nodeOf(node.domain) === nodeOf(t.string) ? entriesDecoder(decoderOf(node.values)) : thoroughly(codec)
    case 'list':
      return listDecoder(decoderOf(node.element))
    case 'set':
      return setDecoder(decoderOf(node.element))
    case 'union':
      return unionDecoder(node.members.map(decoderOf), node.tag !== undefined)
    case 'wrapped':
      return wrappedDecoder(codec, node)
    case 'tuple':
    case 'map':
    case 'any':
    case 'opaque':
      return thoroughly(codec)
    default:
      return node satisfies never
  }
}

const unsure = (decode: Decoder['decode']): Decoder => ({ decode, certain: false })

/** By the codec's own functions: for what is rare, or is the user's. */
function thoroughly(codec: t.Mixed): Decoder {
  return unsure((stored, hidden) => {
    if (hidden) return refused
    const result = codec.decode(ownCopy(stored))
    return isRight(result) ? deepFreeze(result.right) : refused
  })
}

/** Some times that are spelt as they should be: of days that every month has. */
const isoTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

function scalarDecoder(codec: t.Mixed): Decoder {
  if (codec === binary) return unsure((stored) => (stored instanceof Uint8Array ? Uint8Array.from(stored) : refused))
  if (codec === date) {
    const decode = (stored: unknown) => {
      if (typeof stored !== 'string') return refused
      const time = new Date(stored)
      // To print it again takes twice as long as to read it.
      if (isoTime.test(stored)) return time
      return !Number.isNaN(time.getTime()) && time.toISOString() === stored ? time : refused
    }
    return { decode, certain: true }
  }
  // All others of io-ts's own are what they are stored as. Most values are texts.
  if (codec instanceof t.StringType)
    return { decode: (stored) => (typeof stored === 'string' ? stored : refused), certain: true }
  const isAsStored =
    codec instanceof t.NumberType ||
    codec instanceof t.BooleanType ||
    codec instanceof t.NullType ||
    codec instanceof t.UndefinedType ||
    codec instanceof t.LiteralType ||
    codec instanceof t.KeyofType
  if (!isAsStored) return thoroughly(codec)
  return { decode: (stored) => (codec.is(stored) ? stored : refused), certain: true }
}

interface FieldDecoder {
  readonly name: string
  /** Every object has something of this name. */
  readonly isInherited: boolean
  readonly decode: Decoder['decode']
  /** May be absent: then it stays so, unless the codec makes something of absence. */
  readonly staysAbsent: (() => boolean) | undefined
}

/** Undefined where the codecs of one field would have to agree. */
function fieldsDecoder(codec: t.Mixed, exact: boolean): Decoder | undefined {
  const fields = fieldDecoders(codec)
  if (fields === undefined || new Set(fields.map(({ name }) => name)).size < fields.length) return undefined
  const known = new Set(fields.map(({ name }) => name))
  return unsure((stored, hidden) => {
    if (!isPlainObject(stored)) return refused
    const record: Record<string, unknown> = {}
    let present = 0
    for (const { name, isInherited, decode, staysAbsent } of fields) {
      const value = isInherited && !Object.hasOwn(stored, name) ? undefined : stored[name]
      if (value !== undefined) present++
      else if (staysAbsent?.()) continue
      const decoded = decode(value)
      if (decoded === refused) return refused
      record[name] = decoded
    }
    if (!exact && Object.keys(stored).length > present && !addOthers(record, stored, known, hidden)) return refused
    return Object.freeze(record)
  })
}

function fieldDecoders(codec: t.Mixed): readonly FieldDecoder[] | undefined {
  const node = nodeOf(codec)
  if (node.kind === 'fields') {
    return Object.entries(node.props).map(([name, member]) => ({
      name,
      isInherited: name in Object.prototype,
      decode: decoderOf(member).decode,
      staysAbsent: node.partial ? lazily(() => isNothing(member.decode(undefined))) : undefined,
    }))
  }
  if (node.kind !== 'intersection') return undefined
  const members = node.members.map(fieldDecoders)
  return members.every((each) => each !== undefined) ? members.flat() : undefined
}

const isNothing = (decoded: t.Validation<unknown>): boolean => !isRight(decoded) || decoded.right === undefined

/** What the schema does not name stays as it is stored. */
function addOthers(
  record: Record<string, unknown>,
  stored: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  hidden: ReadonlySet<string> | undefined,
): boolean {
  for (const name of Object.keys(stored)) {
    if (name === '__proto__') return false
    if (!known.has(name) && !hidden?.has(name)) record[name] = deepFreeze(ownCopy(stored[name]))
  }
  return true
}

function entriesDecoder({ decode }: Decoder): Decoder {
  return unsure((stored) => {
    if (!isPlainObject(stored)) return refused
    const map: Record<string, unknown> = {}
    for (const name of Object.keys(stored)) {
      const decoded = decode(stored[name])
      if (decoded === refused || name === '__proto__') return refused
      map[name] = decoded
    }
    return Object.freeze(map)
  })
}

function listDecoder({ decode }: Decoder): Decoder {
  return unsure((stored) => {
    if (!Array.isArray(stored)) return refused
    const list: unknown[] = []
    for (const element of stored) {
      const decoded = decode(element)
      if (decoded === refused) return refused
      list.push(decoded)
    }
    return Object.freeze(list)
  })
}

/** Absence is the empty set. */
function setDecoder({ decode }: Decoder): Decoder {
  return unsure((stored) => {
    if (stored !== undefined && !(stored instanceof Set)) return refused
    const set = new Set<unknown>()
    for (const element of stored ?? []) {
      const decoded = decode(element)
      if (decoded === refused) return refused
      set.add(decoded)
    }
    return deepFreeze(set)
  })
}

/** The first member that accepts a value decodes it, as in io-ts. With a tag no other could. */
function unionDecoder(members: readonly Decoder[], tagged: boolean): Decoder {
  const decode: Decoder['decode'] = (stored, hidden) => {
    for (const member of members) {
      const decoded = member.decode(stored, hidden)
      if (decoded !== refused) return decoded
      if (!member.certain && !tagged) return refused
    }
    return refused
  }
  return { decode, certain: members.every(({ certain }) => certain) }
}

function wrappedDecoder(codec: t.Mixed, node: SchemaNode & { readonly kind: 'wrapped' }): Decoder {
  if (codec instanceof t.ExactType) return fieldsDecoder(node.inner, true) ?? thoroughly(codec)
  const { predicate } = node
  let inner: Decoder['decode'] | undefined
  return unsure((stored, hidden) => {
    // Compiled late: a recursive schema contains itself.
    inner ??= decoderOf(node.inner).decode
    const decoded = inner(stored, hidden)
    return decoded === refused || !predicate || predicate(decoded) ? decoded : refused
  })
}

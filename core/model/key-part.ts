/**
 * The partition or sort key of a model: a field of the record, or a string made of fields.
 *
 * @module
 */
import * as t from 'io-ts'
import { type AttributeValue, type ScalarValue, typeOf } from '../data/attribute-value.ts'
import { type ItemKey, valueSize } from '../data/item.ts'
import type { Issue } from '../data/to-attribute.ts'
import { type Encoded, encodeValue } from './check-value.ts'
import type { Field, Fields } from './fields.ts'
import { parseTemplate, renderTemplate, type Template } from './key-template.ts'
import type { Refuse } from './refuse.ts'
import { nodeOf } from './schema.ts'

export interface KeyPart {
  readonly attribute: string
  readonly type: 'S' | 'N' | 'B'
  /** The fields it is made of, and what they are stored as. */
  readonly fields: Readonly<Record<string, StoredType>>
  /** Undefined where the attribute is the field itself. */
  readonly template?: Template | undefined
  /** DynamoDB's limit of its bytes. */
  readonly maximum: number
}

/** A key part as the model's author wrote it, checked against the schema. `refuse` throws. */
export function keyPart(
  role: 'partition' | 'sort',
  given: unknown,
  fields: Fields,
  refuse: Refuse,
  { at = 'key', mayBeAbsent = false }: { readonly at?: string; readonly mayBeAbsent?: boolean } = {},
): KeyPart {
  const maximum = role === 'partition' ? 2048 : 1024
  const here = `${at}.${role}`
  const fieldAt = (name: string): Field => {
    const field = fields.get(name)
    if (field === undefined) return refuse(`${here} names ${JSON.stringify(name)}, which is no field of the schema`)
    if (!field.required && !mayBeAbsent)
      return refuse(`${here} names ${name}, which may be absent; key fields must be required`)
    return field
  }
  if (typeof given === 'string') return fieldPart(given)
  const { attribute, template: text } = (given ?? {}) as { readonly attribute?: unknown; readonly template?: unknown }
  if (typeof attribute !== 'string' || attribute === '' || typeof text !== 'string' || text === '') {
    return refuse(`${here} must be the name of a field, or { attribute, template } with two strings`)
  }
  // A field under its own name as text: how a codec of one's own becomes a key.
  if (text === `\${${attribute}}`) return fieldPart(attribute, 'S')
  const template = parseTemplate(text)
  if (typeof template === 'string') return refuse(`${here}.template ${template}, got ${text}`)
  if (fields.has(attribute)) {
    return refuse(`${here}.attribute ${attribute} is also a field of the schema; give one of them another name`)
  }
  if (role === 'partition' && template.placeholders.length === 0) {
    return refuse(`${here}.template names no field, so that all records would share one partition`)
  }
  const types: Record<string, StoredType> = {}
  for (const { field } of template.placeholders) {
    const type = storedType(fieldAt(field).codecs) ?? 'S'
    if (type !== 'S' && type !== 'N' && type !== 'BOOL') {
      return refuse(`${here}.template names ${field}, which must be of one type: text, number, boolean or date`)
    }
    types[field] = type
  }
  return Object.freeze({ attribute, type: 'S', fields: Object.freeze(types), template, maximum })

  function fieldPart(name: string, declared?: 'S'): KeyPart {
    const type = storedType(fieldAt(name).codecs) ?? declared
    if ((type !== 'S' && type !== 'N' && type !== 'B') || (declared && type !== declared)) {
      const advice = `{ attribute: '${name}', template: '\${${name}}' } if its codec stores text`
      return refuse(`${here} ${name} must be stored as text, as a number or as binary; write ${advice}`)
    }
    return Object.freeze({ attribute: name, type, fields: Object.freeze({ [name]: type }), maximum })
  }
}

type StoredType = 'S' | 'N' | 'B' | 'BOOL'

/** The one type of scalar that all of the codecs store, else `none`; undefined for a codec of the user's own. */
export function storedType(codecs: readonly t.Mixed[]): StoredType | 'none' | undefined {
  const types = new Set(codecs.filter((codec) => codec !== t.undefined).map(typeOfCodec))
  const [type] = types
  return types.size === 1 ? type : 'none'
}

function typeOfCodec(codec: t.Mixed): StoredType | 'none' | undefined {
  const node = nodeOf(codec)
  if (node.kind === 'scalar') return node.type === 'NULL' ? 'none' : node.type
  if (node.kind === 'wrapped') return typeOfCodec(node.inner)
  if (node.kind === 'union') return storedType(node.members)
  return node.kind === 'opaque' ? undefined : 'none'
}

/** What a field's value is stored as. */
export function encodeField(fields: Fields, name: string, value: unknown): Encoded {
  const tried = fields.get(name)!.codecs.map((codec) => encodeValue(codec, value, [name]))
  const encoded = tried.find(({ issues }) => issues.length === 0) ?? tried[0]!
  // ISO 8601 writes other years with a sign and six digits, which sort before or behind all others.
  if (!(value instanceof Date) || typeof encoded.value !== 'string' || /^\d/.test(encoded.value)) return encoded
  return { ...encoded, issues: [{ path: [name], expected: 'a time from year 0 to 9999 in a key', actual: value }] }
}

type MadeKey = { readonly key: ItemKey; readonly issues: readonly Issue[] }

const expectations = { S: 'a string that can be a key', N: 'a number', B: 'a binary value', BOOL: 'a boolean' }

/** The key attributes of a record or of the key fields of one, and everything that is wrong with them. */
export const makeKey = (
  parts: readonly KeyPart[],
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
): MadeKey => make(parts, fields, values, false)

/** The same for parts of indexes: the attribute is absent where a field of it is, or is stored as nothing. */
export function makeIndexAttributes(
  parts: readonly KeyPart[],
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
): MadeKey {
  const made = parts.map((part) => make([part], fields, values, true))
  return { key: Object.assign({}, ...made.map(({ key }) => key)), issues: made.flatMap(({ issues }) => issues) }
}

const nothing: MadeKey = Object.freeze({ key: {}, issues: [] })

function make(
  parts: readonly KeyPart[],
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  mayBeAbsent: boolean,
): MadeKey {
  const issues: Issue[] = []
  const valueAt = (name: string): unknown => (Object.hasOwn(values, name) ? values[name] : undefined)
  const stored = new Map<string, AttributeValue>()
  for (const { fields: types, template } of parts) {
    for (const [name, type] of Object.entries(types)) {
      if (stored.has(name)) continue
      if (mayBeAbsent && valueAt(name) === undefined) return nothing
      const encoded = encodeField(fields, name, valueAt(name))
      issues.push(...encoded.issues)
      if (encoded.issues.length > 0) continue
      const { value } = encoded
      // A codec of the user's own may make nothing of what is something in code. A field that is the key cannot be null.
      if (mayBeAbsent && (value === undefined || (value === null && template))) return nothing
      if (value !== undefined && value !== null && typeOf(value) === type) stored.set(name, value)
      else issues.push({ path: [name], expected: expectations[type], actual: valueAt(name) })
    }
  }
  const key: Record<string, ScalarValue> = {}
  if (issues.length > 0) return { key, issues }
  for (const part of parts) {
    const made = attributeOf(part, stored, valueAt)
    if ('issue' in made) issues.push(made.issue)
    else key[part.attribute] = made.value
  }
  return { key: Object.freeze(key), issues }
}

function attributeOf(
  part: KeyPart,
  stored: ReadonlyMap<string, AttributeValue>,
  valueAt: (name: string) => unknown,
): { readonly value: ScalarValue } | { readonly issue: Issue } {
  const [field = part.attribute] = Object.keys(part.fields)
  const rendered = part.template && renderTemplate(part.template, (name) => stored.get(name)!)
  if (rendered !== undefined && 'field' in rendered) {
    return { issue: { path: [rendered.field], expected: rendered.expected, actual: valueAt(rendered.field) } }
  }
  const value = (rendered === undefined ? stored.get(field) : rendered.text) as ScalarValue
  const size = valueSize(value)
  if (part.type === 'N' || (size > 0 && size <= part.maximum)) return { value }
  return { issue: { path: [field], expected: `a key of 1 to ${part.maximum} bytes`, actual: valueAt(field) } }
}

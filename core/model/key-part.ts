/**
 * The partition or sort key of a model: a field of the record, or a text made of fields.
 *
 * @module
 */
import type * as t from 'io-ts'
import { type AttributeValue, type ScalarValue, typeOf } from '../data/attribute-value.ts'
import { type ItemKey, valueSize } from '../data/item.ts'
import type { Issue } from '../data/to-attribute.ts'
import { type Encoded, encodeValue } from './check-value.ts'
import type { Field, Fields } from './fields.ts'
import { parseTemplate, renderTemplate, type Template } from './key-template.ts'
import { nodeOf } from './schema.ts'

export interface KeyPart {
  readonly attribute: string
  readonly type: 'S' | 'N' | 'B'
  /** The fields it is made of. */
  readonly fields: readonly string[]
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
  refuse: (reason: string) => never,
): KeyPart {
  const maximum = role === 'partition' ? 2048 : 1024
  const fieldAt = (name: string): Field => {
    const field = fields.get(name)
    if (field === undefined) return refuse(`key.${role} names ${JSON.stringify(name)}, which is no field of the schema`)
    if (!field.required) return refuse(`key.${role} names ${name}, which may be absent; key fields must be required`)
    return field
  }
  if (typeof given === 'string') return fieldPart(given)
  const { attribute, template: text } = (given ?? {}) as { readonly attribute?: unknown; readonly template?: unknown }
  if (typeof attribute !== 'string' || attribute === '' || typeof text !== 'string' || text === '') {
    return refuse(`key.${role} must be the name of a field, or { attribute, template } with two texts`)
  }
  // A field under its own name as text: how a codec of one's own becomes a key.
  if (text === `\${${attribute}}`) return fieldPart(attribute, 'S')
  const template = parseTemplate(text)
  if (typeof template === 'string') return refuse(`key.${role}.template ${template}, got ${text}`)
  if (fields.has(attribute)) {
    return refuse(`key.${role}.attribute ${attribute} is also a field of the schema; give one of them another name`)
  }
  if (role === 'partition' && template.placeholders.length === 0) {
    return refuse(`key.partition.template names no field, so that all records would share one partition`)
  }
  for (const { field } of template.placeholders) {
    const types = scalarTypes(fieldAt(field).codecs)
    if (types !== undefined && (types.size !== 1 || types.has('B') || types.has('NULL'))) {
      refuse(`key.${role}.template names ${field}, which must be of one type: text, number, bigint, boolean or date`)
    }
  }
  const names = [...new Set(template.placeholders.map(({ field }) => field))]
  return Object.freeze({ attribute, type: 'S', fields: Object.freeze(names), template, maximum })

  function fieldPart(name: string, declared?: 'S'): KeyPart {
    const types = scalarTypes(fieldAt(name).codecs) ?? new Set([declared])
    const [type] = types
    if (types.size !== 1 || (type !== 'S' && type !== 'N' && type !== 'B') || (declared && type !== declared)) {
      const advice = `{ attribute: '${name}', template: '\${${name}}' } if its codec stores text`
      return refuse(`key.${role} ${name} must be stored as text, as a number or as binary; write ${advice}`)
    }
    return Object.freeze({ attribute: name, type, fields: Object.freeze([name]), maximum })
  }
}

/** What scalars the codecs store; undefined where it cannot be known, or is no scalar. */
function scalarTypes(codecs: readonly t.Mixed[]): Set<string> | undefined {
  const types = new Set<string>()
  for (const codec of codecs) {
    const node = nodeOf(codec)
    if (node.kind === 'scalar') types.add(node.type)
    else {
      const inner = node.kind === 'wrapped' ? [node.inner] : node.kind === 'union' ? node.members : undefined
      const found = inner && scalarTypes(inner)
      if (found === undefined) return undefined
      for (const type of found) types.add(type)
    }
  }
  return types
}

/** What a field's value is stored as. */
export function encodeField(fields: Fields, name: string, value: unknown): Encoded {
  const tried = fields.get(name)!.codecs.map((codec) => encodeValue(codec, value, [name]))
  return tried.find(({ issues }) => issues.length === 0) ?? tried[0]!
}

export type MadeKey = { readonly key: ItemKey; readonly issues: readonly Issue[] }

/** The key attributes of a record or of the key fields of one, and everything that is wrong with them. */
export function makeKey(parts: readonly KeyPart[], fields: Fields, values: Readonly<Record<string, unknown>>): MadeKey {
  const issues: Issue[] = []
  const stored = new Map<string, AttributeValue | undefined>()
  for (const name of new Set(parts.flatMap((part) => part.fields))) {
    const encoded = encodeField(fields, name, Object.hasOwn(values, name) ? values[name] : undefined)
    stored.set(name, encoded.value)
    issues.push(...encoded.issues)
  }
  const key: Record<string, ScalarValue> = {}
  if (issues.length > 0) return { key, issues }
  for (const part of parts) {
    const refuse = (field: string, expected: string) =>
      issues.push({ path: [field], expected, actual: Object.hasOwn(values, field) ? values[field] : undefined })
    const rendered = part.template && renderTemplate(part.template, (field) => stored.get(field))
    if (rendered !== undefined && 'field' in rendered) {
      refuse(rendered.field, rendered.expected)
      continue
    }
    const value = rendered === undefined ? stored.get(part.fields[0]!) : rendered.text
    const field = part.fields[0] ?? part.attribute
    if (value === undefined || value === null || typeOf(value) !== part.type) refuse(field, keyTypes[part.type])
    else if (part.type !== 'N' && (valueSize(value) === 0 || valueSize(value) > part.maximum)) {
      refuse(field, `a key of 1 to ${part.maximum} bytes`)
    } else key[part.attribute] = value as ScalarValue
  }
  return { key: Object.freeze(key), issues }
}

const keyTypes = { S: 'a text', N: 'a number', B: 'a binary value' }

/**
 * A model's definition as the engine uses it: checked once, when the model is defined, so that nothing else needs to be.
 *
 * @module
 */
import * as t from 'io-ts'
import { printPath } from '../data/document-path.ts'
import { isName, isTableName } from '../data/name.ts'
import { isPlainObject } from '../data/plain-object.ts'
import { printValue } from '../data/print-value.ts'
import { engineError } from '../errors.ts'
import { checkEvents, type EventDefinition } from './domain-event.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { type Generators, generatorsOf } from './generated.ts'
import { encodeField, type KeyPart, keyPart, storedType } from './key-part.ts'
import { refuseLookAlikes } from './look-alikes.ts'
import { Migrations } from './migrations.ts'
import { type ModelIndex, modelIndexes } from './model-index.ts'
import { readBigints } from './read-bigints.ts'
import { isObject, type Refuse } from './refuse.ts'
import { innerOf, nodeOf } from './schema.ts'
import { refuseSetElements } from './set-elements.ts'

export interface Definition {
  /** The schema, able to read stored bigints. */
  readonly schema: t.Mixed
  readonly fields: Fields
  /** Partition key first. */
  readonly keyParts: readonly KeyPart[]
  /** The attributes of these, as items have them. */
  readonly keyNames: readonly string[]
  /** The fields of these, as records have them. */
  readonly keyFields: readonly string[]
  readonly type: { readonly attribute: string; readonly value: string } | undefined
  readonly defaults: ReadonlyMap<string, unknown>
  /** When a record's history leaves its tail; undefined where no history is kept. */
  readonly history: { readonly entries: number; readonly bytes: number } | undefined
  readonly events: ReadonlyMap<string, EventDefinition>
  /** Only events change records. */
  readonly eventSourced: boolean
  readonly indexes: readonly ModelIndex[]
  /** What indexes are found by, each attribute once, but for those of the key. */
  readonly indexParts: readonly KeyPart[]
  /** The field that holds the second since 1970 after which the store may drop the record. */
  readonly expires: string | undefined
  /** Of the schema; 1 for a model without migrations. */
  readonly version: number
  /** Undefined where records do not say their version. */
  readonly migrations: Migrations<unknown> | undefined
  readonly generated: Generators
  /** Attributes of the item that are not the record's: the engine's, templates of keys, the type. */
  readonly hidden: ReadonlySet<string>
}

/** Attributes that the engine adds to items. */
export const engineAttributes: readonly string[] = ['_v', '_m', '_h', '_g']

/** `_c` is kept for a lock of commits that one request cannot hold. */
const reserved = new Set([...engineAttributes, '_c'])

const options = [
  ...(['name', 'table', 'key', 'type', 'schema', 'defaults', 'generate', 'indexes', 'expires'] as const),
  ...(['migrations', 'history', 'events', 'eventSourced'] as const),
] as const

const isKey = (value: unknown): value is { readonly partition?: unknown; readonly sort?: unknown } => isObject(value)

/** Throws INVALID_MODEL for whatever the types did not keep out. */
export function checkDefinition(input: unknown): Definition {
  if (!isObject(input)) throw engineError('INVALID_MODEL', 'defineModel expects an object', { model: '' })
  const given: Readonly<Partial<Record<(typeof options)[number], unknown>>> = input
  const model = typeof given.name === 'string' ? given.name : ''
  const refuse: Refuse = (reason) => {
    throw engineError('INVALID_MODEL', `Model ${model || '(unnamed)'}: ${reason}`, { model })
  }
  for (const name of ['name', 'table'] as const) {
    if (!isName(given[name])) refuse(`${name} must be a well-formed string of 1 to 255 bytes`)
  }
  if (!isTableName(given.table as string))
    refuse('table must be of letters, digits, "_", "-" and ".", or the ARN of a table')
  for (const name of Object.keys(given)) {
    if (!options.some((option) => option === name)) refuse(`there is no option ${name}`)
  }

  if (!(given.schema instanceof t.Type)) refuse('schema must be an io-ts codec, such as t.type({ … })')
  const schema = readBigints(given.schema as t.Mixed, refuse)
  const fields = fieldsOf(schema) ?? refuse(`schema must describe an object, such as t.type({ … }), got ${schema.name}`)
  for (const name of fields.keys()) {
    if (reserved.has(name)) refuse(`the field ${name} is reserved for the engine; give it another name`)
  }
  checkNames(schema, refuse, new Set())
  refuseLookAlikes(schema, refuse)
  refuseSetElements(schema, refuse)

  const key: unknown = given.key
  if (!isKey(key)) return refuse('key must be { partition, sort? }')
  for (const name of Object.keys(key)) {
    if (name !== 'partition' && name !== 'sort') refuse(`key has no part ${name}; it is { partition, sort? }`)
  }
  const keyParts: KeyPart[] = [keyPart('partition', key.partition, fields, refuse)]
  if (key.sort !== undefined) keyParts.push(keyPart('sort', key.sort, fields, refuse))
  const type = typeOf(given.type, model, keyParts, fields, refuse)
  const added = [
    ...keyParts.filter((part) => part.template).map((part) => part.attribute),
    ...(type ? [type.attribute] : []),
  ]
  for (const part of keyParts) {
    if (!isName(part.attribute)) refuse('the name of a key attribute must be a well-formed string of 1 to 255 bytes')
  }
  for (const name of added) if (reserved.has(name)) refuse(`the attribute ${name} is reserved for the engine`)
  const keyNames = Object.freeze(keyParts.map((part) => part.attribute))
  const attributes = [...keyNames, ...(type ? [type.attribute] : [])]
  if (new Set(attributes).size !== attributes.length) {
    refuse(`partition key, sort key and type must be different attributes, got ${attributes.join(', ')}`)
  }

  const history = historyOf(given.history, refuse)
  const events = checkEvents(given.events, refuse)
  if (given.eventSourced !== undefined && typeof given.eventSourced !== 'boolean')
    refuse('eventSourced must be true or false')
  if (given.eventSourced && events.size === 0) refuse('eventSourced needs events, which alone could change a record')
  if (events.size > 0 && !history) refuse('events need the history, in which they are kept')
  const expires = expiryOf(given.expires, fields, refuse)
  const migrations = migrationsOf(given.migrations, given.schema as t.Mixed, schema, refuse)
  const needed = [
    ...(type ? [type.attribute] : []),
    ...(expires === undefined ? [] : [expires]),
    // What does not say its schema version has to be read whole.
    ...(migrations ? ['_m'] : []),
  ]
  const taken = new Set([...reserved, ...(type ? [type.attribute] : [])])
  const indexes = modelIndexes(given.indexes, { fields, keyParts, needed, taken }, refuse)
  const byAttribute = new Map(indexes.flatMap((index) => index.keyParts).map((part) => [part.attribute, part]))
  const indexParts = [...byAttribute.values()].filter((part) => !attributes.includes(part.attribute))
  for (const { attribute, template } of indexParts) if (template) added.push(attribute)
  const defaults = defaultsOf(given.defaults, fields, refuse)
  const keyFields = Object.freeze([...new Set(keyParts.flatMap((part) => Object.keys(part.fields)))])

  return Object.freeze({
    schema,
    fields,
    indexes,
    indexParts: Object.freeze(indexParts),
    expires,
    version: migrations?.version ?? 1,
    migrations,
    generated: generatorsOf(given.generate, { fields, keyFields, defaults }, refuse),
    keyParts: Object.freeze(keyParts),
    keyNames,
    keyFields,
    type,
    defaults,
    history,
    events,
    eventSourced: given.eventSourced === true,
    hidden: new Set([...engineAttributes, ...added]),
  })
}

function typeOf(
  given: unknown,
  model: string,
  keyParts: readonly KeyPart[],
  fields: Fields,
  refuse: Refuse,
): Definition['type'] {
  // Templates are how several models share a table, where the type tells them apart.
  const type = given ?? (keyParts.some((part) => part.template) ? { attribute: '_t', value: model } : undefined)
  if (type === undefined) return undefined
  const { attribute, value, ...others } = type as { readonly attribute?: unknown; readonly value?: unknown }
  if (!isName(attribute) || !isName(value) || Object.keys(others).length > 0) {
    return refuse('type must be { attribute, value } with two well-formed strings of 1 to 255 bytes')
  }
  if (fields.has(attribute)) {
    return refuse(`type.attribute ${attribute} is also a field of the schema; give one of them another name`)
  }
  return Object.freeze({ attribute, value })
}

function expiryOf(given: unknown, fields: Fields, refuse: Refuse): string | undefined {
  if (given === undefined) return undefined
  const field = typeof given === 'string' ? fields.get(given) : undefined
  if (!field) return refuse(`expires names ${printValue(given)}, which is no field of the schema`)
  const type = storedType(field.codecs)
  // What a codec of the user's own stores shows when it is used.
  if (type === 'N' || type === undefined) return given as string
  return refuse(`expires names ${given}, which must be stored as a number, the seconds since 1970`)
}

function defaultsOf(given: unknown, fields: Fields, refuse: Refuse): ReadonlyMap<string, unknown> {
  if (given === undefined) return new Map()
  if (!isPlainObject(given)) return refuse('defaults must be an object of values and functions by field')
  for (const [name, value] of Object.entries(given)) {
    if (!fields.has(name)) refuse(`defaults names ${JSON.stringify(name)}, which is no field of the schema`)
    if (typeof value === 'function') continue
    const [issue] = encodeField(fields, name, value).issues
    if (issue) refuse(`the default of ${printPath(issue.path)} must be ${issue.expected}`)
  }
  return new Map(Object.entries(given))
}

/** What fits with its key into a block of one write unit, and keeps the tail of a record within one more. */
const DEFAULT_TAIL = { entries: 24, bytes: 700 }

function historyOf(given: unknown, refuse: Refuse): Definition['history'] {
  if (given === false) return undefined
  if (given === undefined || given === true) return DEFAULT_TAIL
  if (!isObject(given)) return refuse('history must be true, false or { entries?, bytes? }')
  const stray = Object.keys(given).find((name) => name !== 'entries' && name !== 'bytes')
  if (stray !== undefined) refuse(`history has no option ${stray}; it is { entries?, bytes? }`)
  const { entries = DEFAULT_TAIL.entries, bytes = DEFAULT_TAIL.bytes } = given
  for (const [name, value, most] of [
    ['entries', entries, 64],
    ['bytes', bytes, 65_536],
  ] as const) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) {
      refuse(`history.${name} must be an integer from 1 to ${most}`)
    }
  }
  return Object.freeze({ entries: entries as number, bytes: bytes as number })
}

/** The chain with schemas that can read stored bigints, the last of them the model's own. */
function migrationsOf(
  given: unknown,
  schema: t.Mixed,
  readable: t.Mixed,
  refuse: Refuse,
): Migrations<unknown> | undefined {
  if (given === undefined) return undefined
  if (!(given instanceof Migrations))
    return refuse('migrations must be made by migrationsFrom(schema).to(schema, step)')
  const { schemas } = given
  if (!schemas.every((each) => each instanceof t.Type))
    return refuse('every version in migrations must be an io-ts codec')
  if (schemas.at(-1) !== schema) {
    return refuse(
      `the last schema in migrations, of version ${given.version}, must be the model's own schema, the same object`,
    )
  }
  const older = schemas.slice(0, -1).map((each) => readBigints(each, refuse))
  return new Migrations({ ...given, schemas: [...older, readable] })
}

/** Names with which an absent field would be taken for what every JavaScript object inherits. */
function checkNames(codec: t.Mixed, refuse: Refuse, above: Set<t.Mixed>): void {
  if (above.has(codec)) return
  above.add(codec)
  const node = nodeOf(codec)
  for (const member of innerOf(node)) checkNames(member, refuse, above)
  if (node.kind !== 'fields') return
  for (const name of Object.keys(node.props)) {
    if (name === '' || name === '__proto__') refuse(`a field cannot be named ${JSON.stringify(name)}`)
    if (name in Object.prototype && !fieldsOf(codec)!.get(name)!.required) {
      refuse(`an optional field cannot be named ${name}, which every JavaScript object has; make it required`)
    }
  }
}

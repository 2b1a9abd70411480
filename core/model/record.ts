/**
 * Records and their items: encoding, decoding, and new records from input.
 *
 * Records are deep-frozen and share nothing mutable with items, nor with what callers gave.
 *
 * @module
 */
import type { AttributeMap, AttributeValue } from '../data/attribute-value.ts'
import type { Item, ItemAddress } from '../data/item.ts'
import { isPlainObject } from '../data/plain-object.ts'
import type { Issue } from '../data/to-attribute.ts'
import { type EngineError, engineError, isEngineError } from '../errors.ts'
import { encodeValue } from './check-value.ts'
import { decodeQuickly, decodeValue } from './decode-value.ts'
import { applyDefaults, type Defaulted, needsDefault } from './defaults.ts'
import { engineAttributes } from './definition.ts'
import { deepFreeze, ownCopy } from './freeze.ts'
import { type Generate, generateFields } from './generated.ts'
import { invalidItem } from './invalid-item.ts'
import { printIssues, strayField } from './issue.ts'
import { encodeField, makeIndexAttributes, makeKey } from './key-part.ts'
import { itemAs, SCHEMA_VERSION } from './migrate.ts'
import type { AnyModel, NewRecord, RecordOf } from './model.ts'
import { refused } from './refused.ts'

type Plain = Record<string, unknown>

/** No item has as many bytes. */
const MAX_LENGTH = 10_000_000

interface MadeRecord<M extends AnyModel> {
  /** What a read after the create gives. */
  readonly record: RecordOf<M>
  readonly item: Item
  readonly address: ItemAddress
}

/** The item of a record, without the engine's attributes. Throws INVALID_RECORD for what the schema does not allow. */
export const encodeRecord = <M extends AnyModel>(model: M, record: RecordOf<M>): Item => encode(model, record).item

/**
 * An item in the model's present version; the same object where it is of it already.
 * Throws INVALID_RECORD, naming the stored item, and UNKNOWN_SCHEMA_VERSION.
 */
export function presentItem(model: AnyModel, item: Item): Item {
  const { type } = model.definition
  if (type && Object.hasOwn(item, type.attribute) && item[type.attribute] !== type.value) {
    throw invalidItem(model, item, [{ path: [type.attribute], expected: type.value, actual: item[type.attribute] }])
  }
  return itemAs(model, item)
}

/**
 * The record of an item of any version, with defaults for required fields that are absent. Never shares anything mutable
 * with the item. Throws as `presentItem` does.
 */
export function decodeItem<M extends AnyModel>(model: M, given: Item): RecordOf<M> {
  const item = presentItem(model, given)
  const { definition } = model
  const { schema } = definition
  if (![...definition.defaults.keys()].some((name) => needsDefault(name, schema, item, 'read'))) {
    const record = decodeQuickly(schema, item, definition.hidden)
    if (record !== refused) return record as RecordOf<M>
  }
  const stored = ownFields(model, item)
  const isComplete = ![...definition.defaults.keys()].some((name) => needsDefault(name, schema, stored, 'read'))
  const defaulted = isComplete ? undefined : addDefaults(model, item, stored)
  const record = decode(model, item, stored)
  if (defaulted?.size) defaultedFields.set(record, defaulted)
  return record
}

/** The item as it would be stored today: in the present version of its schema, with what defaults give. Throws as `presentItem` does. */
export const itemToday = (model: AnyModel, item: Item): Item => encodeRecord(model, decodeItem(model, item) as never)

const defaultedFields = new WeakMap<object, Defaulted>()

/** Of a decoded record, the fields that are not stored; undefined where all are. */
export const defaultedOf = (record: object): Defaulted | undefined => defaultedFields.get(record)

/**
 * A record to create, from its fields: defaults applied, checked, and as it will be read back. The input stays the caller's.
 * Fields that the schema does not have are refused, since they are most often misspelt. `generate` makes ids.
 */
export function newRecord<M extends AnyModel>(model: M, input: NewRecord<M>, generate?: Generate): MadeRecord<M> {
  if (!isPlainObject(input)) {
    throw invalidInput(model, [{ path: [], expected: 'a plain object of fields', actual: input }])
  }
  const { schema, fields, defaults } = model.definition
  const given = Reflect.ownKeys(input).map((name) => [name, (input as Plain)[name as string]] as const)
  const issues: Issue[] = given
    .filter(([name, value]) => typeof name === 'symbol' || (value !== undefined && !fields.has(name)))
    .map(([name, actual]) => strayField(String(name), actual))
  // Of the others nothing more is told: what they hold is nobody's.
  const own = given.filter(([name, value]) => value !== undefined && fields.has(name as string))
  // Before any codec walks it, gap by gap, to the end.
  const endless = own.filter(([, value]) => Array.isArray(value) && value.length > MAX_LENGTH)
  if (endless.length > 0) {
    const expected = 'a list that an item could hold'
    throw invalidInput(
      model,
      endless.map(([name, actual]) => ({ path: [String(name)], expected, actual })),
    )
  }
  const record: Plain = Object.fromEntries(own)
  if (generate) generateFields(model.definition.generated, record, generate)
  try {
    applyDefaults(defaults, schema, record, 'create')
  } catch (error) {
    // A default may rely on what the types promise of the fields given; tell what breaks the promise, if anything does.
    issues.push(...Object.keys(record).flatMap((name) => encodeField(fields, name, record[name]).issues))
    throw issues.length > 0 ? invalidInput(model, issues) : error
  }
  const { item, address } = encode(model, record, issues)
  return { record: readBack(model, item), item, address }
}

/** What a read of the item will give, once it is stored. Throws INVALID_RECORD for what could be stored and not be read. */
function readBack<M extends AnyModel>(model: M, item: Item): RecordOf<M> {
  const decoded = decodeValue(model.definition.schema, ownFields(model, item))
  if (!decoded.ok) throw invalidInput(model, decoded.issues)
  return deepFreeze(decoded.value) as RecordOf<M>
}

function encode(
  model: AnyModel,
  record: unknown,
  known: readonly Issue[] = [],
): { readonly item: Item; readonly address: ItemAddress } {
  const { definition } = model
  const issues = [...known]
  const encoded = encodeValue(definition.schema, record)
  issues.push(...encoded.issues)
  const attributes = (encoded.value ?? {}) as AttributeMap
  for (const name of engineAttributes) {
    if (Object.hasOwn(attributes, name)) {
      issues.push({ path: [name], expected: 'no field of this name, which is the engine’s', actual: attributes[name] })
    }
  }
  if (issues.length > 0) throw invalidInput(model, issues)
  const { key, issues: keyIssues } = makeKey(definition.keyParts, definition.fields, record as Plain)
  if (keyIssues.length > 0) throw invalidInput(model, keyIssues)
  const index = makeIndexAttributes(definition.indexParts, definition.fields, record as Plain)
  if (index.issues.length > 0) throw invalidInput(model, index.issues)
  const { type, migrations, version } = definition
  const item = Object.freeze({
    ...attributes,
    ...index.key,
    ...key,
    ...(type && { [type.attribute]: type.value }),
    ...(migrations && { [SCHEMA_VERSION]: version }),
  })
  return { item, address: Object.freeze({ table: model.table, key }) }
}

function decode<M extends AnyModel>(model: M, item: Item, stored: Plain): RecordOf<M> {
  const decoded = decodeValue(model.definition.schema, stored)
  if (!decoded.ok) throw invalidItem(model, item, decoded.issues)
  return deepFreeze(decoded.value) as RecordOf<M>
}

/** A copy of the attributes that are the record's. */
function ownFields({ definition }: AnyModel, item: Item): Plain {
  const own: Plain = {}
  for (const [name, value] of Object.entries(item)) {
    if (!definition.hidden.has(name) && name !== '__proto__') own[name] = ownCopy(value)
  }
  return own
}

/** Adds what is absent and required. Functions of defaults see fields as records have them. */
function addDefaults(model: AnyModel, item: Item, stored: Plain): Defaulted {
  const { schema, fields, defaults } = model.definition
  const record = decodeFields(model, stored)
  try {
    const added = new Map<string, ReadonlySet<string>>()
    for (const [name, sources] of applyDefaults(defaults, schema, record, 'read')) {
      // What is stored but cannot be decoded is no absence: it is reported when the whole is.
      if (Object.hasOwn(stored, name)) continue
      const { value, issues } = encodeField(fields, name, record[name])
      if (issues.length > 0) throw invalidItem(model, item, issues)
      // Stored as absence, it is what is there.
      if (value === undefined) continue
      stored[name] = value
      added.set(name, sources)
    }
    return added
  } catch (error) {
    // As on create: what is wrong with the item comes before what a default made of it.
    const decoded = isEngineError(error) || decodeValue(schema, stored)
    const issues =
      decoded === true || decoded.ok ? [] : decoded.issues.filter(({ path }) => !defaults.has(String(path[0])))
    throw issues.length > 0 ? invalidItem(model, item, issues) : error
  }
}

/** Field by field, leaving out what cannot be decoded: that is reported when the whole is. */
function decodeFields({ definition }: AnyModel, stored: Readonly<Plain>): Plain {
  const record: Plain = {}
  for (const [name, { codecs }] of definition.fields) {
    if (!Object.hasOwn(stored, name)) continue
    for (const codec of codecs) {
      const decoded = decodeValue(codec, ownCopy(stored[name] as AttributeValue))
      if (decoded.ok) record[name] ??= decoded.value
    }
  }
  return record
}

function invalidInput(model: AnyModel, issues: readonly Issue[]): EngineError {
  return engineError(
    'INVALID_RECORD',
    `This is no record of ${model.name}: ${printIssues(issues)}. Nothing was written; give what the schema allows.`,
    { model: model.name, stored: false, issues },
  )
}

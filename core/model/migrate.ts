/**
 * Items of other schema versions, step by step to the version wanted. In memory: nothing is stored by it.
 *
 * Each version is decoded and checked by its own schema, so that a step gets what its types promise. Attributes that no
 * schema names, and the key, stay as they are.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { type AttributeMap, equal } from '../data/attribute-value.ts'
import { type Item, printKey } from '../data/item.ts'
import { asError, printValue } from '../data/print-value.ts'
import type { Issue } from '../data/to-attribute.ts'
import { type EngineError, engineError } from '../errors.ts'
import { encodeValue } from './check-value.ts'
import { decodeValue } from './decode-value.ts'
import { fieldsOf } from './fields.ts'
import { ownCopy } from './freeze.ts'
import { invalidItem, keyOfItem } from './invalid-item.ts'
import { strayField } from './issue.ts'
import { makeIndexAttributes, makeKey } from './key-part.ts'
import type { AnyModel } from './model.ts'

/** The schema version of an item, where its model has migrations. */
export const SCHEMA_VERSION = '_m'

type Plain = Readonly<Record<string, unknown>>

/** @throws `UNKNOWN_SCHEMA_VERSION` */
export function schemaVersionOf(model: AnyModel, item: Item): number {
  const { version, migrations } = model.definition
  const told = Object.hasOwn(item, SCHEMA_VERSION) ? item[SCHEMA_VERSION] : detected(model, item)
  const known = typeof told === 'number' && Number.isInteger(told) && told <= version
  if (!known || told < (migrations?.first ?? 1)) throw unknownVersion(model, item, told)
  return told
}

function detected(model: AnyModel, item: Item): unknown {
  const { detect } = model.definition.migrations ?? {}
  try {
    return detect ? detect(item) : 1
  } catch (thrown) {
    throw unknownVersion(model, item, undefined, thrown)
  }
}

/**
 * The item as it would be stored in this version of its schema, by default the model's; the same object where it is of it.
 *
 * @throws `UNKNOWN_SCHEMA_VERSION`; `INVALID_RECORD` where it does not fit the schema of a version on the way
 */
export function itemAs(model: AnyModel, item: Item, version = model.definition.version): Item {
  const from = schemaVersionOf(model, item)
  if (from === version) return item
  const { hidden } = model.definition
  const towards = from < version ? 1 : -1
  let next: Migrated = { attributes: pick(item, (name) => !hidden.has(name)), record: {} }
  for (let at = from; at !== version; at += towards) next = afterStep(model, item, next.attributes, at, at + towards)
  const index = indexAttributes(model, version, next.record)
  const kept = pick(item, (name) => hidden.has(name) && !index.made.has(name))
  const migrated: Item = Object.freeze({ ...next.attributes, ...kept, ...index.key, [SCHEMA_VERSION]: version })
  const moved = keyIssues(model, item, migrated)
  if (moved.length > 0) throw invalidItem(model, item, moved, version)
  return migrated
}

interface Migrated {
  /** As stored, those of no schema too. */
  readonly attributes: AttributeMap
  readonly record: Plain
}

function afterStep(model: AnyModel, item: Item, attributes: AttributeMap, from: number, to: number): Migrated {
  const { first, schemas } = model.definition.migrations!
  const [source, target] = [schemas[from - first]!, schemas[to - first]!]
  const known = fieldsOf(source)
  const decoded = decodeValue(source, ownCopy(known ? pick(attributes, (name) => known.has(name)) : attributes))
  if (!decoded.ok) throw invalidItem(model, item, decoded.issues, from)
  const record = changed(model, item, decoded.value, from, to) as Plain
  const { value, issues } = encodeValue(target, record)
  const given = (value ?? {}) as AttributeMap
  const all = [...issues, ...strangers(model, fieldsOf(target), given)]
  if (all.length === 0 && to === model.definition.version) all.push(...rekeyed(model, item, record))
  if (all.length > 0) throw invalidItem(model, item, all, to)
  return { attributes: { ...(known ? pick(attributes, (name) => !known.has(name)) : {}), ...given }, record }
}

/**
 * The attributes of templates in indexes whose fields that version has; others stay as they are. What cannot be one is left
 * out, and told to who changes the record: an old item must not become unreadable by an index.
 */
function indexAttributes({ definition }: AnyModel, version: number, record: Plain) {
  const { first, schemas } = definition.migrations!
  const fields = fieldsOf(schemas[version - first]!)
  const parts = definition.indexParts.filter(
    (part) => part.template && fields && Object.keys(part.fields).every((name) => fields.has(name)),
  )
  const made = new Set(parts.map(({ attribute }) => attribute))
  return { made, key: fields ? makeIndexAttributes(parts, fields, record).key : {} }
}

function changed(model: AnyModel, item: Item, record: unknown, from: number, to: number): unknown {
  const { first, steps } = model.definition.migrations!
  const step = steps[Math.min(from, to) - first]!
  const change = to > from ? step.up : step.down
  if (!change) {
    throw invalidArgument('to', `${model.name} has no way back from version ${from} to ${to}; give that step a down.`)
  }
  try {
    return change(record as never)
  } catch (thrown) {
    const expected = `an item that the step from version ${from} to ${to} takes (it threw: ${asError(thrown).message})`
    throw invalidItem(model, item, [{ path: [], expected, actual: record }], from, thrown)
  }
}

/** Names that the next schema does not have, most often forgotten ones of the last; and those that are not the step's. */
function strangers(
  { definition: { hidden } }: AnyModel,
  fields: ReadonlyMap<string, unknown> | undefined,
  given: AttributeMap,
): Issue[] {
  return Object.keys(given)
    .filter((name) => hidden.has(name) || (fields && !fields.has(name)))
    .map((name) => strayField(name, given[name]))
}

/** What the fields of the new record would make of its key: a key of text is not among them. */
function rekeyed(model: AnyModel, item: Item, record: Plain): readonly Issue[] {
  const { key, issues } = makeKey(model.definition.keyParts, model.definition.fields, record)
  return issues.length > 0 ? issues : keyIssues(model, item, key)
}

/** A record that moved would leave its old item behind. */
const keyIssues = ({ definition: { keyParts } }: AnyModel, item: Item, next: AttributeMap): readonly Issue[] =>
  keyParts
    .filter(({ attribute }) => !equal(next[attribute], item[attribute]))
    .map(({ attribute }) => ({
      path: [attribute],
      expected: `${printValue(item[attribute])}, since no step can change the key`,
      actual: next[attribute],
    }))

function pick(item: AttributeMap, wanted: (name: string) => boolean): AttributeMap {
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted(name)))
}

function unknownVersion(model: AnyModel, item: Item, version: unknown, cause?: unknown): EngineError {
  const { migrations, version: newest } = model.definition
  const known =
    migrations && migrations.first < newest ? `versions ${migrations.first} to ${newest}` : `version ${newest}`
  const advice =
    typeof version === 'number' && version > newest
      ? 'It was written by newer code: deploy that, or take the table back with its migrations.run(model, { to }).'
      : 'Add the steps that lead from it, or a detect that tells what it is.'
  return engineError(
    'UNKNOWN_SCHEMA_VERSION',
    `The stored item ${printKey(keyOfItem(model, item))} of table ${model.table} is of version ${printValue(version)} of ${model.name}, ` +
      `of which this model knows ${known}. ${advice}`,
    { model: model.name, version },
    cause === undefined ? undefined : { cause },
  )
}

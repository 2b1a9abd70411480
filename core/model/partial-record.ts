/**
 * Part of a record: what an index holds of it, or what a reader selected.
 *
 * @module
 */
import type * as t from 'io-ts'
import type { Item } from '../data/item.ts'
import type { Issue } from '../data/to-attribute.ts'
import { fillsAbsence } from './absence.ts'
import { hasTagsOf } from './check-value.ts'
import { decodeValue } from './decode-value.ts'
import { membersFor, needsDefault } from './defaults.ts'
import { fieldsOf } from './fields.ts'
import { deepFreeze, ownCopy } from './freeze.ts'
import { invalidItem } from './invalid-item.ts'
import { SCHEMA_VERSION } from './migrate.ts'
import type { AnyModel } from './model.ts'
import { decodeItem } from './record.ts'
import { nodeOf } from './schema.ts'

/**
 * Whether these fields can be told only by all of the item: it may be of another schema version, a field may be another one
 * in each member of a union, and an absent one may have a default that is made of others, or may be read as something in
 * one member and not in another. Of no item at all: whether that may be so of any.
 */
export function needsWhole(model: AnyModel, item: Item, names: readonly string[]): boolean {
  const { schema, defaults, version, migrations } = model.definition
  if ((item[SCHEMA_VERSION] ?? (migrations ? undefined : version)) !== version) return true
  return names.some((name) => {
    const count = codecsFor(model, item, name).size
    if (Object.hasOwn(item, name)) return count !== 1
    const given = defaults.get(name)
    const isDefaulted = given !== undefined && needsDefault(name, schema, item, 'read')
    const isDependent = isDefaulted && typeof given === 'function' && given.length > 0
    return count > 1 || isDependent || absenceDiffers(model, item, name, isDefaulted)
  })
}

/** Whether the absence of a field is something in one member that the item may be of, and nothing in another. */
function absenceDiffers(model: AnyModel, item: Item, name: string, isDefaulted: boolean): boolean {
  const isFilled = (member: t.Mixed) => {
    const field = fieldsOf(member)?.get(name)
    return field !== undefined && ((isDefaulted && field.required) || field.codecs.some(fillsAbsence))
  }
  const { schema } = model.definition
  return membersFor(schema, item).some(isFilled) && !inEveryMember(schema, item, isFilled)
}

/** Of a union all members that the item may be of; of an intersection one of its parts is enough. */
function inEveryMember(schema: t.Mixed, item: Item, test: (member: t.Mixed) => boolean): boolean {
  const node = nodeOf(schema)
  if (node.kind === 'wrapped') return inEveryMember(node.inner, item, test)
  if (node.kind === 'intersection') return node.members.some((member) => inEveryMember(member, item, test))
  if (node.kind !== 'union') return test(schema)
  return node.members.filter((member) => hasTagsOf(member, item)).every((member) => inEveryMember(member, item, test))
}

/**
 * These fields of the record of an item, which is whole where they need that. Throws INVALID_RECORD, naming the stored item,
 * and UNKNOWN_SCHEMA_VERSION.
 */
export function decodePart(model: AnyModel, item: Item, names: readonly string[]): object {
  if (needsWhole(model, item, names)) return picked(decodeItem(model, item), names)
  const { schema, fields, defaults } = model.definition
  const record: Record<string, unknown> = {}
  const issues: Issue[] = []
  for (const name of names) {
    const given = defaults.get(name)
    if (given !== undefined && needsDefault(name, schema, item, 'read')) {
      record[name] = typeof given === 'function' ? given() : ownDefault(given)
      continue
    }
    const stored = Object.hasOwn(item, name) ? item[name] : undefined
    for (const codec of codecsFor(model, item, name)) {
      const decoded = decodeValue(codec, ownCopy(stored))
      if (decoded.ok) {
        if (decoded.value !== undefined) record[name] = decoded.value
      } else if (stored !== undefined || fields.get(name)!.required) {
        issues.push(...decoded.issues.map((issue) => ({ ...issue, path: [name, ...issue.path] })))
      }
    }
  }
  if (issues.length > 0) throw invalidItem(model, item, issues)
  return deepFreeze(record)
}

/** Of the field, in those members of a union that the item may be of, as far as its tags tell. */
const codecsFor = ({ definition: { schema } }: AnyModel, item: Item, name: string): ReadonlySet<t.Mixed> =>
  new Set(membersFor(schema, item).flatMap((member) => fieldsOf(member)?.get(name)?.codecs ?? []))

function picked(record: object, names: readonly string[]): object {
  return Object.freeze(Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name))))
}

/** Not the model's own, which must not be frozen along with the record. */
const ownDefault = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? structuredClone(value) : value

/**
 * Part of a record, read from an item that may hold no more: what an index projects, or what a reader selected.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { Issue } from '../data/to-attribute.ts'
import { decodeValue } from './decode-value.ts'
import { deepFreeze, ownCopy } from './freeze.ts'
import { invalidItem } from './invalid-item.ts'
import type { AnyModel } from './model.ts'

/**
 * The fields of the item. A required one that is absent gets its default, if that does not depend on other fields.
 * Throws INVALID_RECORD, naming the stored item.
 */
export function decodePart(model: AnyModel, item: Item, names: readonly string[]): object {
  const { fields, defaults } = model.definition
  const record: Record<string, unknown> = {}
  const issues: Issue[] = []
  for (const name of names) {
    const { codecs, required } = fields.get(name)!
    if (!Object.hasOwn(item, name) && required) {
      const given = defaults.get(name)
      const isIndependent = typeof given !== 'function' || given.length === 0
      if (given !== undefined && isIndependent) {
        record[name] = typeof given === 'function' ? given() : ownDefault(given)
        continue
      }
    }
    const stored = Object.hasOwn(item, name) ? item[name] : undefined
    const tried = codecs.map((codec) => decodeValue(codec, ownCopy(stored)))
    const decoded = tried.find(({ ok }) => ok)
    if (decoded?.ok) {
      if (decoded.value !== undefined) record[name] = decoded.value
    } else if (stored !== undefined || required) {
      const [first] = tried
      issues.push(
        ...(first && !first.ok ? first.issues : []).map((issue) => ({ ...issue, path: [name, ...issue.path] })),
      )
    }
  }
  if (issues.length > 0) throw invalidItem(model, item, issues)
  return deepFreeze(record)
}

/** Not the model's own, which must not be frozen along with the record. */
const ownDefault = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? structuredClone(value) : value

/**
 * From keys of domain code to keys of stored items.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { printPath } from '../data/document-path.ts'
import { type Item, type ItemAddress, keyOf } from '../data/item.ts'
import type { Issue } from '../data/to-attribute.ts'
import type { TableDefinition } from '../store/table-definition.ts'
import { printIssues } from './issue.ts'
import { makeKey } from './key-part.ts'
import type { AnyModel, KeyOf, RecordOf } from './model.ts'
import { oncePer } from './once.ts'

/** Where the record with this key is. Throws INVALID_ARGUMENT for what is no key of the model. */
export function addressOf<M extends AnyModel>(model: M, key: KeyOf<M>): ItemAddress {
  const { keyParts, keyFields, fields } = model.definition
  const expected = `{ ${keyFields.join(', ')} }`
  if (typeof key !== 'object' || key === null) {
    throw invalidKey(model, [{ path: [], expected, actual: key }])
  }
  const extra = Object.keys(key).filter((name) => !keyFields.includes(name))
  if (extra.length > 0) {
    const given = key as Readonly<Record<string, unknown>>
    throw invalidKey(
      model,
      extra.map((name) => ({ path: [name], expected: 'no such field in the key', actual: given[name] })),
    )
  }
  const made = makeKey(keyParts, fields, key)
  if (made.issues.length > 0) throw invalidKey(model, made.issues)
  return Object.freeze({ table: model.table, key: made.key })
}

/**
 * Where an item of the model's table is, or the one that an entry of an index stands for. The key has the order of its parts,
 * in which a store need not keep the names of a map.
 */
export const addressOfItem = ({ table, definition }: AnyModel, item: Item): ItemAddress => ({
  table,
  key: keyOf(item, definition.keyNames),
})

function invalidKey(model: AnyModel, issues: readonly Issue[]) {
  const expected = `{ ${model.definition.keyFields.join(', ')} }`
  return invalidArgument(
    printPath(['key', ...issues[0]!.path]),
    `Invalid key of ${model.name}: ${printIssues(issues)}. Give exactly ${expected}, valid by the model's schema.`,
  )
}

/** The key fields of a record. */
export function keyOfRecord<M extends AnyModel>(model: M, record: RecordOf<M>): KeyOf<M> {
  const fields = record as Readonly<Record<string, unknown>>
  return Object.freeze(Object.fromEntries(model.definition.keyFields.map((name) => [name, fields[name]]))) as KeyOf<M>
}

/** The table that a model needs: asked for each record that is written, and made once. */
export const tableDefinition: (model: AnyModel) => TableDefinition = oncePer(({ table, definition }) => {
  const [partition, sort] = definition.keyParts.map(({ attribute, type }) => ({ name: attribute, type }))
  const { indexes, expires, history } = definition
  return Object.freeze<TableDefinition>({
    table,
    partition: partition!,
    ...(sort && { sort }),
    indexes: Object.freeze(indexes.map((index) => index.definition)),
    ...(expires !== undefined && { expiry: expires }),
    ...(history && { stream: true }),
  })
})

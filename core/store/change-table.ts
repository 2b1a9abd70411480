/**
 * Definition × change → definition: what a change of a table means, and which no store makes in place.
 *
 * Pure, like `decide.ts`, so that all stores refuse the same in the same words.
 *
 * @module
 */
import { keyAttributes, keyNames, sameKeys } from './check-keys.ts'
import type {
  Capacity,
  IndexDefinition,
  KeyAttribute,
  KeySchema,
  TableChange,
  TableDefinition,
} from './table-definition.ts'

/** The table after the change, the very same one where it is so already; or why it cannot be made. */
export function changeTable<Table extends TableDefinition>(present: Table, change: TableChange): Table | string {
  switch (change.kind) {
    case 'add-index':
      return addIndex(present, change.index)
    case 'remove-index':
      return removeIndex(present, change.index)
    case 'expiry':
      if (present.expiry === change.attribute) return present
      if (change.attribute === undefined) return { ...present, expiry: undefined }
      if (present.expiry === undefined) return { ...present, expiry: change.attribute }
      return `Items of table ${present.table} expire by ${present.expiry} already; turn that off first`
    case 'stream':
      return (present.stream ?? false) === change.on ? present : { ...present, stream: change.on }
    case 'capacity':
      return changeCapacity(present, change.capacity, new Map(Object.entries(change.indexes ?? {})))
    default:
      return change satisfies never
  }
}

function addIndex<Table extends TableDefinition>(present: Table, index: IndexDefinition): Table | string {
  const found = present.indexes.find(({ name }) => name === index.name)
  if (found)
    return sameIndex(present, found, index) ? present : `Table ${present.table} has another index ${index.name}`
  if (index.kind === 'local') return `The local index ${index.name} can only be made with its table`
  const problem = typesProblem([present, ...present.indexes, index])
  return problem ?? { ...present, indexes: [...present.indexes, index] }
}

function removeIndex<Table extends TableDefinition>(present: Table, index: string): Table | string {
  const found = present.indexes.find(({ name }) => name === index)
  if (found === undefined) return present
  if (found.kind === 'local') return `The local index ${index} can only be deleted with its table`
  return { ...present, indexes: present.indexes.filter((each) => each !== found) }
}

function changeCapacity<Table extends TableDefinition>(
  present: Table,
  capacity: Capacity,
  own: ReadonlyMap<string, Capacity>,
): Table | string {
  const unknown = [...own.keys()].find((name) => !present.indexes.some((index) => index.name === name))
  if (unknown !== undefined) return `Table ${present.table} has no index ${unknown}`
  if (!sameCapacity(present.capacity, capacity))
    return { ...present, capacity, indexes: indexesWith(present, capacity, own) }
  const same = present.indexes.every(
    ({ name, capacity: has }) => !own.has(name) || sameCapacity(has ?? capacity, own.get(name)),
  )
  return same ? present : { ...present, indexes: indexesWith(present, capacity, own) }
}

/** Where all is on demand no index has a capacity of its own. */
const indexesWith = ({ indexes }: TableDefinition, capacity: Capacity, own: ReadonlyMap<string, Capacity>) =>
  indexes.map(({ capacity: has, ...index }): IndexDefinition => {
    if (index.kind === 'local' || capacity.mode === 'on-demand') return index
    const next = own.get(index.name) ?? (has?.mode === 'provisioned' ? has : undefined)
    return next === undefined ? index : { ...index, capacity: next }
  })

/** What contradicts itself: an attribute has one type, whatever it is a key of. */
export function typesProblem(schemas: readonly KeySchema[]): string | undefined {
  const types = new Map<string, KeyAttribute['type']>()
  for (const { name, type } of schemas.flatMap(keyAttributes)) {
    const known = types.get(name)
    if (known !== undefined && known !== type) return `The key attribute ${name} cannot be of type ${known} and ${type}`
    types.set(name, type)
  }
  return undefined
}

export const sameCapacity = (a: Capacity = onDemand, b: Capacity = onDemand): boolean =>
  a.mode === 'provisioned' && b.mode === 'provisioned' ? a.read === b.read && a.write === b.write : a.mode === b.mode

const onDemand: Capacity = Object.freeze({ mode: 'on-demand' })

/** Equal in what they hold; what they cost is another matter. */
export const sameIndex = (table: KeySchema, a: IndexDefinition, b: IndexDefinition): boolean =>
  a.kind === b.kind && sameKeys(a, b) && projectionText(table, a) === projectionText(table, b)

const projectionText = (table: KeySchema, index: IndexDefinition): string =>
  index.projection === 'all' ? 'all' : JSON.stringify([...projectedNames(table, index)].sort())

/** What an index of some attributes holds beside keys: those of the table and its own are always there. */
export function projectedNames(table: KeySchema, { projection, ...keys }: IndexDefinition): readonly string[] {
  if (projection === 'all' || projection === 'keys') return []
  const always = [...keyNames(table), ...keyNames(keys)]
  return [...new Set(projection)].filter((name) => !always.includes(name))
}

/**
 * Models × tables as they are → what differs. Pure; `tables.ts` asks the store and applies.
 *
 * @module
 */
import { sameCapacity, sameIndex } from '../store/change-table.ts'
import { sameKeys } from '../store/check-keys.ts'
import type { KeySchema, TableDefinition, TableDescription } from '../store/table-definition.ts'
import { type Difference, type Found, judged, type TableCapacity } from './difference.ts'
import { printDifferences } from './print-difference.ts'

/** A plain, frozen value; `String(plan)` is for people. No differences: all tables are as their models want them. */
export interface TablePlan {
  readonly differences: readonly Difference[]
}

/** `found` is in the order of the definitions. */
export function planTables(
  definitions: readonly TableDefinition[],
  found: readonly (TableDescription | undefined)[],
): TablePlan {
  const differences = definitions.flatMap((wanted, i) => differencesOf(wanted, found[i]))
  const plan = { differences: Object.freeze(differences) }
  // Not enumerable, so that the plan stays plain data to whoever compares, prints or stores it.
  Object.defineProperty(plan, 'toString', { value: () => printDifferences(differences) })
  return Object.freeze(plan)
}

function differencesOf(wanted: TableDefinition, found: TableDescription | undefined): readonly Difference[] {
  const { table } = wanted
  // One that is being deleted is as good as gone: its creation waits for that.
  if (found === undefined || found.status === 'deleting') {
    return [Object.freeze({ table, kind: 'missing-table', wanted, found: undefined, doable: true, removes: false })]
  }
  // With other keys it is another table, in which nothing else is any model's business.
  if (!sameKeys(wanted, found)) {
    return [judged(found, { table, kind: 'other-keys', wanted: keysOf(wanted), found: keysOf(found) })]
  }
  const differences: readonly Found[] = [
    ...differenceOfCapacity(wanted, found),
    ...differenceOfStream(wanted, found),
    ...(wanted.expiry === found.expiry
      ? []
      : [{ table, kind: 'expiry' as const, wanted: wanted.expiry, found: found.expiry }]),
    ...differencesOfIndexes(wanted, found),
  ]
  return differences.map((difference) => judged(found, difference))
}

const keysOf = ({ partition, sort }: KeySchema): KeySchema => (sort ? { partition, sort } : { partition })

/** Removals first, since DynamoDB allows only so many indexes. */
function differencesOfIndexes(wanted: TableDefinition, found: TableDescription): Found[] {
  const { table } = wanted
  const extra = found.indexes
    .filter(({ name }) => !wanted.indexes.some((index) => index.name === name))
    .map((index) => ({ table, kind: 'extra-index' as const, wanted: undefined, found: index }))
  const others = wanted.indexes.flatMap((index): Found[] => {
    const present = found.indexes.find(({ name }) => name === index.name)
    if (present === undefined) return [{ table, kind: 'missing-index', wanted: index, found: undefined }]
    return sameIndex(wanted, index, present) ? [] : [{ table, kind: 'other-index', wanted: index, found: present }]
  })
  return [...extra, ...others]
}

/** Where the models want no stream, one that is there may be anybody's. */
function differenceOfStream({ table, stream: wanted }: TableDefinition, description: TableDescription): Found[] {
  const found = description.otherStream ?? description.stream ?? false
  return wanted === undefined || wanted === found ? [] : [{ table, kind: 'stream', wanted, found }]
}

/** Only what was said: otherwise whoever runs the table decides, as of indexes that no model has. */
function differenceOfCapacity(definition: TableDefinition, description: TableDescription): Found[] {
  if (definition.capacity === undefined) return []
  const names = globalNames(definition).filter((name) => globalNames(description).includes(name))
  const [wanted, found] = [capacityOf(definition, names), capacityOf(description, names)]
  const same =
    sameCapacity(wanted.capacity, found.capacity) &&
    names.every((name) => sameCapacity(wanted.indexes[name], found.indexes[name]))
  return same ? [] : [{ table: definition.table, kind: 'capacity', wanted, found }]
}

const globalNames = ({ indexes }: TableDefinition): readonly string[] =>
  indexes.filter(({ kind }) => kind === 'global').map(({ name }) => name)

/** An index has as much as its table unless it says otherwise, which on DynamoDB each does. */
function capacityOf(
  { capacity = { mode: 'on-demand' }, indexes }: TableDefinition,
  names: readonly string[],
): TableCapacity {
  const own = new Map(indexes.map((index) => [index.name, index.capacity]))
  return { capacity, indexes: Object.fromEntries(names.map((name) => [name, own.get(name) ?? capacity])) }
}

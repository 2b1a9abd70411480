/**
 * Differences for people: what `apply` would do, and what it leaves and why.
 *
 * @module
 */
import { sameCapacity } from '../store/change-table.ts'
import { printKeys } from '../store/check-keys.ts'
import type { Capacity, IndexDefinition } from '../store/table-definition.ts'
import type { Difference, TableCapacity } from './difference.ts'

/** One paragraph a table, one line a difference: `+` adds, `-` removes, `~` changes, `!` cannot be done in place. */
export function printDifferences(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'All tables are as their models want them.'
  const tables = new Set(differences.map(({ table }) => table))
  return [...tables]
    .map((table) => [table, ...differences.filter((each) => each.table === table).map(printLine)].join('\n'))
    .join('\n\n')
}

function printLine(difference: Difference): string {
  const why =
    difference.reason === undefined
      ? ''
      : `\n      ${difference.reason}${difference.removes ? ' (only with prune)' : ''}.`
  return `  ${signOf(difference)} ${printDifference(difference)}${why}`
}

function signOf({ doable, removes, found, wanted }: Difference): string {
  if (!doable) return '!'
  if (found === undefined) return '+'
  return removes && (wanted === undefined || wanted === false) ? '-' : '~'
}

function printDifference(difference: Difference): string {
  switch (difference.kind) {
    case 'missing-table':
      return `table with ${printKeys(difference.wanted)}`
    case 'other-keys':
      return `keys: ${printKeys(difference.wanted)}; found ${printKeys(difference.found)}`
    case 'missing-index':
      return printIndex(difference.wanted)
    case 'extra-index':
      return printIndex(difference.found)
    case 'other-index':
      return `${printIndex(difference.wanted)}; found ${printIndex(difference.found)}`
    case 'expiry':
      return `expiry by ${difference.wanted ?? 'nothing'}; found ${difference.found ?? 'nothing'}`
    case 'stream':
      return `stream ${difference.wanted ? 'of old and new images' : 'off'}; found ${printStream(difference.found)}`
    case 'capacity':
      return `capacity ${printCapacities(difference.wanted)}; found ${printCapacities(difference.found)}`
    default:
      return difference satisfies never
  }
}

const printIndex = (index: IndexDefinition): string =>
  `${index.kind} index ${index.name} by ${printKeys(index)} with ${printProjection(index.projection)}`

const printProjection = (projection: IndexDefinition['projection']): string => {
  if (projection === 'all') return 'all attributes'
  return projection === 'keys' || projection.length === 0 ? 'keys only' : projection.join(', ')
}

const printStream = (found: boolean | string): string =>
  typeof found === 'string' ? found : found ? 'one of old and new images' : 'none'

/** An index that has as much as its table goes without saying. */
function printCapacities({ capacity, indexes }: TableCapacity): string {
  const others = Object.entries(indexes).filter(([, its]) => !sameCapacity(its, capacity))
  return [printCapacity(capacity), ...others.map(([name, its]) => `${name} ${printCapacity(its)}`)].join(', ')
}

const printCapacity = (capacity: Capacity): string =>
  capacity.mode === 'on-demand' ? 'on demand' : `${capacity.read} read and ${capacity.write} write units`

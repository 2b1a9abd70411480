/**
 * As much of a bulk batch as a moment's capacity pays for. DynamoDB does of a batch what it has units for and leaves the
 * rest undone: one that costs more than a table keeps in credit would be waited for as a whole and done in part.
 *
 * @module
 */
import type { Cost } from './cost.ts'

/** Seconds. */
const MOMENT = 0.05

/** The first ones of them, at least one. `rateOf` gives units a second, infinite where no limit is known. */
export function portionOf<Each>(
  all: readonly Each[],
  costOf: (each: Each) => readonly Cost[],
  rateOf: (cost: Cost) => number,
): readonly Each[] {
  const spent = new Map<string, number>()
  for (const [position, each] of all.entries()) {
    for (const cost of costOf(each)) {
      const rate = rateOf(cost)
      if (rate === Number.POSITIVE_INFINITY) continue
      const name = JSON.stringify([cost.table, cost.index, cost.kind])
      const units = (spent.get(name) ?? 0) + cost.units
      spent.set(name, units)
      if (position > 0 && units > rate * MOMENT) return all.slice(0, position)
    }
  }
  return all
}

/**
 * Whether totals are explained by what was reported: every success counts once, no failure counts, and each unknown
 * outcome is one of the two, the same for all totals that it changes.
 *
 * @module
 */
import type { Entry } from './checker/history.ts'
import type { Finding } from './verdict.ts'

/** What a unit of work adds to which totals if it happens. */
export interface Effect {
  readonly outcome: Entry['outcome']
  readonly adds: Readonly<Record<string, number>>
}

type Totals = Readonly<Record<string, number>>

/** Finds nothing where some choice for the unknown outcomes leads to exactly these totals. */
export function explainTotals(before: Totals, effects: readonly Effect[], after: Totals): readonly Finding[] {
  const names = [...new Set([before, after, ...effects.map(({ adds }) => adds)].flatMap((each) => Object.keys(each)))]
  const left = Object.fromEntries(names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]))
  for (const { outcome, adds } of effects) if (outcome === 'ok') take(left, adds, 1)
  const unknown = effects.filter(({ outcome }) => outcome === 'unknown')
  if (isExplained(left, unknown)) return []
  const wrong = names.filter((name) => left[name] !== 0)
  return wrong.map((name) => ({
    kind: 'wrong-total',
    story: `${name} is ${after[name] ?? 0}, ${Math.abs(left[name]!)} too ${left[name]! > 0 ? 'much' : 'little'} (${unknown.length} unknown)`,
  }))
}

function take(left: Record<string, number>, adds: Totals, sign: 1 | -1): void {
  for (const [name, by] of Object.entries(adds)) left[name] = (left[name] ?? 0) - sign * by
}

function isExplained(left: Record<string, number>, unknown: readonly Effect[]): boolean {
  const [first, ...rest] = unknown
  if (!first) return Object.values(left).every((each) => each === 0)
  if (isExplained(left, rest)) return true
  take(left, first.adds, 1)
  const happened = isExplained(left, rest)
  take(left, first.adds, -1)
  return happened
}

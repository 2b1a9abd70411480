/**
 * What was measured of each way of writing, and what of it is reported.
 *
 * @module
 */
import { exactly, percentile, type Spread } from '../spread.ts'
import type { Report } from '../suite.ts'
import type { Measured, Sizes } from './load.ts'
import type { WayName } from './ways.ts'

/** What one way was measured with. */
interface Setting {
  readonly way: WayName
  readonly limit: number
  readonly sizes: Sizes
  readonly workers: number
  readonly processes: number
}

export interface Cell extends Setting {
  /** Of what was paid for. */
  readonly used: number
  /** Of the requests sent. */
  readonly throttled: number
  /** Handed to the caller, for each item written. */
  readonly errors: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Interactive writes beside a bulk job. */
export interface Fairness {
  readonly way: WayName
  readonly interactiveP50: number
  readonly interactiveP99: number
  readonly bulkP50: number
}

/** `all` are those of one setting's processes. */
export function cellOf(setting: Setting, all: readonly Measured[]): Cell {
  const sum = (of: (measured: Measured) => number): number => all.reduce((total, each) => total + of(each), 0)
  const share = (part: number, whole: number): number => part / Math.max(1, whole)
  const latencies = all.flatMap((each) => each.latencies)
  const sent = sum(({ counts }) => counts.sent)
  return {
    ...setting,
    used: sum(({ units }) => units) / (setting.limit * all[0]!.seconds),
    throttled: share(
      sum(({ counts }) => counts.throttled),
      sent,
    ),
    errors: share(
      sum(({ counts }) => counts.errors),
      sum(({ written }) => written),
    ),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  }
}

export const titleOf = ({ limit, sizes, workers, processes }: Setting): string =>
  `${limit} units/s, ${sizes}, ${workers} workers${processes > 1 ? ` in ${processes} processes` : ''}`

/** A way that got nothing through while it counted has no percentiles. */
const figure = (value: number): Spread | undefined => (Number.isNaN(value) ? undefined : exactly(value))

const percent = (share: number, digits: number): string => `${(share * 100).toFixed(digits)} %`

export function reportOf(cells: readonly Cell[], fairness: readonly Fairness[]): Report {
  const ours = cells.filter(({ way }) => way === 'draftwork')
  const worst = Math.min(...ours.map(({ used }) => used))
  const throttled = Math.max(...ours.map((cell) => cell.throttled))
  return {
    sections: [
      ...[...new Set(cells.map(titleOf))].map((title) => ({
        title,
        columns: [
          { name: 'share of provisioned', better: 'more' as const, digits: 3 },
          { name: 'throttled share', better: 'less' as const, digits: 4 },
          { name: 'errors an item', better: 'less' as const, digits: 2 },
          { name: 'p50 ms', digits: 0 },
          { name: 'p99 ms', better: 'less' as const, digits: 0 },
        ],
        rows: cells
          .filter((cell) => titleOf(cell) === title)
          .map(({ way, used, throttled: refused, errors, p50, p99 }) => ({
            name: way,
            figures: [used, refused, errors, p50, p99].map(figure),
          })),
      })),
      {
        title: 'Interactive writes beside a bulk job',
        columns: ['interactive p99 ms', 'interactive p50 ms', 'bulk p50 ms'].map((name) => ({ name, digits: 0 })),
        rows: fairness.map(({ way, interactiveP50, interactiveP99, bulkP50 }) => ({
          name: way,
          figures: [interactiveP99, interactiveP50, bulkP50].map(figure),
        })),
      },
    ],
    wanted: [
      {
        what: 'draftwork, share of provisioned in its worst cell',
        wanted: '≥ 99 % (≥ 97 % in four processes)',
        got: percent(worst, 1),
        holds: ours.every(({ used, processes }) => used >= (processes > 1 ? 0.97 : 0.99)),
      },
      {
        what: 'draftwork, throttled share in its worst cell',
        wanted: '< 0.1 %',
        got: percent(throttled, 3),
        holds: throttled < 0.001,
      },
    ],
  }
}

/**
 * Median with range: the one form of figure that is reported. A single measurement says nothing about its noise.
 *
 * @module
 */

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spread(samples: readonly number[]): Spread {
  if (samples.length === 0) throw new RangeError('Expected at least one sample')
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)! }
}

/** A figure that has no noise, such as a count. */
export const exactly = (value: number): Spread => ({ median: value, min: value, max: value })

/** Pairwise ratios: sample `i` of both was taken in the same round, so what disturbed one disturbed the other. */
export const ratio = (samples: readonly number[], base: readonly number[]): Spread =>
  spread(samples.map((sample, round) => sample / base[round]!))

/** No number where there are no samples. */
export const percentile = (samples: readonly number[], share: number): number =>
  [...samples].sort((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(samples.length * share))] ?? Number.NaN

export function print({ median, min, max }: Spread, digits?: number): string {
  const show = (value: number): string => printNumber(value, digits)
  return min === max ? show(median) : `${show(median)} (${show(min)}–${show(max)})`
}

/** Three significant digits or so, unless the number of decimals is given. */
function printNumber(value: number, digits?: number): string {
  const decimals = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

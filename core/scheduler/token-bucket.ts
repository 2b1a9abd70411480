/**
 * A bucket of units that fills at a rate. In any span of time it gives out no more than what fills it in that time and
 * its depth; what is learned later, after a settlement, is made up for.
 *
 * The depth is no burst to live on: it makes up for a machine that was busy while there was work, and holds a request as
 * large as the largest of late, so that whoever comes after a pause need not wait for what was earned in it.
 *
 * @module
 */

/** Seconds of a pause that are kept for those who come after it. */
const SLACK = 0.02

/** Seconds that a busy machine or a slow answer may take while there is work: what was earned in them is still there after. */
const LATE = 0.25

/** Each request takes this much of the way from the largest of late to its own size. */
const FORGET = 0.1

/** Sums of fractions may miss by this much. */
const EPSILON = 1e-6

export class TokenBucket {
  /** Units a second; infinite for no limit. */
  #rate: number
  readonly #credit: number
  #tokens: number
  #at: number
  #largest = 1
  /** Milliseconds in which it still earns nothing. */
  #pause = 0

  /** `credit`: seconds of unused capacity that are kept beside. Starts as after a pause. */
  constructor(rate: number, now: number, credit = 0) {
    this.#rate = rate
    this.#credit = credit
    this.#at = now
    this.#tokens = Number.isFinite(rate) ? this.#depth(0) : 0
  }

  get rate(): number {
    return this.#rate
  }

  /**
   * From now on. Of what was earned before, no more is kept than a bucket of the new rate holds that has room for a
   * request of so many units. What had no limit starts as after a pause.
   */
  setRate(rate: number, now: number, units: number): void {
    if (rate === this.#rate) return
    this.refill(now, units)
    const before = Number.isFinite(this.#rate) ? this.#tokens : Number.POSITIVE_INFINITY
    this.#rate = rate
    this.#tokens = Number.isFinite(rate) ? Math.min(before, this.#depth(units)) : 0
  }

  /**
   * Adds what was earned since, up to the depth, which has room for a request of so many units, and for more if there
   * was work all the time. Returns what was added.
   */
  refill(now: number, units: number, isLate = false): number {
    const passed = now - this.#at
    const paused = Math.min(this.#pause, passed)
    const elapsed = (passed - paused) / 1000
    this.#pause -= paused
    this.#at = now
    if (!Number.isFinite(this.#rate)) return 0
    const before = this.#tokens
    this.#tokens = Math.max(before, Math.min(before + elapsed * this.#rate, this.#depth(units, isLate)))
    return this.#tokens - before
  }

  has(units: number): boolean {
    return (this.#pause === 0 && this.#tokens + EPSILON >= units) || !Number.isFinite(this.#rate)
  }

  get tokens(): number {
    return Number.isFinite(this.#rate) ? this.#tokens : Number.POSITIVE_INFINITY
  }

  /** For a request of this size. */
  take(units: number): void {
    this.#largest = Math.max(units, this.#largest + (units - this.#largest) * FORGET)
    this.adjust(-units)
  }

  /** Makes up for an estimate that was wrong: gives back, or goes into debt. */
  adjust(units: number): void {
    if (!Number.isFinite(this.#rate)) return
    this.#tokens = Math.min(this.#tokens + units, Math.max(this.#tokens, this.#depth(units)))
  }

  /** Nothing is left, and for so many milliseconds nothing is earned, whatever the rate becomes meanwhile. */
  pause(milliseconds: number): void {
    this.#tokens = Math.min(this.#tokens, 0)
    this.#pause = Math.max(this.#pause, milliseconds)
  }

  /** Milliseconds until there are so many units, if nobody takes any. */
  wait(units: number): number {
    if (this.has(units)) return 0
    return this.#pause + (Math.max(0, units - this.#tokens) / this.#rate) * 1000
  }

  #depth(units: number, isLate = false): number {
    return this.#rate * ((isLate ? LATE : SLACK) + this.#credit) + Math.max(this.#largest, units)
  }
}

/**
 * What a resource's report is made of, in fixed memory: units used of late, and how long requests waited.
 *
 * @module
 */

const SECONDS = 5

/** Units a second over the last five seconds. */
export class Meter {
  readonly #sums = new Float64Array(SECONDS + 1)
  #second = Number.NEGATIVE_INFINITY
  #since = Number.NaN

  add(units: number, now: number): void {
    this.#turn(now)
    if (Number.isNaN(this.#since)) this.#since = now
    const slot = this.#second % this.#sums.length
    this.#sums[slot] = this.#sums[slot]! + units
  }

  rate(now: number): number {
    this.#turn(now)
    const sum = this.#sums.reduce((total, units) => total + units, 0)
    // The second that runs counts as far as it has come, and so do the first ones of all.
    const whole = SECONDS + (now / 1000 - this.#second)
    return sum / Math.max(1, Math.min(whole, (now - this.#since) / 1000 || whole))
  }

  #turn(now: number): void {
    const second = Math.floor(now / 1000)
    const passed = Math.min(this.#sums.length, second - this.#second)
    for (let i = 0; i < passed; i++) this.#sums[(second - i) % this.#sums.length] = 0
    this.#second = second
  }
}

const KEPT_WAITS = 1024

/** The last thousand waits, in milliseconds. */
export class Waits {
  readonly #waits: number[] = []
  #next = 0

  add(wait: number): void {
    this.#waits[this.#next] = wait
    this.#next = (this.#next + 1) % KEPT_WAITS
  }

  /** Zero where nothing has waited yet. */
  percentile(share: number): number {
    const sorted = [...this.#waits].sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  }
}

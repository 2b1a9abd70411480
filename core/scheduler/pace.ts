/**
 * At which share of its limit a resource runs: all of it, until a throttle says that this is too much.
 *
 * A throttle slows at once; after it the pace rises quickly to just below where it was, and slowly from there on.
 *
 * @module
 */

const DECREASE = 0.8
/** Where a limit was only guessed. */
const DECREASE_OF_GUESS = 0.7
/** Of the limit, a second. */
const QUICK = 0.1
const SLOW = 0.02
/** Milliseconds without sending after a throttle; doubles while the next sends are throttled too. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [20, 1000]
const LOWEST = 0.001

export class Pace {
  #share = 1
  #ceiling = 1
  #slowedAt = Number.NEGATIVE_INFINITY
  #pause = FIRST_PAUSE

  get share(): number {
    return this.#share
  }

  /** The limit changed: what was met under the old one says nothing. */
  reset(): void {
    this.#share = 1
    this.#ceiling = 1
  }

  /** Returns for how many milliseconds to send nothing; undefined for a throttle that tells nothing new. */
  slow(now: number, sentAt: number, isGuess: boolean): number | undefined {
    // It was sent before the pace was last lowered.
    if (sentAt < this.#slowedAt) return undefined
    this.#pause = now - this.#slowedAt < 2 * this.#pause + 100 ? Math.min(LONGEST_PAUSE, this.#pause * 2) : FIRST_PAUSE
    this.#slowedAt = now
    this.#ceiling = this.#share
    this.#share = Math.max(LOWEST, this.#share * (isGuess ? DECREASE_OF_GUESS : DECREASE))
    return this.#pause
  }

  /** A guess may turn out too low: it grows without end, as long as somebody waits. */
  recover(seconds: number, isGuess: boolean): void {
    const most = isGuess ? Number.POSITIVE_INFINITY : 1
    if (this.#share >= most) return
    const step = this.#share < 0.95 * this.#ceiling ? QUICK * this.#ceiling : SLOW * Math.max(1, this.#share)
    this.#share = Math.min(most, this.#share + seconds * step)
  }
}

/**
 * At which share of its limit a resource runs: all of it, until a throttle says that this is too much.
 *
 * A throttle slows at once. Where the limit is known, the pace rises quickly to just below where it was, and slowly from
 * there on, up to all of it. Where it was only guessed, what was met is the next guess: the pace comes near it quickly,
 * stays about it for a while, and leaves it ever faster, as CUBIC does (RFC 9438).
 *
 * @module
 */

const DECREASE = 0.8
/** Of the limit, a second. */
const QUICK = 0.1
const SLOW = 0.02

/** Of a guess: one that had held for some seconds, one that had not, and one after another before any has held. */
const [LATE_DECREASE, GUESS_DECREASE, SEARCH_DECREASE] = [0.9, 0.7, 0.5]
const HELD = 3
/** Seconds until a guess is reached again, and until the first guess of all has doubled, which may be far too low. */
const [UNTIL_MET, UNTIL_DOUBLED] = [5, 2]

/** Milliseconds without sending after a throttle; doubles while the next sends are throttled too. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [20, 1000]
const LOWEST = 0.001

export class Pace {
  #share = 1
  #ceiling = 1
  #slowedAt = Number.NEGATIVE_INFINITY
  #pause = FIRST_PAUSE
  /** Of a guess: share after its last throttle, seconds since, how many throttles there were, whether any guess held. */
  #low = 1
  #seconds = 0
  #throttles = 0
  #hasHeld = false

  get share(): number {
    return this.#share
  }

  /** The limit changed: what was met under the old one says nothing. */
  reset(): void {
    this.#share = 1
    this.#ceiling = 1
    this.#throttles = 0
    this.#hasHeld = false
  }

  /**
   * Returns for how many milliseconds to send nothing; undefined for a throttle that tells nothing new. The share is of a
   * guess that the caller takes from what was met, and of the limit as it was otherwise.
   */
  slow(now: number, sentAt: number, isGuess: boolean): number | undefined {
    // It was sent before the pace was last lowered.
    if (sentAt < this.#slowedAt) return undefined
    const isNext = now - this.#slowedAt < 2 * this.#pause + 100
    this.#pause = isNext ? Math.min(LONGEST_PAUSE, this.#pause * 2) : FIRST_PAUSE
    this.#slowedAt = now
    if (isGuess) {
      const holds = this.#throttles > 0 && this.#seconds >= HELD
      this.#hasHeld ||= holds
      this.#low = holds ? LATE_DECREASE : isNext && !this.#hasHeld ? SEARCH_DECREASE : GUESS_DECREASE
      this.#share = this.#low
      this.#seconds = 0
      this.#throttles++
    } else {
      this.#ceiling = this.#share
      this.#share = Math.max(LOWEST, this.#share * DECREASE)
    }
    return this.#pause
  }

  /** A guess may turn out too low: it grows without end, as long as somebody waits. */
  recover(seconds: number, isGuess: boolean): void {
    if (isGuess) {
      this.#seconds += seconds
      this.#share = Math.max(this.#share, this.#guess())
    } else if (this.#share < 1) {
      const step = this.#share < 0.95 * this.#ceiling ? QUICK * this.#ceiling : SLOW
      this.#share = Math.min(1, this.#share + seconds * step)
    }
  }

  #guess(): number {
    if (this.#throttles === 0) return 1
    if (this.#throttles === 1) return this.#low * 2 ** (this.#seconds / UNTIL_DOUBLED)
    return 1 + (1 - this.#low) * (this.#seconds / UNTIL_MET - 1) ** 3
  }
}

/**
 * So many turns a second and no more, evenly, whoever asks.
 *
 * @module
 */
import { type Environment, steady } from '../environment.ts'

export class RateLimiter {
  readonly #interval: number
  readonly #environment: Environment
  #next = 0

  /** `rate` is turns a second; undefined for any number. */
  constructor(rate: number | undefined, environment: Environment) {
    this.#interval = rate === undefined ? 0 : 1000 / rate
    this.#environment = steady(environment)
  }

  /** Resolves when it is the caller's turn, or at once when the signal aborts. */
  async turn(signal?: AbortSignal): Promise<void> {
    if (this.#interval === 0) return
    const now = this.#environment.now()
    const at = Math.max(now, this.#next)
    this.#next = at + this.#interval
    if (at > now) await this.#environment.sleep(at - now, signal)
  }
}

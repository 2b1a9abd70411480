/**
 * A mean in which the latest counts most.
 *
 * @module
 */

const WEIGHT = 0.1

export class RunningMean {
  #mean: number
  #seen = 0

  constructor(initial: number) {
    this.#mean = initial
  }

  get value(): number {
    return this.#mean
  }

  add(value: number): void {
    this.#seen++
    // The first ones are a plain mean, so that the initial guess is soon forgotten.
    this.#mean += (value - this.#mean) * Math.max(WEIGHT, 1 / this.#seen)
  }
}

/**
 * Chance that can be had again: a sequence that its seed determines.
 *
 * @module
 */

export class Dice {
  #state: number

  constructor(seed: number) {
    // Both halves of the integer count; neighbouring seeds are mixed apart by the first steps.
    this.#state = (seed ^ Math.floor(seed / 2 ** 32)) >>> 0
    for (let i = 0; i < 3; i++) this.#next()
  }

  /** True with this probability. Always takes one throw, so that changing one probability shifts no other fault. */
  happens(probability: number): boolean {
    return this.#next() < probability
  }

  /** An integer from 0 up to, not including, the number of sides. */
  below(sides: number): number {
    return Math.floor(this.#next() * sides)
  }

  /** Mulberry32: uniform in [0, 1). */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Waiting, with the clock and the dice that tests replace.
 *
 * @module
 */
import { setTimeout } from 'node:timers/promises'

export interface Patience {
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** From 0 to 1. Default `Math.random`. */
  readonly random: () => number
  /** Milliseconds; rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

export const patience: Patience = Object.freeze({
  random: Math.random,
  sleep: (ms: number, signal: AbortSignal | undefined) => setTimeout(ms, undefined, signal ? { signal } : {}),
})

/** Milliseconds before the n-th repetition, counted from 0: anything up to a bound that doubles ("full jitter"). */
export const fullJitter = (n: number, { random }: Patience, base = 50, most = 5000): number =>
  random() * Math.min(most, base * 2 ** n)

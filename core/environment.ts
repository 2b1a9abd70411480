/**
 * Time and chance, passed in: the engine takes neither by itself, so that a simulation can own both.
 *
 * @module
 */

/**
 * Clock and chance. The engine takes both from here alone, so a program that gives its own runs in virtual time,
 * and again the same.
 */
export interface Environment {
  /** Milliseconds since 1970. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Resolves after that many milliseconds, or at once when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** What a timer takes, 24 days: one of more than that goes off at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** The machine's own clock and chance: what `createEngine` uses unless told otherwise. */
export const systemEnvironment: Environment = {
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      let left = milliseconds
      let timer: ReturnType<typeof setTimeout>
      const goOn = (): void => {
        const part = Math.min(left, LONGEST_TIMER)
        left -= part
        timer = setTimeout(left > 0 ? goOn : done, part)
      }
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      goOn()
      signal?.addEventListener('abort', done)
    }),
}

/**
 * The same with a clock that never goes back: where the machine's is set back, it goes on from where it was. For whoever
 * remembers when something was, to know how long ago that is.
 */
export function steady(environment: Environment): Environment {
  let ahead = 0
  let last = Number.NEGATIVE_INFINITY
  return {
    now() {
      const now = environment.now()
      ahead = Math.max(ahead, last - now)
      last = now + ahead
      return last
    },
    random: () => environment.random(),
    sleep: (milliseconds, signal) => environment.sleep(milliseconds, signal),
  }
}

/**
 * How long to wait before attempt `n` (1 is the first repetition): uniform between 0 and an exponentially growing cap.
 * "Full jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const fullJitter = (n: number, environment: Environment, base = 10, cap = 1000): number =>
  environment.random() * Math.min(cap, base * 2 ** (n - 1))

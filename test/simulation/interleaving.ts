/**
 * Units of work whose steps a script interleaves, one step at a time, as Hermitage does with transactions: only the first
 * attempt waits for the script; when the engine runs the function again, all its steps follow at once.
 *
 * @module
 */
import type { RunOptions, UnitOfWork, UnitOfWorkRunner } from 'draftwork'

/** What the attempt that committed saw, by names of the script's choice. */
export type Seen = Record<string, unknown>
export type Step = (work: UnitOfWork, seen: Seen) => unknown

/** Thrown by a step that gives up its unit of work; any other failure is the script's. */
export class RolledBack extends Error {}

interface Interleaved {
  /** Resolves when the first attempt has taken the step. */
  step(step: Step): Promise<void>
  /** Lets the function return. Resolves to what was seen, or undefined where it was rolled back. */
  end(): Promise<Seen | undefined>
}

export function begin({ run }: UnitOfWorkRunner, options: RunOptions): Interleaved {
  const steps: { readonly take: Step; readonly taken: () => void }[] = []
  let hasEnded = false
  let wake = (): void => {}
  let seen: Seen = {}

  async function work(unit: UnitOfWork): Promise<void> {
    seen = {}
    for (let i = 0; ; i++) {
      while (i === steps.length && !hasEnded) await new Promise<void>((resolve) => (wake = resolve))
      const next = steps[i]
      if (!next) return
      try {
        await next.take(unit, seen)
      } finally {
        next.taken()
      }
    }
  }

  const outcome = run(work, options).then(
    () => seen,
    (thrown: unknown) => {
      if (!(thrown instanceof RolledBack)) throw thrown
      return undefined
    },
  )
  return {
    step: (take) =>
      new Promise((taken) => {
        steps.push({ take, taken })
        wake()
      }),
    end() {
      hasEnded = true
      wake()
      return outcome
    },
  }
}

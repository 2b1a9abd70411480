/**
 * The plans of the last ten minutes by id, so that a store which evaluates plans itself does not apply a repeated one
 * again. What is kept of a plan is the store's choice, as long as it tells the plan from another.
 *
 * @module
 */

const MEMORY_MILLISECONDS = 10 * 60 * 1000
/** Older ones are forgotten early, lest a busy process keep all it wrote in ten minutes. */
const MAX_PLANS = 10_000

/** Which plans were committed in the last ten minutes. */
export class RecentPlans<Kept> {
  readonly #now: () => number
  // In order of time, as maps keep the order of insertion.
  readonly #plans = new Map<string, { readonly at: number; readonly kept: Kept }>()

  /** `now` gives milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** What was kept of the plan with this id; undefined where none was committed lately. */
  find(id: string): Kept | undefined {
    const plan = this.#plans.get(id)
    return plan && plan.at + MEMORY_MILLISECONDS > this.#now() ? plan.kept : undefined
  }

  /** Remembers a plan that was committed at this time, by default now, and returns the ids of those it forgot for it. */
  add(id: string, kept: Kept, at = this.#now()): readonly string[] {
    this.#plans.delete(id)
    this.#plans.set(id, { at, kept })
    const forgotten: string[] = []
    for (const [oldest, plan] of this.#plans) {
      if (this.#plans.size <= MAX_PLANS && plan.at + MEMORY_MILLISECONDS > this.#now()) break
      this.#plans.delete(oldest)
      forgotten.push(oldest)
    }
    return forgotten
  }
}

/**
 * The plans of the last ten minutes by id, so that a repeated one is not applied again.
 *
 * @module
 */
import type { WriteAction } from '../../core/store/write-plan.ts'

const MEMORY_MILLISECONDS = 10 * 60 * 1000
/** Older ones are forgotten early, lest a busy process keep all it wrote in ten minutes. */
const MAX_PLANS = 10_000

export class RecentPlans {
  readonly #now: () => number
  // In order of time, as maps keep the order of insertion.
  readonly #plans = new Map<string, { readonly at: number; readonly actions: readonly WriteAction[] }>()

  constructor(now: () => number) {
    this.#now = now
  }

  find(id: string): readonly WriteAction[] | undefined {
    const plan = this.#plans.get(id)
    return plan && plan.at + MEMORY_MILLISECONDS > this.#now() ? plan.actions : undefined
  }

  add(id: string, actions: readonly WriteAction[]): void {
    const at = this.#now()
    this.#plans.delete(id)
    this.#plans.set(id, { at, actions })
    for (const [oldest, plan] of this.#plans) {
      if (this.#plans.size <= MAX_PLANS && plan.at + MEMORY_MILLISECONDS > at) break
      this.#plans.delete(oldest)
    }
  }
}

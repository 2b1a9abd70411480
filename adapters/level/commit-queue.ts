/**
 * Plans on their way to the disk. While one batch is being synced the next plans gather, and go together with the next:
 * many callers at once cost hardly more syncs than one.
 *
 * @module
 */
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { StoreLimits } from '../../core/store/limits.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import { CommitGroup } from './commit-group.ts'
import type { Database } from './database.ts'
import { aborted } from './refusals.ts'

/** Actions that go together at most, unless one plan has more: the items of all are in memory at once. */
const GROUP_ACTIONS = 256

interface Waiting {
  readonly plan: WritePlan
  readonly actions: number
  readonly signal: AbortSignal | undefined
  resolve(outcome: CommitOutcome): void
  reject(error: unknown): void
}

export class CommitQueue {
  readonly #database: Database
  readonly #limits: StoreLimits
  #waiting: Waiting[] = []

  constructor(database: Database, limits: StoreLimits) {
    this.#database = database
    this.#limits = limits
  }

  commit(plan: WritePlan, signal: AbortSignal | undefined): Promise<CommitOutcome> {
    const actions = plan.actions.length
    return new Promise((resolve, reject) => {
      this.#waiting.push({ plan, actions, signal, resolve, reject })
      // Otherwise whoever waits already has seen to it.
      if (this.#waiting.length === 1) this.#schedule()
    })
  }

  #schedule(): void {
    void this.#database.exclusively(async () => {
      const together = this.#take()
      if (this.#waiting.length > 0) this.#schedule()
      await this.#commit(together)
    })
  }

  #take(): readonly Waiting[] {
    let actions = 0
    let count = 0
    do actions += this.#waiting[count++]!.actions
    while (count < this.#waiting.length && actions + this.#waiting[count]!.actions <= GROUP_ACTIONS)
    return this.#waiting.splice(0, count)
  }

  async #commit(together: readonly Waiting[]): Promise<void> {
    const live = together.filter(({ signal, reject }) => {
      // Nothing was written yet, so this is no unknown outcome.
      if (signal?.aborted) reject(aborted(signal))
      return !signal?.aborted
    })
    const decided: { readonly waiting: Waiting; readonly outcome: CommitOutcome }[] = []
    try {
      const plans = live.map(({ plan }) => plan)
      const group = await CommitGroup.open(this.#database, this.#limits, plans)
      for (const waiting of live) {
        try {
          decided.push({ waiting, outcome: group.decide(waiting.plan) })
        } catch (error) {
          // A plan that is no plan must not take the others with it.
          waiting.reject(error)
        }
      }
      await group.write()
    } catch (error) {
      for (const { waiting, outcome } of decided) {
        // LevelDB does not say how much of a batch reached the disk; on opening it is all there or not.
        if (outcome.kind === 'committed') waiting.resolve({ kind: 'unknown', cause: error })
      }
      for (const { reject } of live) reject(error)
      return
    }
    for (const { waiting, outcome } of decided) waiting.resolve(outcome)
  }
}

/**
 * The plans of the last ten minutes, also those from before a restart: each is recorded in the batch that applies it.
 *
 * @module
 */
import { RecentPlans } from '../../core/store/recent-plans.ts'
import { plans } from './key-space.ts'
import type { Level } from './open-level.ts'
import { type Operation, write } from './operation.ts'

interface PlanRecord {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly digest: string
}

export class CommittedPlans {
  readonly #now: () => number
  readonly #recent: RecentPlans<string>
  /** Ids whose records are still in the database. */
  #forgotten: string[] = []

  private constructor(now: () => number) {
    this.#now = now
    this.#recent = new RecentPlans(now)
  }

  static async load(level: Level, now: () => number): Promise<CommittedPlans> {
    const loaded: (PlanRecord & { readonly id: string })[] = []
    for await (const [key, text] of level.iterator(plans.all)) {
      loaded.push({ id: plans.restOf(key).toString(), ...(JSON.parse(text) as PlanRecord) })
    }
    const committed = new CommittedPlans(now)
    for (const { id, digest, at } of loaded.sort((a, b) => a.at - b.at)) committed.add(id, digest, at)
    await write(level, committed.takeForgotten())
    return committed
  }

  /** The digest of the plan that was committed under this id. */
  find(id: string): string | undefined {
    return this.#recent.find(id)
  }

  recordOf(id: string, digest: string): Operation {
    const record: PlanRecord = { at: this.#now(), digest }
    return { type: 'put', key: plans.keyOf(Buffer.from(id)), value: JSON.stringify(record) }
  }

  /** To be called after the record was written. */
  add(id: string, digest: string, at = this.#now()): void {
    this.#forgotten.push(...this.#recent.add(id, digest, at))
  }

  /** What the next batch starts with, to rid the database of plans that are too old. */
  takeForgotten(): readonly Operation[] {
    const operations = this.#forgotten.map((id): Operation => ({ type: 'del', key: plans.keyOf(Buffer.from(id)) }))
    this.#forgotten = []
    return operations
  }
}

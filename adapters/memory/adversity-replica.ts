/**
 * A copy of the tables that lags behind by some commits: what reads see that may be stale. It only ever moves forward,
 * commit by commit, so what it shows was once true, whole transactions at a time.
 *
 * @module
 */
import type { BulkWrite } from '../../core/store/bulk-write.ts'
import type { StoreLimits } from '../../core/store/limits.ts'
import type { TableChange, TableDefinition } from '../../core/store/table-definition.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import { Tables } from './tables.ts'

/** A replica never lags by more commits than this. */
export const MAX_LAG = 12

interface Applied {
  readonly at: number
  readonly apply: (tables: Tables) => void
}

export class Replica {
  readonly #tables: Tables
  readonly #now: () => number
  /** What the replica has yet to apply, oldest first. */
  readonly #pending: Applied[] = []
  #replayed = 0

  /** `now` gives milliseconds since 1970, as for the tables that are followed. */
  constructor(limits: StoreLimits, now: () => number) {
    this.#tables = new Tables(limits, () => this.#replayed)
    this.#now = now
  }

  /** A plan was committed after all that are known already. */
  follow(plan: WritePlan): void {
    this.#add((tables) => void tables.commit(plan))
  }

  /** The same for a batch of bulk writes. */
  followWrites(writes: readonly BulkWrite[]): void {
    this.#add((tables) => tables.write(writes))
  }

  /** Definitions do not lag: creating a table waits until it can be used. */
  create(definition: TableDefinition): void {
    this.#catchUp(0)
    this.#tables.create(definition)
  }

  drop(table: string): void {
    this.#catchUp(0)
    this.#tables.drop(table)
  }

  update(change: TableChange): void {
    this.#catchUp(0)
    this.#tables.update(change)
  }

  /** The tables as they were before the last so many commits, or later where that was shown already. */
  lagging(commits: number): Tables {
    this.#catchUp(commits)
    return this.#tables
  }

  #add(apply: Applied['apply']): void {
    this.#pending.push({ at: this.#now(), apply })
    this.#catchUp(MAX_LAG)
  }

  #catchUp(lag: number): void {
    while (this.#pending.length > lag) {
      const { apply, at } = this.#pending.shift()!
      this.#replayed = at
      apply(this.#tables)
    }
  }
}

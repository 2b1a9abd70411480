/**
 * An open database: LevelDB, and what of it is kept in memory. Tables and recent plans in memory are changed only after
 * the batch that says so was written.
 *
 * @module
 */
import { RecentPlans } from '../../core/store/recent-plans.ts'
import type { TableDefinition } from '../../core/store/table-definition.ts'
import { definitions, deletedTables, plans, tableRange } from './key-space.ts'
import { type Level, openLevel } from './open-level.ts'
import { StoredTable } from './stored-table.ts'

/** One write of a batch. */
export type Operation = Parameters<Level['batch']>[0][number]

export class Database {
  readonly level: Level
  readonly tables = new Map<string, StoredTable>()
  /** Digests of the plans of the last ten minutes. */
  readonly plans: RecentPlans<string>
  #lastTableId = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(level: Level, now: () => number) {
    this.level = level
    this.plans = new RecentPlans(now)
  }

  /** Runs what reads before it writes when all such that came earlier have ended: no other comes in between. */
  exclusively<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    const mine = this.#turn.then(operation)
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  newTable(definition: TableDefinition, implied: boolean): StoredTable {
    return new StoredTable(++this.#lastTableId, definition, implied)
  }

  /** What `open` needs to know the table again. */
  definitionRecord({ id, definition, implied }: StoredTable): Operation {
    return putText(definitions.keyOf(Buffer.from(definition.table)), JSON.stringify({ id, definition, implied }))
  }

  /** Reads what is kept in memory, and ends what a crash interrupted. */
  async load(): Promise<void> {
    for await (const text of this.level.values(definitions.all)) {
      const { id, definition, implied } = JSON.parse(text) as StoredTable
      this.tables.set(definition.table, new StoredTable(id, definition, implied))
      this.#lastTableId = Math.max(this.#lastTableId, id)
    }
    for await (const key of this.level.keys(deletedTables.all)) {
      const id = deletedTables.restOf(key).readUInt32BE()
      this.#lastTableId = Math.max(this.#lastTableId, id)
      await this.clearDeleted(id)
    }
    const recent: PlanRecord[] = []
    for await (const [key, text] of this.level.iterator(plans.all)) {
      const { at, digest } = JSON.parse(text) as PlanRecord
      recent.push
    }
  }
}

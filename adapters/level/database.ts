/**
 * An open database: LevelDB, and what of it is kept in memory. What is kept in memory changes only after the batch that
 * says so was written.
 *
 * @module
 */
import { CommittedPlans } from './committed-plans.ts'
import { type Level, openLevel } from './open-level.ts'
import { Tables } from './tables.ts'

export class Database {
  readonly level: Level
  readonly tables: Tables
  readonly plans: CommittedPlans
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(level: Level, tables: Tables, plans: CommittedPlans) {
    this.level = level
    this.tables = tables
    this.plans = plans
  }

  /** `now` gives milliseconds since 1970. */
  static async open(path: string, now: () => number): Promise<Database> {
    const level = await openLevel(path)
    try {
      return new Database(level, await Tables.load(level), await CommittedPlans.load(level, now))
    } catch (error) {
      await level.close()
      throw error
    }
  }

  /** Runs what reads before it writes when all such that came earlier have ended, so that none comes in between. */
  exclusively<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    const mine = this.#turn.then(operation)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}

/**
 * An open database: LevelDB, and what of it is kept in memory. What is kept in memory changes only after the batch that
 * says so was written.
 *
 * @module
 */
import { LevelChangeLog } from './change-log.ts'
import { CommittedPlans } from './committed-plans.ts'
import { type Level, openLevel } from './open-level.ts'
import { Tables } from './tables.ts'

export class Database {
  readonly level: Level
  readonly tables: Tables
  readonly plans: CommittedPlans
  /** Undefined where none is kept. */
  readonly log: LevelChangeLog | undefined
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(level: Level, tables: Tables, plans: CommittedPlans, log: LevelChangeLog | undefined) {
    this.level = level
    this.tables = tables
    this.plans = plans
    this.log = log
  }

  /** `now` gives milliseconds since 1970; `keep` is how many changes the log is to hold, undefined for no log. */
  static async open(path: string, now: () => number, keep: number | undefined): Promise<Database> {
    const level = await openLevel(path)
    try {
      const tables = await Tables.load(level)
      const plans = await CommittedPlans.load(level, now)
      return new Database(level, tables, plans, await LevelChangeLog.load(level, tables, keep))
    } catch (error) {
      await level.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.log?.settled()
    await this.level.close()
  }

  /** Runs what reads before it writes when all such that came earlier have ended, so that none comes in between. */
  exclusively<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    const mine = this.#turn.then(operation)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}

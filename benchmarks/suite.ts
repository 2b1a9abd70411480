/**
 * What a suite is and what it reports: figures as medians with their range, ratios first, and what was wanted of them.
 *
 * @module
 */
import type { Spread } from './spread.ts'

export interface Suite {
  readonly name: string
  /** What its figures answer, for people. */
  readonly question: string
  run(context: Context): Promise<Report>
}

/** What all suites take, as the command line gave it. */
export interface BenchOptions {
  /** Rounds of which the median is taken. */
  readonly rounds: number
  /** A real or local DynamoDB; undefined for one of the suite's own. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
  /** Of all tables that the suite makes and deletes. */
  readonly tablePrefix: string
  /** Skips the question before units are spent. */
  readonly yes: boolean
  /** Smaller and quicker, for a look; its results are not saved. */
  readonly quick: boolean
}

export interface Context {
  readonly options: BenchOptions
  /** Tells what is being done, on one line. */
  log(line: string): void
  /** Prints what a suite is about to spend on a real table and asks; throws where the answer is no. Free on loopback. */
  confirm(units: Units): Promise<void>
}

export interface Units {
  readonly reads: number
  readonly writes: number
  readonly storedMegabytes: number
}

export interface Report {
  readonly sections: readonly Section[]
  readonly wanted: readonly Wanted[]
}

/** One table of figures. The first column is what counts, most often a ratio. */
export interface Section {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

export interface Column {
  readonly name: string
  /** Which direction is good, for the comparison with the saved result; undefined where neither is. */
  readonly better?: 'less' | 'more' | undefined
  readonly digits?: number | undefined
}

export interface Row {
  readonly name: string
  /** By position of the column; undefined where there is no figure. */
  readonly figures: readonly (Spread | undefined)[]
}

/** A figure that was aimed at. */
export interface Wanted {
  readonly what: string
  readonly wanted: string
  readonly got: string
  readonly holds: boolean
}

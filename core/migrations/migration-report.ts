/**
 * What a migration of a whole table tells, while it runs and when it ends.
 *
 * @module
 */
import type { ItemKey } from '../data/item.ts'
import type { EngineError } from '../errors.ts'
import type { AnyModel } from '../model/model.ts'

/** An item that stayed as it was. */
export interface MigrationFailure {
  readonly key: ItemKey
  /** `INVALID_RECORD` with all issues, `UNKNOWN_SCHEMA_VERSION`, or what kept it from being written. */
  readonly error: EngineError
}

/** How far a run is, or how it ended. */
export interface MigrationReport {
  readonly model: string
  /** The schema version that items are brought to. */
  readonly to: number
  readonly dryRun: boolean
  /** Records of the model that were met, in this run and in those that it resumed. */
  readonly scanned: number
  /** Of these, how many were written; in a dry run, how many would be. */
  readonly migrated: number
  /** How many needed nothing: they were of that version, somebody else had changed them meanwhile, or they were gone. */
  readonly untouched: number
  /** How many could not be migrated. They stay as they are, and the run goes on. */
  readonly failed: number
  /** The first hundred of them that this run itself met. */
  readonly failures: readonly MigrationFailure[]
  readonly segments: number
  readonly segmentsDone: number
}

export const MAX_FAILURES = 100

/** What one segment has counted. */
export interface Counts {
  readonly scanned: number
  readonly migrated: number
  readonly untouched: number
  readonly failed: number
}

export const noCounts: Counts = Object.freeze({ scanned: 0, migrated: 0, untouched: 0, failed: 0 })

export const addCounts = (a: Counts, b: Counts): Counts => ({
  scanned: a.scanned + b.scanned,
  migrated: a.migrated + b.migrated,
  untouched: a.untouched + b.untouched,
  failed: a.failed + b.failed,
})

/** How a run stands, from what its segments have counted. */
export function reportOf(
  { name }: AnyModel,
  { to, segments }: { readonly to: number; readonly segments: readonly { isDone: boolean; counts: Counts }[] },
  dryRun: boolean,
  failures: readonly MigrationFailure[],
): MigrationReport {
  return Object.freeze({
    model: name,
    to,
    dryRun,
    ...segments.map(({ counts }) => counts).reduce(addCounts, noCounts),
    failures: Object.freeze([...failures]),
    segments: segments.length,
    segmentsDone: segments.filter(({ isDone }) => isDone).length,
  })
}

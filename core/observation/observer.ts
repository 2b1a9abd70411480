/**
 * Those who watch: loggers, telemetry, whatever a program brings. An observer is told what begins and, each by itself, how
 * it ended. It decides nothing, and whatever it throws changes nothing.
 *
 * @module
 */
import type { Item, ItemAddress } from '../data/item.ts'
import type { Conflict } from '../errors.ts'
import type { BulkWrite } from '../store/bulk-write.ts'
import type { ConsumedCapacity } from '../store/capacity.ts'
import type { CommitOutcome } from '../store/commit-outcome.ts'
import type { QueryRequest, ScanRequest } from '../store/store.ts'
import type { WritePlan } from '../store/write-plan.ts'

/** Every method may be left out, and may return nothing where this one thing is not to be watched. */
export interface Observer {
  /** A unit of work, nested ones too. */
  unitOfWork?(begun: UnitOfWorkBegun): Observation<Ending> | undefined
  /** One run of an outermost unit of work's function, with its commit. */
  attempt?(begun: AttemptBegun): Observation<Ending<AttemptResult>> | undefined
  /** One request to the store. */
  request?(begun: RequestBegun): Observation<RequestEnding> | undefined
  /** A request's wait for capacity. */
  wait?(begun: WaitBegun): Observation<Ending> | undefined
  /** What happens at one moment. */
  note?(note: Note): void
}

/** What an observer keeps of something that has begun, until it ends. */
export interface Observation<End> {
  /** Runs what is observed, in whatever context the observer wants around it. */
  within?<A>(work: () => A): A
  /** Called once. */
  end(ending: End): void
}

/** How something ended. */
export type Ending<Value = undefined> =
  | { readonly kind: 'returned'; readonly value: Value }
  | { readonly kind: 'threw'; readonly error: unknown }

/** A unit of work that has begun. */
export interface UnitOfWorkBegun {
  /** Names from the outermost in. */
  readonly path: readonly string[]
  /** A nested one commits nothing: what it changed becomes its parent's. */
  readonly isNested: boolean
}

/** A run of a unit of work's function that has begun. */
export interface AttemptBegun {
  readonly path: readonly string[]
  /** From 1. */
  readonly attempt: number
}

/** What became of a run whose function returned. */
export type AttemptResult =
  /** `commitId` is undefined where there was nothing to write. */
  | { readonly kind: 'committed'; readonly commitId: string | undefined; readonly actions: number }
  /** An earlier call under the same idempotency key did it. */
  | { readonly kind: 'repeated' }
  /** Somebody else came first. The function runs again if `isLast` is false. */
  | {
      readonly kind: 'conflict'
      readonly isLast: boolean
      /** Explained when asked for, since that costs. */
      readonly conflicts: () => readonly Conflict[]
    }

/** A request to the store, before it is sent. */
export type RequestBegun = {
  /** What kind of store it is. */
  readonly system: string | undefined
  readonly tables: readonly string[]
  /** Which sending of the same request, from 1. */
  readonly attempt: number
} & (
  | { readonly operation: 'read'; readonly addresses: readonly ItemAddress[] }
  | { readonly operation: 'query'; readonly request: QueryRequest }
  | { readonly operation: 'scan'; readonly request: ScanRequest }
  | { readonly operation: 'commit'; readonly plan: WritePlan }
  | { readonly operation: 'write'; readonly writes: readonly BulkWrite[] }
  | { readonly operation: 'create-table' | 'delete-table' | 'describe-table' | 'update-table' }
)

/** What the store answered: items in the order they were asked for, the outcome of a commit, or that it is done. */
export type RequestAnswer =
  | { readonly kind: 'items'; readonly items: readonly (Item | undefined)[] }
  | { readonly kind: 'outcome'; readonly outcome: CommitOutcome }
  | { readonly kind: 'done' }

/** With what the request cost, as far as the store told. */
export type RequestEnding = Ending<RequestAnswer> & { readonly consumed: readonly ConsumedCapacity[] }

/** A request that has to wait for capacity. */
export interface WaitBegun {
  readonly tables: readonly string[]
  readonly priority: string
}

/** What happens at one moment, and so has no end to be told. */
export type Note =
  /** A model of a new engine. */
  | { readonly kind: 'defined'; readonly model: string; readonly table: string; readonly key: readonly string[] }
  /** A run over a whole table has brought the records of a model to this schema version; counts as in its report. */
  | {
      readonly kind: 'migrated'
      readonly model: string
      readonly to: number
      readonly scanned: number
      readonly migrated: number
      readonly untouched: number
      readonly failed: number
    }

/** Runs the work, observed or not, and tells how it ended. The work rejects as it did. */
export function observe<A, End>(
  observation: Observation<End> | undefined,
  work: () => Promise<A>,
  endOf: (ending: Ending<A>) => End,
): Promise<A> {
  return observation === undefined ? work() : observed(observation, work, endOf)
}

async function observed<A, End>(
  observation: Observation<End>,
  work: () => Promise<A>,
  endOf: (ending: Ending<A>) => End,
): Promise<A> {
  let value: A
  try {
    value = await (observation.within ? observation.within(work) : work())
  } catch (error) {
    observation.end(endOf({ kind: 'threw', error }))
    throw error
  }
  observation.end(endOf({ kind: 'returned', value }))
  return value
}

/** For what has no result to tell of. */
export const withoutValue = (ending: Ending<unknown>): Ending =>
  ending.kind === 'threw' ? ending : { kind: 'returned', value: undefined }

/**
 * The public face of draftwork: names only.
 *
 * @module
 */

export { createEngine, type Engine, type EngineOptions, type Tables } from './engine.ts'
export type { Environment } from './environment.ts'
export {
  type Conflict,
  type ConflictError,
  type EngineError,
  type ErrorCode,
  type ErrorPayloads,
  isEngineError,
} from './errors.ts'
export { binary, date, mapOf, setOf } from './model/codecs.ts'
export {
  type AnyModel,
  type DraftOf,
  defineModel,
  type KeyOf,
  type Model,
  type ModelOptions,
  type NewRecord,
  type RecordOf,
} from './model/model.ts'
export type { Draft } from './model/readonly.ts'
export type { SchedulerOptions } from './scheduler/options.ts'
export type { PacedStore } from './scheduler/paced.ts'
export { type PacedStoreOptions, pacedStore } from './scheduler/paced-store.ts'
export type { LimitSource, ResourceReport } from './scheduler/resource.ts'
export type { ConsumedCapacity, Priority, TableThroughput, Throughput } from './store/capacity.ts'
export type { CommitOutcome, FailedAction } from './store/commit-outcome.ts'
export type { StoreLimits } from './store/limits.ts'
export type {
  Page,
  QueryRequest,
  ReadOptions,
  ReadStore,
  RequestOptions,
  ScanRequest,
  SortCondition,
  Store,
} from './store/store.ts'
export type { IndexDefinition, KeyAttribute, KeySchema, TableDefinition } from './store/table-definition.ts'
export type { WriteAction, WritePlan } from './store/write-plan.ts'
export type { Bounds } from './unit-of-work/blind.ts'
export type { BlindChanges } from './unit-of-work/blind-changes.ts'
export type { RunOptions, UnitOfWorkRunner } from './unit-of-work/run.ts'
export type { NestedOptions, UnitOfWork, Work } from './unit-of-work/unit-of-work.ts'

/**
 * The public face of draftwork: names only.
 *
 * @module
 */

export { createEngine, type Engine, type EngineOptions, type Tables } from './engine.ts'
export type { Environment } from './environment.ts'
export {
  type BulkFailure,
  type Conflict,
  type ConflictError,
  type EngineError,
  type ErrorCode,
  type ErrorPayloads,
  isEngineError,
} from './errors.ts'
export type { Condition } from './expression/condition.ts'
export { binary, date, mapOf, setOf } from './model/codecs.ts'
export {
  type AnyModel,
  type DraftOf,
  defineModel,
  type IndexesOf,
  type IndexOptions,
  type KeyOf,
  type Model,
  type ModelOptions,
  type NewRecord,
  type RecordOf,
} from './model/model.ts'
export type { Draft } from './model/readonly.ts'
export type { Found, RecordPage } from './records/found.ts'
export type { Filter, Operators } from './records/operators.ts'
export type { Path, Paths } from './records/path.ts'
export type { ManyRecords } from './records/read-many.ts'
export type { InvalidItem } from './records/read-policy.ts'
export type { ReadManyOptions, Records, WriteManyOptions } from './records/records.ts'
export type { OnInvalid, QueryKey, QueryOptions, ReadPolicy, ScanOptions, Selected } from './records/selection.ts'
export type { BulkResult } from './records/write-many.ts'
export type { BulkOutcome, BulkWrite } from './store/bulk-write.ts'
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
export type { NestedOptions, UnitOfWork, Work, WorkQueryOptions } from './unit-of-work/unit-of-work.ts'

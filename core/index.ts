/**
 * The public face of draftwork: names only.
 *
 * @module
 */

export { createEngine, type Engine, type EngineOptions } from './engine.ts'
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
export type { EventReference, HistoryEvent, ValueChange } from './history/event.ts'
export type { Feed, FeedEvent, FeedPage, FollowOptions } from './history/feed.ts'
export type { Events, History, HistoryOptions, Moment } from './history/history.ts'
export type { Replay, ReplayOptions } from './history/replay.ts'
export type { HistoryProblem, Verification } from './history/verify.ts'
export type { RecordReference } from './journal/entry.ts'
export type { MigrationRunOptions } from './migrations/migration-options.ts'
export type { MigrationFailure, MigrationReport } from './migrations/migration-report.ts'
export type { MigrationStatus, MigrationsOfTables } from './migrations/migrations.ts'
export { progressBar } from './migrations/progress-bar.ts'
export { binary, date, epochSeconds, type MapType, mapOf, type SetType, setOf } from './model/codecs.ts'
export type { DomainEvent, EventOptions } from './model/domain-event.ts'
export { type AutoIncrement, type AutoIncrementOptions, autoIncrement } from './model/generated.ts'
export { type MigrationStep, type Migrations, migrationsFrom, type VersionOptions } from './model/migrations.ts'
export {
  type AnyModel,
  type DraftOf,
  defineModel,
  type EventsOf,
  type IndexesOf,
  type IndexOptions,
  type KeyOf,
  type Model,
  type ModelOptions,
  type NewRecord,
  type NextRecord,
  type NumberedModel,
  type RecordOf,
} from './model/model.ts'
export type { DeepReadonly, Draft } from './model/readonly.ts'
export type { LogOptions } from './observation/log.ts'
export type { ConsoleLogger, Logger, PinoLogger } from './observation/logger.ts'
export type {
  AttemptBegun,
  AttemptResult,
  Ending,
  Note,
  Observation,
  Observer,
  RequestAnswer,
  RequestBegun,
  RequestEnding,
  UnitOfWorkBegun,
  WaitBegun,
} from './observation/observer.ts'
export type { Many } from './records/chunks.ts'
export type { Found, RecordPage } from './records/found.ts'
export type { InvalidItem } from './records/item-reader.ts'
export type { Filter, Operators } from './records/operators.ts'
export type { Path, Paths } from './records/path.ts'
export type { ManyRecords } from './records/read-many.ts'
export type { OnInvalid, ReadPolicy } from './records/read-options.ts'
export type { ReadManyOptions, Records, WriteManyOptions } from './records/records.ts'
export type { HeldField, IndexName, QueryKey, QueryOptions, ScanOptions, Selected } from './records/selection.ts'
export type { BulkResult } from './records/write-many.ts'
export type { SchedulerOptions } from './scheduler/options.ts'
export type { PacedStore } from './scheduler/paced.ts'
export { type PacedStoreOptions, pacedStore } from './scheduler/paced-store.ts'
export type { LimitSource, ResourceReport } from './scheduler/resource.ts'
export type { BulkOutcome, BulkWrite } from './store/bulk-write.ts'
export type { ConsumedCapacity, Priority, TableThroughput, Throughput } from './store/capacity.ts'
export type { Change, ChangesPage, ChangesRequest } from './store/changes.ts'
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
export type {
  Capacity,
  IndexDefinition,
  KeyAttribute,
  KeySchema,
  TableChange,
  TableDefinition,
  TableDescription,
} from './store/table-definition.ts'
export type { WriteAction, WritePlan } from './store/write-plan.ts'
export type { CloudFormationTable, CloudFormationTemplate } from './tables/cloud-formation.ts'
export type { Difference, TableCapacity } from './tables/difference.ts'
export type { TableSettings } from './tables/model-tables.ts'
export type { TablePlan } from './tables/plan.ts'
export type { ApplyOptions, ApplyReport, DescribeOptions, TableOptions, Tables } from './tables/tables.ts'
export type { Bounds } from './unit-of-work/blind.ts'
export type { BlindChanges } from './unit-of-work/blind-changes.ts'
export type { UnitOfWorkRunner } from './unit-of-work/run.ts'
export type { RunOptions } from './unit-of-work/run-options.ts'
export type { NestedOptions, UnitOfWork, Work, WorkQueryOptions } from './unit-of-work/unit-of-work.ts'

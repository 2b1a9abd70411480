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
export type { MigrationRunOptions } from './migrations/migration-options.ts'
export type { MigrationFailure, MigrationReport } from './migrations/migration-report.ts'
export type { MigrationStatus, MigrationsOfTables } from './migrations/migrations.ts'
export { progressBar } from './migrations/progress-bar.ts'
export { binary, date, epochSeconds, mapOf, setOf } from './model/codecs.ts'
export { type AutoIncrement, type AutoIncrementOptions, autoIncrement } from './model/generated.ts'
export { type MigrationStep, type Migrations, migrationsFrom, type VersionOptions } from './model/migrations.ts'
export {
  type AnyModel,
  type DraftOf,
  defineModel,
  type KeyOf,
  type Model,
  type ModelOptions,
  type NewRecord,
  type NextRecord,
  type NumberedModel,
  type RecordOf,
} from './model/model.ts'
export type { Draft } from './model/readonly.ts'
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

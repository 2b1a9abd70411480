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
export type { HistoryEvent, ValueChange } from './history/event.ts'
export type { Feed, FeedEvent, FeedPage, FollowOptions } from './history/feed.ts'
export type { Events, History, HistoryOptions, Moment } from './history/history.ts'
export type { Replay, ReplayOptions } from './history/replay.ts'
export type { HistoryProblem, Verification } from './history/verify.ts'
export type { RecordReference } from './journal/entry.ts'
export { binary, date, mapOf, setOf } from './model/codecs.ts'
export type { DomainEvent, EventOptions } from './model/domain-event.ts'
export {
  type AnyModel,
  type DraftOf,
  defineModel,
  type EventsOf,
  type KeyOf,
  type Model,
  type ModelOptions,
  type NewRecord,
  type RecordOf,
} from './model/model.ts'
export type { Draft } from './model/readonly.ts'
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
export type { IndexDefinition, KeyAttribute, KeySchema, TableDefinition } from './store/table-definition.ts'
export type { WriteAction, WritePlan } from './store/write-plan.ts'
export type { Bounds } from './unit-of-work/blind.ts'
export type { BlindChanges } from './unit-of-work/blind-changes.ts'
export type { RunOptions, UnitOfWorkRunner } from './unit-of-work/run.ts'
export type { NestedOptions, UnitOfWork, Work } from './unit-of-work/unit-of-work.ts'

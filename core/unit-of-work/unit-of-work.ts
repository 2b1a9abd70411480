/**
 * What domain code holds while it runs: records by model and key, changes through drafts, nested units of work.
 *
 * @module
 */
import type { DomainEvent } from '../model/domain-event.ts'
import type { AnyModel, KeyOf, NewRecord, NextRecord, NumberedModel, RecordOf } from '../model/model.ts'
import type { DeepReadonly, Draft } from '../model/readonly.ts'
import type { Filter } from '../records/operators.ts'
import type { IndexName, QueryKey } from '../records/selection.ts'
import type { BlindChanges } from './blind-changes.ts'

/** A domain function: what it reads and changes goes through `work`. May run more than once, so it must not act elsewhere. */
export type Work<A> = (work: UnitOfWork) => Promise<A> | A

/** How a unit of work stands to the one around it. */
export interface NestedOptions {
  /** `independent` commits by itself, whatever becomes of the unit of work around it. Default `nested`. */
  readonly propagation?: 'nested' | 'independent' | undefined
}

/** Which records of one partition a unit of work wants. */
export interface WorkQueryOptions<M extends AnyModel, Index> {
  readonly index?: Index | undefined
  /** All fields of the partition's key; perhaps the sort field, or a bound of it. */
  readonly key: QueryKey<M, Index>
  readonly filter?: Filter<RecordOf<M>> | undefined
  /** Descending by the sort key. Default false. */
  readonly reverse?: boolean | undefined
  /** How many records to return. Default all. */
  readonly limit?: number | undefined
}

/** What a domain function does its work with. It ends when the function has returned; later calls throw `CLOSED`. */
export interface UnitOfWork {
  /** Names of the units of work from the outermost in. */
  readonly path: readonly string[]

  /**
   * The record under this key, deeply frozen; the same object each time until it is changed.
   * `get`s of one tick travel as one request. Every path that is looked at must still be so when the commit happens.
   *
   * @throws `RECORD_NOT_FOUND`, `INVALID_RECORD` where the stored item does not fit the schema
   */
  get<M extends AnyModel>(model: M, key: KeyOf<M>): Promise<RecordOf<M>>

  /** Like `get`, but undefined where there is no such record; that it is absent must still be so at the commit. */
  find<M extends AnyModel>(model: M, key: KeyOf<M>): Promise<RecordOf<M> | undefined>

  /** The records under these keys, in their order, undefined for absent ones. Any number; a request takes 100. */
  getMany<M extends AnyModel>(model: M, keys: readonly KeyOf<M>[]): Promise<(RecordOf<M> | undefined)[]>

  /**
   * The records of one partition of the model's table or of an index, in the order of the sort key, as this unit of work
   * has changed them by now. They are the same objects that `get` gives and can be changed. Through an index the records
   * themselves are then read by key, since an index may be behind and need not hold all of them.
   *
   * What a record was found by, the index's fields and the paths of the filter, is guarded like anything that is looked
   * at. It is not phantom-safe: that no other record matches is not guarded, and one that somebody adds meanwhile goes
   * unnoticed. Keep a record that all of them change, and look at that, where this matters.
   *
   * @throws `INVALID_ARGUMENT`, `INVALID_RECORD` where a stored item does not fit the schema
   */
  query<M extends AnyModel, Index extends IndexName<M> = never>(
    model: M,
    options: WorkQueryOptions<M, Index>,
  ): Promise<RecordOf<M>[]>

  /** Like `find`, but nothing is guarded: the commit does not care whether it changes. The result cannot be changed. */
  peek<M extends AnyModel>(model: M, key: KeyOf<M>): Promise<RecordOf<M> | undefined>

  /**
   * A new record. Nothing is sent before the commit, which finds out whether the key is free: if it is taken, the
   * function runs again and this call throws.
   *
   * @throws `RECORD_EXISTS`, `INVALID_RECORD` with all issues at once
   */
  create<M extends AnyModel>(model: M, record: NewRecord<M>): RecordOf<M>

  /**
   * A new record under the next number of its model, which has `generate: { id: autoIncrement() }`. The number is reserved
   * at once, by a request of its own, and is never given again, also where this unit of work is rolled back or repeated.
   * Numbers that somebody took by hand are passed over.
   *
   * @throws `INVALID_RECORD` with all issues at once, before a number is reserved; `INVALID_ARGUMENT` for other models
   */
  createNext<M extends NumberedModel>(model: M, record: NextRecord<M>): Promise<RecordOf<M>>

  /**
   * Changes a record through an immer draft and returns the changed record. Values read in the recipe are guarded like
   * values read from the record; values that are assigned are guarded by what they were, and by what the schema judges
   * together with them. Appending to a list (`push`) and adding to or removing from a set look at nothing else and merge with
   * others' changes.
   *
   * What the recipe returns is not taken as the new record: a new object is refused, and what an expression happens to give,
   * such as a set from `add`, is ignored. As with immer, an object that is assigned is frozen.
   *
   * @throws `INVALID_RECORD` where the result does not fit the schema, or a Date or binary was changed in place
   */
  change<R extends object>(record: R, recipe: (draft: Draft<R>) => unknown): R

  /**
   * Applies a domain event: its reducer changes the record, which is returned, and the history keeps the event. Several
   * stay several, in their order, also where they change nothing or undo each other.
   *
   * @throws `INVALID_ARGUMENT` for a payload that its codec refuses, or another model's event; `INVALID_RECORD` as `change`
   */
  apply<Fields extends object>(record: DeepReadonly<Fields>, event: DomainEvent<Fields>): DeepReadonly<Fields>

  /**
   * Makes a stored item that does not fit the schema a record again: `mend` gets it as it is stored and returns the fields
   * of a new record under the same key. The commit happens only if the item still is as it was seen. Attributes that the
   * schema does not have stay. A record that can be read is returned as it is, without asking `mend`.
   *
   * @throws `RECORD_NOT_FOUND`, `INVALID_RECORD` where the fields do not fit either
   */
  repair<M extends AnyModel>(
    model: M,
    key: KeyOf<M>,
    mend: (stored: Readonly<Record<string, unknown>>) => NewRecord<M>,
  ): Promise<RecordOf<M>>

  /**
   * Commits only if the stored record satisfies the condition at that instant, whatever its values are then: others may
   * change them as long as it holds. Nothing is looked at by it, and it holds with every `guard`. Where the commit fails
   * on it the function runs again, and this call throws if the condition does not hold then.
   *
   * ```ts
   * work.require(account, ({ balance }, { atLeast }) => atLeast(balance, 10))
   * work.blind(Account, { id }, (blind) => blind.increment('balance', -10))
   * ```
   *
   * It is about the record as it is here at the moment of the call. Where this unit of work has changed what it asks for,
   * where a default fills that in, or the record was migrated, the stored values themselves are guarded.
   *
   * @throws `CONDITION_FAILED`; `INVALID_ARGUMENT` for a place or a value that the schema does not have
   */
  require<R extends object>(record: R, condition: Filter<R>): void

  /** Deletes a record that was read: nobody may have changed it since. */
  delete(record: object): void
  /**
   * Deletes the record under this key without looking at it.
   *
   * @throws `RECORD_NOT_FOUND` — where it was not known to be absent, when the function runs again
   */
  delete<M extends AnyModel>(model: M, key: KeyOf<M>): void

  /**
   * Changes a record without looking at it, so that it conflicts with nobody: increments, set elements, appended values. What
   * the schema says of several values together is not guarded by it.
   *
   * @throws `RECORD_NOT_FOUND`, `OUT_OF_BOUNDS` — where they were not known before, when the function runs again;
   * `INVALID_ARGUMENT` for what the schema does not have, changes of one place that cannot be sent together, and a function
   * that waits; where the record is known, `REJECTED` or `INVALID_RECORD` for what does not fit it
   */
  blind<M extends AnyModel>(model: M, key: KeyOf<M>, changes: (blind: BlindChanges<M>) => void): void

  /**
   * A nested unit of work: it sees the changes made so far; if it throws they are as before, though what it read stays
   * guarded; if it returns its changes become this one's. Only the outermost commits.
   *
   * @throws what the function throws; `CONFLICT` where it met a sibling that ran at the same time, `OUT_OF_BOUNDS` where the
   * blind changes of both leave bounds together
   */
  run<A>(work: Work<A>, options?: NestedOptions): Promise<A>
  /** With a name, which the history keeps. */
  run<A>(name: string, work: Work<A>, options?: NestedOptions): Promise<A>

  /** Called once, after the outermost commit; never for an attempt that was repeated or rolled back. */
  afterCommit(callback: () => unknown): void
}

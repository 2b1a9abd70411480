/**
 * The port: what the engine needs from a store, and all it knows of one.
 *
 * Consistency contract. `commit` is atomic and strict serializable: all actions of a plan take effect at one instant
 * between call and answer, or none does. `read` with `consistent: true` sees every commit that was answered before the
 * call; items of one `read` may be of different instants. Queries and scans see each item at some instant during the call.
 *
 * Cross-cutting concerns (pacing, logging, fault injection) are stores that wrap a store.
 *
 * @module
 */
import type { ScalarValue } from '../data/attribute-value.ts'
import type { Item, ItemAddress, ItemKey } from '../data/item.ts'
import type { Condition } from '../expression/condition.ts'
import type { BulkOutcome, BulkWrite } from './bulk-write.ts'
import type { CommitOutcome } from './commit-outcome.ts'
import type { StoreLimits } from './limits.ts'
import type { TableDefinition } from './table-definition.ts'
import type { WritePlan } from './write-plan.ts'

export interface RequestOptions {
  /** Gives up waiting. A commit that was already sent has an unknown outcome then. */
  readonly signal?: AbortSignal | undefined
}

export interface ReadOptions extends RequestOptions {
  /** False may return what was true a moment ago, at half the price on DynamoDB. */
  readonly consistent: boolean
}

/** How the sort key of a query is bounded; absent for all. */
export type SortCondition =
  | { readonly operator: '=' | '<' | '<=' | '>' | '>='; readonly value: ScalarValue }
  | { readonly operator: 'between'; readonly low: ScalarValue; readonly high: ScalarValue }
  | { readonly operator: 'begins-with'; readonly prefix: string | Uint8Array }

interface PageRequest {
  readonly table: string
  readonly index?: string | undefined
  readonly consistent: boolean
  /** Drops items after they were read; they still count for `limit` and cost capacity. */
  readonly filter?: Condition | undefined
  /** Attributes to return; all when undefined. */
  readonly projection?: readonly string[] | undefined
  /** Only counts: the page has no items. Costs the same capacity. */
  readonly countOnly?: boolean | undefined
  /** Items to look at, before the filter. The store may return fewer. */
  readonly limit?: number | undefined
  /** `next` of the page before. */
  readonly from?: ItemKey | undefined
}

export interface QueryRequest extends PageRequest {
  readonly partition: { readonly attribute: string; readonly value: ScalarValue }
  readonly sort?: ({ readonly attribute: string } & SortCondition) | undefined
  /** Descending by sort key. */
  readonly reverse: boolean
}

export interface ScanRequest extends PageRequest {
  readonly segment?: { readonly index: number; readonly of: number } | undefined
}

export interface Page {
  readonly items: readonly Item[]
  /** How many items passed the filter. */
  readonly count: number
  /** Where the next page starts; undefined at the end. A page may be empty and still have a next. */
  readonly next: ItemKey | undefined
}

export interface ReadStore {
  readonly limits: StoreLimits

  /** The items at these addresses in their order; undefined for absent ones. Takes any number, also duplicates. */
  read(addresses: readonly ItemAddress[], options: ReadOptions): Promise<readonly (Item | undefined)[]>

  query(request: QueryRequest, options?: RequestOptions): Promise<Page>
  scan(request: ScanRequest, options?: RequestOptions): Promise<Page>
}

export interface Store extends ReadStore {
  /**
   * Applies a plan. Sends it once: a store never repeats a write by itself, since only the caller knows whether that is
   * harmless. Repeating a plan under the same `id` is harmless if it has several actions and was sent within ten minutes.
   */
  commit(plan: WritePlan, options?: RequestOptions): Promise<CommitOutcome>

  /**
   * One batch of at most `limits.batchWrites` puts and deletes, without conditions and without atomicity: each write
   * happens or is given back. No two may have the same address. Rejects, as reads do, for a batch that is at fault, of
   * which nothing was written, and for one whose answer is missing, of which anything may have been.
   */
  write(writes: readonly BulkWrite[], options?: RequestOptions): Promise<BulkOutcome>

  /** Creates the table and waits until it can be used; no effect where it exists with the same keys. */
  createTable(definition: TableDefinition, options?: RequestOptions): Promise<void>

  /** Deletes the table and all its items; no effect where there is none. */
  deleteTable(table: string, options?: RequestOptions): Promise<void>

  /** Ends what the store itself started. A client that the caller passed in stays open. */
  close(): Promise<void>
}

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
import type { ConsumedCapacity, Priority, TableThroughput } from './capacity.ts'
import type { ChangesPage, ChangesRequest } from './changes.ts'
import type { CommitOutcome } from './commit-outcome.ts'
import type { StoreLimits } from './limits.ts'
import type { TableChange, TableDefinition, TableDescription } from './table-definition.ts'
import type { WritePlan } from './write-plan.ts'

/** What any request to a store may be told. A store ignores what it has no use for, but for `signal`. */
export interface RequestOptions {
  /** Gives up waiting. A commit that was already sent has an unknown outcome then. */
  readonly signal?: AbortSignal | undefined
  /** Which attempt at this request this is, from 1, for those who watch. Default 1. */
  readonly attempt?: number | undefined
  /** Who goes first where requests wait for capacity. Default `commit` for commits, `read` for all others. */
  readonly priority?: Priority | undefined
  /** At most this share of each limit for all requests that say the same, above 0 and up to 1. For paced stores. */
  readonly rate?: number | undefined
  /** Milliseconds to wait for capacity before giving up. For paced stores, which have a default. */
  readonly maxWait?: number | undefined
  /** Called once per request that the store sent, also for refused ones when known. Stores without capacity never call. */
  readonly onConsumed?: ((consumed: readonly ConsumedCapacity[]) => void) | undefined
  /** The caller itself repeats what is throttled: it is told at once, and nothing is sent twice for lack of capacity. */
  readonly once?: boolean | undefined
}

/** How items are read. */
export interface ReadOptions extends RequestOptions {
  /** False may return what was true a moment ago, at half the price on DynamoDB. */
  readonly consistent: boolean
  /** With `once`: called with what was left unread, for lack of capacity or room in the answer; its items are undefined. */
  readonly onUnprocessed?: ((addresses: readonly ItemAddress[]) => void) | undefined
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

/** A page of one partition, of a table or an index, in the order of the sort key. */
export interface QueryRequest extends PageRequest {
  readonly partition: { readonly attribute: string; readonly value: ScalarValue }
  readonly sort?: ({ readonly attribute: string } & SortCondition) | undefined
  /** Descending by sort key. */
  readonly reverse: boolean
}

/** A page of a whole table or index, or of one of its segments, in no order. */
export interface ScanRequest extends PageRequest {
  readonly segment?: { readonly index: number; readonly of: number } | undefined
}

/** Part of the answer to a query or scan. */
export interface Page {
  readonly items: readonly Item[]
  /** How many items passed the filter. */
  readonly count: number
  /** Where the next page starts; undefined at the end. A page may be empty and still have a next. */
  readonly next: ItemKey | undefined
}

/** The reading half of the port. */
export interface ReadStore {
  /** What kind of store it is, in telemetry's word: `aws.dynamodb`, `memory`, `leveldb`. */
  readonly system?: string | undefined
  readonly limits: StoreLimits

  /** The items at these addresses in their order; undefined for absent ones. Takes any number, also duplicates. */
  read(addresses: readonly ItemAddress[], options: ReadOptions): Promise<readonly (Item | undefined)[]>

  /** A page of one partition. Rejects for what the table or index does not have. */
  query(request: QueryRequest, options?: RequestOptions): Promise<Page>
  /** A page of all items. The segments of a table together have each item once. */
  scan(request: ScanRequest, options?: RequestOptions): Promise<Page>
}

/** The port: where records live. What it promises is tested by `draftwork/conformance`. */
export interface Store extends ReadStore {
  /**
   * Applies a plan. Sends it once: a store never repeats a write by itself, since only the caller knows whether that is
   * harmless. Repeating a plan under the same `id` is harmless if it has several actions and was sent within ten minutes.
   */
  commit(plan: WritePlan, options?: RequestOptions): Promise<CommitOutcome>

  /**
   * The committed changes of these tables, page by page, and then those to come, as long as the consumer asks for pages.
   *
   * Every change after `from` is delivered at least once, and the changes of one item in the order of their commits;
   * after a repetition that order starts again from where it repeats. The changes of one commit may come on several
   * pages, and those of different items in any order. A consumer that resumes with the token of the last page it fully
   * handled, in whatever process, misses nothing.
   *
   * The first page comes at once; every commit after that is delivered. Pages may be empty: they carry a newer token.
   * The feed ends when the request's signal aborts or the store is closed, and lets go of everything when the consumer
   * breaks out of its loop. Creating and deleting tables is no change; a deleted table takes its changes with it.
   *
   * All errors come from asking for a page: `INVALID_ARGUMENT` for no request and for a token that is broken, of
   * another store or of other tables; `REJECTED` where a store or a table has no feed; `CLOSED` where the store was
   * closed before; `FEED_TRIMMED` when changes after `from` are gone.
   */
  changes(request: ChangesRequest): AsyncIterable<ChangesPage>

  /** Changes are told only of tables that have a stream, which engines then make them with. Default false. */
  readonly needsStreams?: boolean | undefined

  /**
   * One batch of at most `limits.batchWrites` puts and deletes, without conditions and without atomicity: each write
   * happens or is given back. No two may have the same address. Rejects, as reads do, for a batch that is at fault, of
   * which nothing was written, and for one whose answer is missing, of which anything may have been.
   */
  write(writes: readonly BulkWrite[], options?: RequestOptions): Promise<BulkOutcome>

  /** Creates the table and waits until it can be used; no effect but on its stream where it exists with the same keys. */
  createTable(definition: TableDefinition, options?: RequestOptions): Promise<void>

  /** Deletes the table and all its items; no effect where there is none. */
  deleteTable(table: string, options?: RequestOptions): Promise<void>

  /** The table as it is; undefined where there is none. */
  describeTable(table: string, options?: RequestOptions): Promise<TableDescription | undefined>

  /**
   * Changes a table in place and waits until it is so; an index that is added holds the items that are there. Keys of a
   * table and its local indexes are made with it: to change those is REJECTED.
   */
  updateTable(change: TableChange, options?: RequestOptions): Promise<void>
  /**
   * What was paid for; undefined for a table on demand, and for one that is not there. Only stores whose capacity is
   * limited have it, and engines pace those unless told otherwise.
   */
  throughput?(table: string, options?: RequestOptions): Promise<TableThroughput | undefined>

  /** Ends what the store itself started. A client that the caller passed in stays open. */
  close(): Promise<void>
}

/**
 * The change feed of a store, as data: what is asked for and what comes.
 *
 * @module
 */
import { assertObject, assertSignal, unexpected } from '../arguments.ts'
import type { Item, ItemKey } from '../data/item.ts'

/** Whose changes a feed of the store tells, and from where. */
export interface ChangesRequest {
  /** At least one. A token can only be used with the tables that it was given for. */
  readonly tables: readonly string[]
  /**
   * Where to go on: the token of the last page that was fully handled; `'start'`, the oldest change that the store still
   * has; or `'now'`, some moment before the first page.
   */
  readonly from: string
  /** Ends the feed: it returns, and does not throw. */
  readonly signal?: AbortSignal | undefined
}

/** What one commit did to one item. An item that a commit left as it was has no change. */
export interface Change {
  readonly table: string
  readonly key: ItemKey
  /** Undefined where the commit created the item. */
  readonly before: Item | undefined
  /** Undefined where the commit deleted it. */
  readonly after: Item | undefined
}

/** Some changes, and a token to go on behind them. */
export interface ChangesPage {
  /** In the order of the commits for each item; may be empty. */
  readonly changes: readonly Change[]
  /** Stands for this page and all before it. Opaque text; it may be kept anywhere and used by another process. */
  readonly token: string
}

/** @throws `INVALID_ARGUMENT` for what is no request; whether a token is one is the store's to say */
export function checkChangesRequest(request: ChangesRequest): void {
  assertObject(request, 'request')
  const { tables, from, signal } = request
  if (!Array.isArray(tables) || tables.length === 0) throw unexpected('tables', 'a list of at least one table', tables)
  const stray = tables.find((table) => typeof table !== 'string' || table === '')
  if (stray !== undefined) throw unexpected('tables', 'names of tables', stray)
  if (typeof from !== 'string' || from === '') throw unexpected('from', `'start', 'now' or a token`, from)
  assertSignal(signal)
}

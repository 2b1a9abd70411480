/**
 * A way of committing under contention, and what all ways are asked to do.
 *
 * @module
 */
import type { Counted } from '../dynamodb.ts'

/** Both return the number of attempts that the commit took. */
export interface Way {
  /** Reads the record and adds one to a field of it. */
  add(field: string): Promise<number>
  /** Reads two accounts and moves one from the first to the second. */
  transfer(from: string, to: string): Promise<number>
}

export interface OpenWay extends Way {
  /** Deletes the tables that were made for it. */
  close(): Promise<void>
}

/** The names are of no other way; `onOwnTables` makes and fills the tables. */
export interface Setting {
  readonly counted: Counted
  /** Of `Board`: one record `hot` with the fields `f0` to `f63`. */
  readonly board: string
  /** Of `Account`: records with a balance. */
  readonly accounts: string
  /** Where draftwork keeps what it takes out of records. */
  readonly journal: string
}

/** Full jitter: base 10 ms, at most a second. */
export const backOff = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(1000, 10 * 2 ** attempt)))

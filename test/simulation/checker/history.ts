/**
 * What units of work did and saw, as plain data: what the checker judges.
 *
 * @module
 */

/** A list read as it was, or one unique value put at the end of a list. */
export type Operation =
  | { readonly f: 'append'; readonly key: string; readonly value: number }
  | { readonly f: 'read'; readonly key: string; readonly list: readonly number[] }

/** One unit of work as its caller knows it. */
export interface Entry {
  readonly process: number
  /** Order of the units of work of one process. */
  readonly index: number
  readonly ops: readonly Operation[]
  /** `fail`: it was told that nothing happened. `unknown`: nobody could tell. */
  readonly outcome: 'ok' | 'fail' | 'unknown'
}

export interface History {
  readonly entries: readonly Entry[]
  /** Every list at the very end. A key that is not here was empty. */
  readonly final: Readonly<Record<string, readonly number[]>>
}

/** What no serializable store would have let happen. */
export type AnomalyKind =
  /** Two units of work wrote in different orders on different records. */
  | 'G0'
  /** Read what a failed unit of work wrote. */
  | 'G1a'
  /** Read what a unit of work wrote on its way. */
  | 'G1b'
  /** Each saw what the other wrote. */
  | 'G1c'
  /** Missed one unit of work of which it saw what followed: read skew, lost update. */
  | 'G-single'
  /** Each missed what the other wrote: write skew. */
  | 'G2'
  /** The same cycles where one step is the order within a process. */
  | 'G0-process'
  | 'G1c-process'
  | 'G-single-process'
  | 'G2-process'
  /** A reported success is missing in the end. */
  | 'lost'
  | 'duplicate'
  /** Two observations of one list contradict each other. */
  | 'incompatible-order'
  /** Some of a unit of work happened, but not all. */
  | 'torn'
  /** Something a failed unit of work wrote is there in the end. */
  | 'failed-visible'
  /** A unit of work did not see its own changes, or saw two states of one list. */
  | 'internal'
  /** A value that nobody wrote. */
  | 'garbage'

export interface Anomaly {
  readonly kind: AnomalyKind
  readonly story: string
}

export const nameOf = ({ process, index }: Entry): string => `p${process}#${index}`

/**
 * One way of doing the unit of work that the suite measures: get a record, change one nested field, write it.
 *
 * @module
 */

/** One unit of work; it writes this volume. */
export type Operation = (volume: number) => Promise<unknown>

export interface Candidate {
  /** Everything up to the first operation; what it returns is measured, called one after the other with a new volume each time. */
  make(): Promise<Operation>
}

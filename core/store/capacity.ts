/**
 * Capacity as DynamoDB sells it: units of reading and writing, of a table and of each global index apart.
 *
 * @module
 */

/** Bytes of one unit. */
export const WRITE_BYTES = 1024
const READ_BYTES = 4096

/** Of one item, by the larger of its two images. A transaction takes twice as many. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / WRITE_BYTES))

/** Of one item, or of a whole page. */
export const readUnits = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_BYTES)) * (consistent ? 1 : 0.5)

/** What one partition gives at most, in units a second. */
export const partitionUnits: { readonly read: number; readonly write: number } = { read: 3000, write: 1000 }

/** Who goes first where requests wait for capacity. Work in the background has `history`, jobs over many records `bulk`. */
export type Priority = 'commit' | 'read' | 'history' | 'bulk'

/** What one request cost one table, or one of its global indexes. Local indexes live on their table's capacity. */
export interface ConsumedCapacity {
  readonly table: string
  readonly index?: string | undefined
  readonly readUnits: number
  readonly writeUnits: number
}

/** Units a second; undefined for no limit that is known. */
export interface Throughput {
  readonly read?: number | undefined
  readonly write?: number | undefined
}

/** What a table gives, and each of its global indexes. */
export interface TableThroughput extends Throughput {
  /** Of global indexes by name. */
  readonly indexes?: { readonly [name: string]: Throughput } | undefined
}

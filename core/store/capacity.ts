/**
 * Capacity as DynamoDB sells it: units of reading and writing, of a table and of each global index apart.
 *
 * @module
 */

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

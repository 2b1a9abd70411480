/**
 * Where a record's history is read from.
 *
 * @module
 */
import type { ItemAddress } from '../data/item.ts'
import type { ReadStore } from '../store/store.ts'

export interface Source {
  readonly store: ReadStore
  readonly journalTable: string
  readonly address: ItemAddress
  readonly signal?: AbortSignal | undefined
}

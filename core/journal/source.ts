/**
 * Where a record's history is read from.
 *
 * @module
 */
import type { Item, ItemAddress } from '../data/item.ts'
import type { ReadStore } from '../store/store.ts'

export interface Source {
  readonly store: ReadStore
  readonly journalTable: string
  readonly address: ItemAddress
  readonly signal?: AbortSignal | undefined
}

/** The record itself, with the tail of its history, as it is now. */
export async function readRecord({ store, address, signal }: Source): Promise<Item | undefined> {
  return (await store.read([address], { consistent: true, signal }))[0]
}

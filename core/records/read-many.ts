/**
 * Any number of records by key, in the order of the keys, a bounded number of requests at a time.
 *
 * @module
 */
import type { Item, ItemAddress } from '../data/item.ts'
import { chunksOf, type Many } from './chunks.ts'

/** Records under many keys, read in batches while they are iterated, in the order of the keys. */
export interface ManyRecords<R> extends AsyncIterable<R | undefined> {
  /** In the order of the keys, undefined for absent ones. */
  toArray(): Promise<(R | undefined)[]>
}

interface ReadManyParts<Key> {
  readonly keys: Many<Key>
  readonly chunk: number
  readonly concurrency: number
  readonly signal: AbortSignal | undefined
  addressOf(key: Key): ItemAddress
  send(addresses: readonly ItemAddress[]): Promise<readonly (Item | undefined)[]>
  read(item: Item | undefined): object | undefined
  onProgress(done: number): unknown
}

export function readMany<Key, R>(parts: ReadManyParts<Key>): ManyRecords<R> {
  async function* records(): AsyncGenerator<R | undefined, undefined> {
    /** Requests under way, in the order of their keys. */
    const underWay: Promise<readonly (Item | undefined)[]>[] = []
    let done = 0
    const first = async (): Promise<readonly (Item | undefined)[]> => {
      const items = await underWay.shift()!
      done += items.length
      await parts.onProgress(done)
      return items
    }
    for await (const keys of chunksOf(parts.keys, parts.chunk, parts.signal)) {
      const items = parts.send(keys.map(parts.addressOf))
      // It may fail before its turn; then it does so again when its turn comes.
      items.catch(() => undefined)
      underWay.push(items)
      if (underWay.length < parts.concurrency) continue
      for (const item of await first()) yield parts.read(item) as R | undefined
    }
    while (underWay.length > 0) for (const item of await first()) yield parts.read(item) as R | undefined
  }
  return Object.freeze({
    [Symbol.asyncIterator]: records,
    async toArray() {
      const all: (R | undefined)[] = []
      for await (const record of records()) all.push(record)
      return all
    },
  })
}

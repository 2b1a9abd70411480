/**
 * How large items were when they were last seen. Forgets those that were not seen for longest.
 *
 * @module
 */
import { addressKey, type ItemAddress } from '../data/item.ts'

const MAX_ITEMS = 20_000

export class Sizes {
  // In the order of the last sight, as maps keep the order of insertion.
  readonly #bytes = new Map<string, number>()

  /** Bytes; undefined for what was never seen. */
  of(address: ItemAddress): number | undefined {
    return this.#bytes.get(addressKey(address))
  }

  see(address: ItemAddress, bytes: number): void {
    const key = addressKey(address)
    this.#bytes.delete(key)
    this.#bytes.set(key, bytes)
    if (this.#bytes.size <= MAX_ITEMS) return
    const [oldest] = this.#bytes.keys()
    if (oldest !== undefined) this.#bytes.delete(oldest)
  }
}

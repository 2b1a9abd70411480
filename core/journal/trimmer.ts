/**
 * Keeps tails short: after a commit, off its path, drops entries that nobody will ask for any more.
 *
 * Anyone may trim; a trim that lost the race changes nothing, and one that never happens costs only bytes.
 *
 * @module
 */

import type { Item, ItemAddress } from '../data/item.ts'
import { addressKey } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import type { Store } from '../store/store.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { commitId } from './commit-id.ts'
import { trim } from './tail.ts'

const UNSEEN_COMMITS_A_LOOK = 32

export class Trimmer {
  readonly #store: Store
  readonly #environment: Environment
  readonly #running = new Map<string, Promise<void>>()

  constructor(store: Store, environment: Environment) {
    this.#store = store
    this.#environment = environment
  }

  /** Looks at an item as it was just committed, and trims it if its tail has grown long. */
  visit(address: ItemAddress, item: Item): void {
    const id = addressKey(address)
    const action = this.#running.has(id) ? undefined : trim(item, this.#environment.now())
    if (!action) return
    const running = this.#send({ kind: 'update', ...address, ...action }).finally(() => this.#running.delete(id))
    this.#running.set(id, running)
  }

  /**
   * After a commit that never saw the item. One in so many looks at it, so that a record that is only ever changed
   * blindly keeps a short tail, whichever process changes it.
   */
  visitUnseen(address: ItemAddress): void {
    const id = addressKey(address)
    if (this.#running.has(id) || this.#environment.random() * UNSEEN_COMMITS_A_LOOK >= 1) return
    const looking = this.#look(address).finally(() => this.#running.delete(id))
    this.#running.set(id, looking)
  }

  /** Waits for what is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values())
  }

  async #look(address: ItemAddress): Promise<void> {
    try {
      const [item] = await this.#store.read([address], { consistent: true })
      const action = item && trim(item, this.#environment.now())
      if (action) await this.#send({ kind: 'update', ...address, ...action })
    } catch {
      // As in `#send`.
    }
  }

  async #send(action: WriteAction): Promise<void> {
    try {
      await this.#store.commit({ id: commitId(this.#environment), actions: [action] })
    } catch {
      // The next commit of this record will try again; no data depends on it.
    }
  }
}

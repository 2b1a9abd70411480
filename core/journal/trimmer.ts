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
    const running = this.#send({ kind: 'update', ...address, ...action }, 'history').finally(() =>
      this.#running.delete(id),
    )
    this.#running.set(id, running)
  }

  /** Trims an item whose tail has no room left, and waits for it: the commit that met it cannot go on before. */
  async makeRoom(address: ItemAddress, item: Item): Promise<void> {
    const action = trim(item, this.#environment.now())
    if (action) await this.#send({ kind: 'update', ...address, ...action }, 'commit')
  }

  /** Waits for what is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values())
  }

  async #send(action: WriteAction, priority: 'commit' | 'history'): Promise<void> {
    try {
      await this.#store.commit({ id: commitId(this.#environment), actions: [action] }, { priority })
    } catch {
      // The next commit of this record will try again; no data depends on it.
    }
  }
}

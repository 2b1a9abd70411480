/**
 * Every record that one attempt has loaded: one state a key, with the item it came from.
 *
 * Loads of one tick travel as one read. Records that the last attempt's conflict brought along are taken as they came,
 * since the commit checks them anyway.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { Defaulted } from '../model/defaults.ts'
import { decodeItem, defaultedOf, presentItem } from '../model/record.ts'
import { isUnreadable } from '../records/item-reader.ts'
import type { StoreLimits } from '../store/limits.ts'
import type { Page, QueryRequest, ReadStore } from '../store/store.ts'
import { assertNotAborted } from './aborted.ts'
import type { RecordIdentity } from './record-identity.ts'
import { RecordState } from './record-state.ts'
import { RecordVersion } from './record-version.ts'
import { UnreadableVersion } from './unreadable-version.ts'

/** Items by address id, as a failed commit brought them; undefined for an item that is not there. */
export type Seeds = ReadonlyMap<string, Item | undefined>

interface LoadedRecord {
  readonly stored: Item | undefined
  /** The item in the model's present schema version; the same as `stored` where it is stored in it. */
  readonly present: Item | undefined
  readonly state: RecordState
  /** What of the record is not stored. */
  readonly defaulted?: Defaulted | undefined
}

export class IdentityMap {
  readonly #store: ReadStore
  readonly #seeds: Seeds
  readonly #signal: AbortSignal | undefined
  readonly #loaded = new Map<string, LoadedRecord>()
  readonly #waiting = new Map<string, Promise<LoadedRecord>>()
  #batch: { readonly identities: RecordIdentity[]; readonly items: Promise<readonly (Item | undefined)[]> } | undefined

  constructor(store: ReadStore, seeds: Seeds, signal: AbortSignal | undefined) {
    this.#store = store
    this.#seeds = seeds
    this.#signal = signal
  }

  /** The record if it has been loaded, or can be had without a request. */
  known(identity: RecordIdentity): LoadedRecord | undefined {
    const { id } = identity
    if (!this.#loaded.has(id) && this.#seeds.has(id)) this.adopt(identity, this.#seeds.get(id))
    return this.#loaded.get(id)
  }

  /** The record under this address id, if it has been loaded. */
  loaded(id: string): LoadedRecord | undefined {
    return this.#loaded.get(id)
  }

  /** The record, from the store the first time. */
  async load(identity: RecordIdentity): Promise<LoadedRecord> {
    const known = this.known(identity) ?? this.#waiting.get(identity.id)
    if (known) return known
    const reading = this.#read(identity).finally(() => this.#waiting.delete(identity.id))
    this.#waiting.set(identity.id, reading)
    return reading
  }

  /** Takes an item that came by another way, a query or a seed. What is known already stays: one record, one state. */
  adopt(identity: RecordIdentity, stored: Item | undefined): LoadedRecord {
    const known = this.#loaded.get(identity.id)
    if (known) return known
    const record = { stored, ...readAs(identity, stored) }
    this.#loaded.set(identity.id, record)
    return record
  }

  get limits(): StoreLimits {
    return this.#store.limits
  }

  /** One page of a query. What it finds is not known yet: see `adopt`. */
  query(request: QueryRequest): Promise<Page> {
    assertNotAborted(this.#signal)
    return this.#store.query(request, { signal: this.#signal })
  }

  async #read(identity: RecordIdentity): Promise<LoadedRecord> {
    this.#batch ??= this.#nextBatch()
    const { identities, items } = this.#batch
    const position = identities.push(identity) - 1
    return this.adopt(identity, (await items)[position])
  }

  #nextBatch() {
    const identities: RecordIdentity[] = []
    // Behind all promise callbacks of this tick, so that loads behind an await still join.
    const tick = new Promise<void>((resolve) => {
      void Promise.resolve().then(() => process.nextTick(resolve))
    })
    const items = tick.then(() => {
      this.#batch = undefined
      assertNotAborted(this.#signal)
      return this.#store.read(
        identities.map(({ address }) => address),
        { consistent: true, signal: this.#signal },
      )
    })
    return { identities, items }
  }
}

/** What does not fit the schema is an error to whoever looks at it, not to whoever loads it. */
function readAs(identity: RecordIdentity, stored: Item | undefined): Omit<LoadedRecord, 'stored'> {
  try {
    const present = stored && presentItem(identity.model, stored)
    const record = present && decodeItem(identity.model, present)
    const state = new RecordState(identity, 'kept', new RecordVersion(identity, record))
    return { present, state, defaulted: record && defaultedOf(record) }
  } catch (error) {
    if (!stored || !isUnreadable(error)) throw error
    return { present: stored, state: new RecordState(identity, 'kept', new UnreadableVersion(identity, error, stored)) }
  }
}

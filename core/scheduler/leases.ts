/**
 * How processes that share a table find each other: each that uses the table keeps an item in the journal table, and
 * counts those of others. Whoever asks for nothing for a while gives its lease up; whoever dies is not counted any more
 * after a few seconds.
 *
 * No clock is compared with another: a lease lives as long as its beat is seen to change.
 *
 * @module
 */
import type { AttributeValue } from '../data/attribute-value.ts'
import type { Item, ItemAddress } from '../data/item.ts'
import { asError } from '../data/print-value.ts'
import type { Environment } from '../environment.ts'
import { absent, any, compareTo, equals } from '../expression/condition.ts'
import { EXPIRES, leaseAddress } from '../journal/journal-table.ts'
import type { Store } from '../store/store.ts'

/** Milliseconds between two beats; without a request for so long a lease is given up. */
const [BEAT, IDLE] = [1000, 10_000]

/** Milliseconds without a beat after which a lease does not count, and after which whoever sees it takes it away. */
const [DEAD, BURY] = [3500, 60_000]

/** Seconds after which the table may drop a lease that nobody gave up. */
const EXPIRY = 300

/** Of an equal share: what a process takes before the others can have noticed it. */
const NEWCOMER = 0.1

interface Membership {
  usedAt: number
  readonly stop: AbortController
  done: Promise<void>
  readonly peers: Map<string, Peer>
  /** The last one that was sent. */
  beat: number
}

interface Peer {
  readonly beat: AttributeValue
  readonly changedAt: number
}

interface LeasesOptions {
  /** Not paced itself: leases are what pacing waits for. */
  readonly store: Store
  readonly environment: Environment
  readonly journalTable: string
  /** Told whenever the number of processes changes. */
  readonly share: (table: string, share: number) => void
}

export class Leases {
  readonly #parts: LeasesOptions
  readonly #process: string
  readonly #members = new Map<string, Membership>()
  #beat = 0
  #hasWarned = false

  constructor(parts: LeasesOptions) {
    this.#parts = parts
    const { environment } = parts
    this.#process = [environment.now(), environment.random(), environment.random()]
      .map((part) => (part < 1 ? Math.floor(part * 2 ** 32) : part).toString(36))
      .join('-')
  }

  /** This process uses the table. What to wait for before it may; undefined for nothing. */
  use(table: string): Promise<void> | undefined {
    const now = this.#parts.environment.now()
    const known = this.#members.get(table)
    if (known) {
      known.usedAt = now
      return undefined
    }
    const stop = new AbortController()
    const member: Membership = { usedAt: now, stop, done: Promise.resolve(), peers: new Map(), beat: 0 }
    this.#members.set(table, member)
    const joined = this.#keep(table, member, true)
    member.done = joined.then(() => this.#stay(table, member))
    return joined
  }

  async close(): Promise<void> {
    const members = [...this.#members.values()]
    for (const { stop } of members) stop.abort()
    await Promise.all(members.map(({ done }) => done))
  }

  async #stay(table: string, member: Membership): Promise<void> {
    const { environment } = this.#parts
    const { signal } = member.stop
    for (;;) {
      await environment.sleep(BEAT, signal)
      if (signal.aborted || environment.now() - member.usedAt > IDLE) break
      await this.#keep(table, member, false)
    }
    this.#members.delete(table)
    await this.#delete(leaseAddress(this.#parts.journalTable, table, this.#process), member.beat)
  }

  /** Beats, looks at the others, and tells the share. A store that fails leaves things as they are until the next beat. */
  async #keep(table: string, member: Membership, isNew: boolean): Promise<void> {
    const { store, environment, journalTable, share } = this.#parts
    const beat = ++this.#beat
    member.beat = beat
    const address = leaseAddress(journalTable, table, this.#process)
    const expires = Math.ceil(environment.now() / 1000) + EXPIRY
    try {
      await store.commit({
        id: `${this.#process}-${beat}`,
        actions: [
          {
            kind: 'put',
            ...address,
            item: { ...address.key, beat, [EXPIRES]: expires },
            // A beat that comes late must not undo a later one.
            condition: any([absent(['beat']), compareTo(['beat'], '<', beat)]),
          },
        ],
      })
      const { items } = await store.query({
        table: journalTable,
        partition: { attribute: 'p', value: address.key['p']! },
        consistent: true,
        reverse: false,
      })
      const others = this.#count(items, member.peers, journalTable, table)
      const equal = 1 / (others + 1)
      share(table, isNew && others > 0 ? equal * NEWCOMER : equal)
    } catch (thrown) {
      // Tried again a second later.
      this.#warn(thrown)
    }
  }

  /** How many others are alive. One that is seen for the first time is, until it fails to beat. */
  #count(items: readonly Item[], peers: Map<string, Peer>, journalTable: string, table: string): number {
    const now = this.#parts.environment.now()
    const present = new Map(items.map((item) => [String(item['s']), item['beat'] ?? null]))
    present.delete(this.#process)
    for (const name of peers.keys()) if (!present.has(name)) peers.delete(name)
    let alive = 0
    for (const [name, beat] of present) {
      const known = peers.get(name)
      if (known?.beat !== beat) peers.set(name, { beat, changedAt: now })
      if (known?.beat !== beat || now - known.changedAt <= DEAD) alive++
      else if (now - known.changedAt > BURY) void this.#delete(leaseAddress(journalTable, table, name), beat)
    }
    return alive
  }

  /** Once: whoever cannot keep a lease takes as much as if alone. */
  #warn(thrown: unknown): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    const message = `Leases in ${this.#parts.journalTable} cannot be kept, so this process takes its whole share of each limit.`
    process.emitWarning(message, { type: 'DraftworkWarning', detail: asError(thrown).message })
  }

  /** Only as it was seen: whoever beats again is not dead. */
  async #delete(address: ItemAddress, beat: AttributeValue): Promise<void> {
    const action = { kind: 'delete' as const, ...address, condition: equals(['beat'], beat) }
    const id = `${this.#process}-${++this.#beat}`
    await this.#parts.store.commit({ id, actions: [action] }).catch(() => undefined)
  }
}

/**
 * What is paid for apart: reads or writes of one table or index. It has a bucket that fills at its limit, a queue for each
 * class of requests, and what it saves for those that would otherwise wait for ever.
 *
 * Within a class whoever came first goes first, however large. A class goes before those behind it; but of all that is
 * earned while a lower class waits, it gets a twentieth, which nobody else can take.
 *
 * @module
 */
import type { Priority } from '../store/capacity.ts'
import { type Arrival, Fifo } from './fifo.ts'
import { Meter, Waits } from './meter.ts'
import { Pace } from './pace.ts'
import { TokenBucket } from './token-bucket.ts'

export type Kind = 'read' | 'write'

export interface ResourceName {
  readonly table: string
  readonly index?: string | undefined
  readonly kind: Kind
}

/** In the order in which they go. */
export const priorities: readonly Priority[] = ['commit', 'read', 'history', 'bulk']

/** What a lower class gets of what is earned while it waits. */
const GUARANTEED = 0.05

/** What got through is known as a mean over seconds: a pace that rises is above it by so much. */
const METERED = 1.25

/** Seconds of unused capacity that DynamoDB keeps, and that a bucket uses if asked to. */
const BURST = 300

/** A request as its resources see it. */
export interface Waiter extends Arrival {
  /** Position in `priorities`. */
  readonly rank: number
  unitsOf(resource: Resource): number
}

/** How one resource stands. Units are DynamoDB's, a second; waits are milliseconds. */
export interface ResourceReport {
  readonly table: string
  readonly index: string | undefined
  readonly kind: Kind
  /** What this process may use; undefined where no limit is known or was met. */
  readonly limit: number | undefined
  /** Where the limit is from: options, the store's description, or throttles. */
  readonly source: LimitSource
  /** What it runs at: below the limit for a while after a throttle. */
  readonly rate: number | undefined
  /** Over the last five seconds. */
  readonly used: number
  /** Requests refused for lack of it since the start. */
  readonly throttled: number
  /** Requests that wait for it now. */
  readonly queued: number
  /** Of the last thousand requests. */
  readonly wait: { readonly p50: number; readonly p99: number }
}

/** Where a limit is from: said in options, told by the store, learned from throttles; or there is none. */
export type LimitSource = 'options' | 'described' | 'learned' | 'none'

export class Resource implements ResourceName {
  readonly table: string
  readonly index: string | undefined
  readonly kind: Kind
  readonly #queues: readonly Fifo<Waiter>[] = priorities.map(() => new Fifo<Waiter>())
  readonly #saved = priorities.map(() => 0)
  readonly #bucket: TokenBucket
  readonly #pace = new Pace()
  readonly #meter = new Meter()
  readonly #waits = new Waits()
  #limit: number | undefined
  #source: LimitSource = 'none'
  #throttled = 0
  #queuedUnits = 0
  /** Requests that have reserved units and are not settled. */
  #held = 0
  #at: number

  constructor({ table, index, kind }: ResourceName, now: number, burst: boolean) {
    this.table = table
    this.index = index
    this.kind = kind
    this.#bucket = new TokenBucket(Number.POSITIVE_INFINITY, now, burst ? BURST : 0)
    this.#at = now
  }

  /** Units a second; undefined leaves a learned limit as it is, and others without. */
  setLimit(limit: number | undefined, source: LimitSource, now: number): void {
    if (limit === undefined && (this.#source === 'learned' || this.#source === 'none')) return
    this.#source = limit === undefined ? 'none' : source
    if (limit === this.#limit) return
    this.#refill(now)
    this.#limit = limit
    this.#pace.reset()
    this.#bucket.setRate(this.rate, now, this.#room)
  }

  /** Infinite where nothing is known. */
  get rate(): number {
    return this.#limit === undefined ? Number.POSITIVE_INFINITY : this.#limit * this.#pace.share
  }

  get isWaitedFor(): boolean {
    return this.#queues.some(({ size }) => size > 0)
  }

  add(waiter: Waiter, now: number): void {
    // What was earned in a pause is not what waiting requests were too late to use.
    this.#refill(now)
    this.#queues[waiter.rank]!.add(waiter)
    this.#queuedUnits += waiter.unitsOf(this)
  }

  remove(waiter: Waiter): void {
    if (!this.#queues[waiter.rank]!.remove(waiter)) return
    this.#queuedUnits -= waiter.unitsOf(this)
    if (this.#queues[waiter.rank]!.size === 0) this.#spendSavings(waiter.rank)
  }

  /** Who can go now, of those classes that may; undefined for nobody. */
  next(now: number, mayGo: (rank: number) => boolean): Waiter | undefined {
    this.#refill(now)
    let isFirst = true
    for (const [rank, { head }] of this.#queues.entries()) {
      if (!head || !mayGo(rank)) continue
      if (this.#bucket.has(this.#missing(head, isFirst))) return head
      isFirst = false
    }
    return undefined
  }

  /** Milliseconds until somebody of those classes can go. */
  wait(mayGo: (rank: number) => boolean): number {
    let shortest = Number.POSITIVE_INFINITY
    let isFirst = true
    for (const [rank, { head }] of this.#queues.entries()) {
      if (!head || !mayGo(rank)) continue
      const missing = this.#missing(head, isFirst)
      const saving = (head.unitsOf(this) - this.#saved[head.rank]!) / (this.#bucket.rate * GUARANTEED)
      shortest = Math.min(shortest, isFirst ? this.#bucket.wait(missing) : saving * 1000)
      isFirst = false
    }
    return shortest
  }

  /** Seconds until so many more units could go, behind all that wait. */
  delay(units: number): number {
    const missing = this.#queuedUnits + units - this.#bucket.tokens
    return missing <= 0 || !Number.isFinite(this.#bucket.rate) ? 0 : missing / this.#bucket.rate
  }

  /** Reserves what the waiter needs, and takes it out of the queue. */
  admit(waiter: Waiter, now: number): void {
    const units = waiter.unitsOf(this)
    const saved = Math.min(units, this.#saved[waiter.rank]!)
    this.#saved[waiter.rank]! -= saved
    this.#bucket.take(units)
    this.#bucket.adjust(saved)
    this.remove(waiter)
    this.#held++
    this.#meter.add(units, now)
  }

  /** What was reserved is used, or not; consumed is what it cost in truth. Once for each that was admitted. */
  settle(reserved: number, consumed: number, now: number): void {
    this.#refill(now)
    this.#held--
    this.owe(consumed - reserved, now)
  }

  /** What was consumed without having been reserved; negative for what is given back. */
  owe(units: number, now: number): void {
    this.#bucket.adjust(-units)
    this.#meter.add(units, now)
  }

  waited(milliseconds: number): void {
    this.#waits.add(milliseconds)
  }

  /** A request was refused for lack of this, or of one partition of it. */
  refused(): void {
    this.#throttled++
  }

  /** Too much was sent; the refused request was sent then. */
  slow(now: number, sentAt: number): void {
    this.#refill(now)
    const isGuess = this.#source === 'none' || this.#source === 'learned'
    const before = this.rate
    const pause = this.#pace.slow(now, sentAt, isGuess)
    if (pause === undefined) return
    if (isGuess) {
      // Either was too much already: the pace, or what got through of late where that did not come near it.
      this.#limit = Math.max(1, Math.min(before, METERED * this.#meter.rate(now)))
      this.#source = 'learned'
    }
    this.#bucket.setRate(this.rate, now, this.#room)
    this.#bucket.pause(pause)
  }

  report(now: number): ResourceReport {
    const { table, index, kind } = this
    this.#refill(now)
    return Object.freeze({
      table,
      index,
      kind,
      limit: this.#limit,
      source: this.#source,
      rate: this.#limit === undefined ? undefined : this.rate,
      used: Math.max(0, this.#meter.rate(now)),
      throttled: this.#throttled,
      queued: this.#queues.reduce((sum, { size }) => sum + size, 0),
      wait: Object.freeze({ p50: this.#waits.percentile(0.5), p99: this.#waits.percentile(0.99) }),
    })
  }

  /** What the bucket must hold for it to go. Those behind a higher class have only their savings. */
  #missing(waiter: Waiter, isFirst: boolean): number {
    const missing = waiter.unitsOf(this) - this.#saved[waiter.rank]!
    if (isFirst) return missing
    return missing > 1e-6 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  }

  #refill(now: number): void {
    const seconds = (now - this.#at) / 1000
    this.#at = now
    const first = this.#first
    const isWanted = first !== undefined || this.#held > 0
    const earned = this.#bucket.refill(now, this.#room, isWanted && this.#pace.share >= 1)
    for (const { head } of this.#queues) {
      if (!head || head === first) continue
      const saving = Math.min(earned * GUARANTEED, Math.max(0, head.unitsOf(this) - this.#saved[head.rank]!))
      this.#saved[head.rank]! += saving
      this.#bucket.adjust(-saving)
    }
    if (this.#limit === undefined) return
    if (this.#source !== 'learned' || first) this.#pace.recover(seconds, this.#source === 'learned')
    this.#bucket.setRate(this.rate, now, this.#room)
  }

  get #first(): Waiter | undefined {
    return this.#queues.find(({ size }) => size > 0)?.head
  }

  /** What the bucket must have room for. */
  get #room(): number {
    return this.#first?.unitsOf(this) ?? 0
  }

  /** Nobody of the class waits any more. */
  #spendSavings(rank: number): void {
    this.#bucket.adjust(this.#saved[rank]!)
    this.#saved[rank] = 0
  }
}

/**
 * A narrower limit that only some requests have to pass, beside those of their resources: a hot partition's, or the share
 * that a job may use at most. Whoever has to wait at a gate waits apart, and holds up nobody who does not.
 *
 * @module
 */
import { type Arrival, Fifo } from './fifo.ts'
import type { Resource } from './resource.ts'
import { TokenBucket } from './token-bucket.ts'

export interface GateWaiter extends Arrival {
  unitsOf(resource: Resource): number
}

export class Gate<Waiter extends GateWaiter> {
  readonly #resource: Resource
  readonly #bucket: TokenBucket
  readonly #rate: (now: number) => number
  readonly #waiting = new Fifo<Waiter>()
  /** Back in line with its old place; the gate is kept open for it. */
  #called: Waiter | undefined

  /** `rate` gives units a second of the resource, and may change. */
  constructor(resource: Resource, rate: (now: number) => number, now: number) {
    this.#resource = resource
    this.#rate = rate
    this.#bucket = new TokenBucket(rate(now), now)
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#called === undefined
  }

  isOpenFor(waiter: Waiter, now: number): boolean {
    const isTurn = this.#called === waiter || this.isIdle
    return isTurn && this.#has(waiter, now)
  }

  park(waiter: Waiter): void {
    if (this.#called === waiter) this.#called = undefined
    this.#waiting.add(waiter)
  }

  pass(waiter: Waiter): void {
    if (this.#called === waiter) this.#called = undefined
    this.#bucket.take(waiter.unitsOf(this.#resource))
  }

  /** Lets nobody through for so many milliseconds. */
  close(milliseconds: number, now: number): void {
    this.#bucket.setRate(this.#rate(now), now, 0)
    this.#bucket.pause(milliseconds)
  }

  leave(waiter: Waiter): void {
    if (this.#called === waiter) this.#called = undefined
    this.#waiting.remove(waiter)
  }

  /** Whoever may go back in line now. */
  call(now: number): Waiter | undefined {
    const { head } = this.#waiting
    if (!head || this.#called || !this.#has(head, now)) return undefined
    this.#waiting.remove(head)
    this.#called = head
    return head
  }

  /** Milliseconds until somebody may go back in line. */
  wait(): number {
    const { head } = this.#waiting
    return !head || this.#called ? Number.POSITIVE_INFINITY : this.#bucket.wait(head.unitsOf(this.#resource))
  }

  #has(waiter: Waiter, now: number): boolean {
    const units = waiter.unitsOf(this.#resource)
    this.#bucket.setRate(this.#rate(now), now, units)
    this.#bucket.refill(now, units)
    return this.#bucket.has(units)
  }
}

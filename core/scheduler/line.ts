/**
 * The queue of `p-queue` that knows weights: it holds every request that waits, and has one to give only when all that
 * the request needs is there. `p-queue` asks it whenever a slot is free, and the dispatcher whenever time has earned
 * something.
 *
 * @module
 */
import type { QueueAddOptions } from 'p-queue'
import type { Gates } from './gates.ts'
import type { PacedRequest } from './request.ts'
import { priorities, type Resource } from './resource.ts'

export interface LineOptions extends QueueAddOptions {
  readonly request: PacedRequest
}

type Run = () => Promise<unknown>

/** Bulk work never holds the last slots, which interactive requests would wait for. */
const BULK_SLOTS = 0.75
const BULK = priorities.indexOf('bulk')

export class Line {
  readonly #now: () => number
  readonly #gates: Gates
  readonly #slots: number
  readonly #waitedFor = new Set<Resource>()
  readonly #waiting = new Set<PacedRequest>()
  /** Requests that hold a slot: p-queue does not count those that went straight. */
  #atWork = 0
  #bulkAtWork = 0
  #next: PacedRequest | undefined

  constructor(now: () => number, gates: Gates, slots: number) {
    this.#now = now
    this.#gates = gates
    this.#slots = slots
  }

  holds(request: PacedRequest): boolean {
    return this.#waiting.has(request)
  }

  get hasSlot(): boolean {
    return this.#atWork < this.#slots
  }

  /** All that wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Lets a request go past the queue, as nearly all can where no limit is known: nobody waits, no gate is on its way, and a
   * slot is free. False where it has to be queued.
   */
  letStraight(request: PacedRequest): boolean {
    if (this.#waiting.size > 0 || !this.hasSlot || !this.#mayGo(request.rank)) return false
    if (request.needs.some(({ resource }) => Number.isFinite(resource.rate))) return false
    const now = this.#now()
    if (this.#gates.of(request, now).length > 0) return false
    while (!request.hasAll) request.reserve(now)
    this.#begin(request)
    return true
  }

  /** As `p-queue` sees it: those that can go now, of which it need not know more than whether there is one. */
  get size(): number {
    this.#next = this.#waiting.size === 0 || !this.hasSlot ? undefined : this.#find()
    return this.#next ? 1 : 0
  }

  enqueue(run: Run, options?: Partial<LineOptions>): void {
    const request = options?.request
    if (!request) throw new TypeError('Expected a request')
    request.run = run
    this.#waiting.add(request)
    this.#wait(request)
  }

  dequeue(): Run | undefined {
    const next = this.#next ?? this.#find()
    this.#next = undefined
    if (!next) return undefined
    const now = this.#now()
    for (const gate of this.#gates.of(next, now)) gate.pass(next)
    next.reserve(now)
    this.#waiting.delete(next)
    this.#begin(next)
    return next.run
  }

  #begin({ rank }: PacedRequest): void {
    this.#atWork++
    if (rank === BULK) this.#bulkAtWork++
  }

  /** A request that was given out is done with its slot. */
  done({ rank }: PacedRequest): void {
    this.#atWork--
    if (rank === BULK) this.#bulkAtWork--
  }

  /** Gives up waiting. */
  leave(request: PacedRequest): void {
    if (!this.#waiting.delete(request)) return
    this.#gates.leave(request)
    request.release(this.#now())
  }

  /** Milliseconds until somebody may be able to go. */
  wait(): number {
    let shortest = this.#gates.wait()
    for (const resource of this.#waitedFor) shortest = Math.min(shortest, resource.wait(this.#mayGo))
    return shortest
  }

  /** `p-queue` has this for callers who want to look into the queue; nobody does. */
  filter(): Run[] {
    return []
  }

  /** A request keeps the class it came with. */
  setPriority(): void {}

  #wait(request: PacedRequest): void {
    request.resource.add(request, this.#now())
    this.#waitedFor.add(request.resource)
  }

  readonly #mayGo = (rank: number): boolean => rank !== BULK || this.#bulkAtWork < Math.max(1, this.#slots * BULK_SLOTS)

  /** Hands out what there is, until a request has everything. */
  #find(): PacedRequest | undefined {
    const now = this.#now()
    for (const called of this.#gates.call(now)) this.#wait(called)
    let found: PacedRequest | undefined
    let hasMoved = true
    while (hasMoved) {
      hasMoved = false
      for (const resource of this.#waitedFor) {
        if (!resource.isWaitedFor) {
          this.#waitedFor.delete(resource)
          continue
        }
        const next = resource.next(now, this.#mayGo) as PacedRequest | undefined
        if (!next) continue
        if (!next.needsOneMore) {
          next.reserve(now)
          this.#wait(next)
          hasMoved = true
        } else if (!this.#gates.letThrough(next, now)) {
          resource.remove(next)
          hasMoved = true
        } else if (!found || next.rank < found.rank || (next.rank === found.rank && next.arrival < found.arrival)) {
          found = next
        }
      }
    }
    return found
  }
}

/**
 * All gates there are: those of jobs that may use a share of a limit, and those of partitions that were found hot.
 *
 * @module
 */
import { partitionUnits } from '../store/capacity.ts'
import { Gate } from './gate.ts'
import { Pace } from './pace.ts'
import type { PacedRequest } from './request.ts'
import type { Resource } from './resource.ts'

/** Milliseconds without a throttle after which a partition is as any other. */
const COOL = 10_000

/** So many requests within a second that met none but partitions not known as hot: it is no few keys that are. */
const [WIDE, WITHIN] = [8, 1000]

interface HotPartition {
  readonly gate: Gate<PacedRequest>
  readonly pace: Pace
  throttledAt: number
}

export class Gates {
  readonly #shares = new Map<Resource, Map<number, Gate<PacedRequest>>>()
  readonly #hot = new Map<string, HotPartition>()
  /** When requests to partitions that were not known as hot were refused for their sake, the latest last. */
  readonly #surprises = new Map<Resource, number[]>()
  /** Gates at which somebody may be waiting. */
  readonly #closed = new Set<Gate<PacedRequest>>()

  /** The gates on this request's way. */
  of(request: PacedRequest, now: number): readonly Gate<PacedRequest>[] {
    const { rate, needs } = request
    const shares = rate === undefined ? [] : needs.map(({ resource }) => this.#share(resource, rate, now))
    if (this.#hot.size === 0) return shares
    return [...shares, ...request.partitions.flatMap(({ text }) => this.#hot.get(text)?.gate ?? [])]
  }

  /** False for a request that has to wait at a gate, where it was put. */
  letThrough(request: PacedRequest, now: number): boolean {
    const closed = this.of(request, now).find((gate) => !gate.isOpenFor(request, now))
    if (!closed) return true
    closed.park(request)
    this.#closed.add(closed)
    return false
  }

  /** Those that may go back in line. */
  *call(now: number): Generator<PacedRequest, undefined> {
    for (const gate of this.#closed) {
      const called = gate.call(now)
      if (called) yield called
      else if (gate.isIdle) this.#closed.delete(gate)
    }
    for (const [partition, { gate, throttledAt }] of this.#hot) {
      if (gate.isIdle && now - throttledAt > COOL) this.#hot.delete(partition)
    }
  }

  leave(request: PacedRequest): void {
    // Also those that keep open for it: it may have been called, and be back in line.
    for (const gate of this.#closed) gate.leave(request)
  }

  wait(): number {
    let shortest = Number.POSITIVE_INFINITY
    for (const gate of this.#closed) shortest = Math.min(shortest, gate.wait())
    return shortest
  }

  /**
   * A request to these partitions of a resource was refused for their sake, not for the resource's. Returns whether that
   * befalls so many that all of the resource has to slow: keys are few where one is hot, and all there are where the
   * store's own partitions have less than is asked of them together.
   */
  heat(resource: Resource, request: PacedRequest, now: number, sentAt: number): boolean {
    const own = request.partitions.filter(({ table, kind }) => table === resource.table && kind === resource.kind)
    const isWide = own.every(({ text }) => !this.#hot.has(text)) && this.#isWide(resource, now)
    for (const { text } of own) {
      const hot = this.#hot.get(text) ?? hotPartition(resource, now)
      this.#hot.set(text, hot)
      hot.throttledAt = now
      const pause = hot.pace.slow(now, sentAt, false)
      if (pause !== undefined) hot.gate.close(pause, now)
    }
    return isWide
  }

  /** Counts one more surprise. */
  #isWide(resource: Resource, now: number): boolean {
    const surprises = (this.#surprises.get(resource) ?? []).filter((at) => now - at < WITHIN)
    surprises.push(now)
    this.#surprises.set(resource, surprises)
    return surprises.length >= WIDE
  }

  #share(resource: Resource, rate: number, now: number): Gate<PacedRequest> {
    const gates = this.#shares.get(resource) ?? new Map<number, Gate<PacedRequest>>()
    this.#shares.set(resource, gates)
    const gate = gates.get(rate) ?? new Gate<PacedRequest>(resource, () => resource.rate * rate, now)
    gates.set(rate, gate)
    return gate
  }
}

function hotPartition(resource: Resource, now: number): HotPartition {
  const pace = new Pace()
  let recoveredAt = now
  const rate = (at: number): number => {
    pace.recover((at - recoveredAt) / 1000, false)
    recoveredAt = at
    return Math.min(resource.rate, partitionUnits[resource.kind]) * pace.share
  }
  return { gate: new Gate<PacedRequest>(resource, rate, now), pace, throttledAt: now }
}

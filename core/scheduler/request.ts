/**
 * A request on its way to the store: what it needs of each resource, and how far it has come in getting it.
 *
 * It waits for one resource at a time, the scarcest first, and keeps what it got there while it waits for the next: so
 * nothing is sent before everything is reserved, no two requests can wait for each other, and a large one cannot be
 * overtaken for ever. Whoever gives up gives everything back.
 *
 * @module
 */
import type { GateWaiter } from './gate.ts'
import type { Kind, Resource, Waiter } from './resource.ts'

interface Need {
  readonly resource: Resource
  readonly units: number
}

/** What is asked for, before it has its place. */
interface Ask {
  /** Position in `priorities`. */
  readonly rank: number
  readonly needs: readonly Need[]
  /** At most this share of each resource's limit, together with all that say the same. */
  readonly rate: number | undefined
  /** Partitions that it touches; asked for only where one was found hot. */
  readonly partitions: () => readonly Partition[]
}

/** What one partition key of a table stands for. */
export interface Partition {
  readonly table: string
  readonly kind: Kind
  /** Equal for equal partitions only. */
  readonly text: string
}

export const partitionOf = (table: string, kind: Kind, key: string): Partition => ({
  table,
  kind,
  text: JSON.stringify([table, kind, key]),
})

export class PacedRequest implements Waiter, GateWaiter {
  readonly arrival: number
  readonly rank: number
  readonly rate: number | undefined
  readonly arrivedAt: number
  readonly needs: readonly Need[]
  /** Runs it, for as long as it takes. Set by the queue that it is added to. */
  run: (() => Promise<unknown>) | undefined
  readonly #partitionsOf: () => readonly Partition[]
  #partitions: readonly Partition[] | undefined
  #reserved = 0

  constructor(arrival: number, { rank, needs, rate, partitions }: Ask, now: number) {
    this.arrival = arrival
    this.rank = rank
    this.rate = rate
    this.#partitionsOf = partitions
    this.arrivedAt = now
    this.needs =
      needs.length < 2
        ? needs
        : needs
            .map((need) => ({ need, delay: need.resource.delay(need.units) }))
            .sort((a, b) => b.delay - a.delay)
            .map(({ need }) => need)
  }

  get partitions(): readonly Partition[] {
    this.#partitions ??= this.#partitionsOf()
    return this.#partitions
  }

  unitsOf(resource: Resource): number {
    return this.needs.find((need) => need.resource === resource)?.units ?? 0
  }

  /** Whose turn it is to give. */
  get resource(): Resource {
    return this.needs[this.#reserved]!.resource
  }

  get needsOneMore(): boolean {
    return this.#reserved === this.needs.length - 1
  }

  get hasAll(): boolean {
    return this.#reserved === this.needs.length
  }

  /** Takes it out of the queue of the resource that it waits for. */
  reserve(now: number): void {
    this.resource.admit(this, now)
    this.#reserved++
  }

  /** Gives back what it got so far; leaves the queue it is in, if any. */
  release(now: number): void {
    if (this.#reserved < this.needs.length) this.resource.remove(this)
    for (const { resource, units } of this.needs.slice(0, this.#reserved)) resource.settle(units, 0, now)
    this.#reserved = 0
  }
}

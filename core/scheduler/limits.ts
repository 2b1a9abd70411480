/**
 * All resources, and the limits they run at: from options, else as the store describes its tables, else none until a
 * throttle tells. Descriptions are looked at again, often while requests wait for them, and after a throttle.
 *
 * @module
 */
import type { Environment } from '../environment.ts'
import type { TableThroughput } from '../store/capacity.ts'
import type { Store } from '../store/store.ts'
import type { CheckedOptions } from './options.ts'
import { Resource, type ResourceName } from './resource.ts'

/** Milliseconds between two looks: at a table that nobody waits for, at one that somebody does, and after throttles. */
const [CALM, PRESSED, THROTTLED] = [5 * 60_000, 5000, 1000]

/** Milliseconds that the first request to a table waits for its description. */
const PATIENCE = 2000

interface TableLimits {
  readonly resources: Map<string, Resource>
  described: TableThroughput | undefined
  describedAt: number
  describing: Promise<void> | undefined
  /** Of each limit, after other processes have theirs. */
  share: number
}

interface LimitsOptions {
  readonly store: Store
  readonly environment: Environment
  readonly options: CheckedOptions
  /** A table was found to have this index. */
  readonly foundIndex: (table: string, index: string) => void
}

export class Limits {
  readonly #parts: LimitsOptions
  readonly #tables = new Map<string, TableLimits>()

  constructor(parts: LimitsOptions) {
    this.#parts = parts
    for (const [table, { indexes }] of Object.entries(parts.options.limits)) {
      for (const index of Object.keys(indexes ?? {})) parts.foundIndex(table, index)
    }
  }

  /** The resource, which is made the first time. */
  resource({ table, index, kind }: ResourceName): Resource {
    const { resources } = this.#table(table)
    const name = index === undefined ? kind : `${kind} ${index}`
    const known = resources.get(name)
    if (known) return known
    const now = this.#parts.environment.now()
    const resource = new Resource({ table, index, kind }, now, this.#parts.options.burst)
    resources.set(name, resource)
    this.#apply(resource, now)
    return resource
  }

  all(): readonly Resource[] {
    return [...this.#tables.values()].flatMap(({ resources }) => [...resources.values()])
  }

  /** What to wait for before the table's limits can be known; undefined for nothing. */
  ready(table: string): Promise<void> | undefined {
    const limits = this.#table(table)
    if (limits.describedAt === Number.NEGATIVE_INFINITY) return this.#describe(table, limits)
    const isPressed = [...limits.resources.values()].some((resource) => resource.isWaitedFor)
    this.#refresh(table, limits, isPressed ? PRESSED : CALM)
    return limits.describedAt === 0 ? limits.describing : undefined
  }

  /** A throttle says that the limit may be another by now. */
  doubt(table: string): void {
    this.#refresh(table, this.#table(table), THROTTLED)
  }

  forget(table: string): void {
    const limits = this.#tables.get(table)
    if (limits) limits.describedAt = Number.NEGATIVE_INFINITY
  }

  /** How much of the table's limits is this process's, among others. */
  share(table: string, share: number): void {
    const limits = this.#table(table)
    if (limits.share === share) return
    limits.share = share
    this.#applyAll(limits)
  }

  #refresh(table: string, limits: TableLimits, interval: number): void {
    const now = this.#parts.environment.now()
    if (limits.describing || now - limits.describedAt < interval) return
    void this.#describe(table, limits)
  }

  /** Never rejects: where the description may not be seen, limits are learned. Resolves early rather than never. */
  #describe(table: string, limits: TableLimits): Promise<void> {
    const { store, environment } = this.#parts
    if (!store.throughput) {
      limits.describedAt = Number.POSITIVE_INFINITY
      return Promise.resolve()
    }
    const isFirst = limits.describedAt < 0
    limits.describedAt = isFirst ? 0 : environment.now()
    const looked = store
      .throughput(table)
      .then((described) => {
        limits.described = described
        for (const index of Object.keys(described?.indexes ?? {})) this.#parts.foundIndex(table, index)
      })
      .catch(() => undefined)
      .then(() => {
        limits.describing = undefined
        limits.describedAt = environment.now()
        this.#applyAll(limits)
      })
    const stop = new AbortController()
    const enough = environment.sleep(PATIENCE, stop.signal)
    limits.describing = isFirst ? Promise.race([looked, enough]).finally(() => stop.abort()) : looked
    if (!isFirst) stop.abort()
    return limits.describing
  }

  #applyAll({ resources }: TableLimits): void {
    const now = this.#parts.environment.now()
    for (const resource of resources.values()) this.#apply(resource, now)
  }

  #apply(resource: Resource, now: number): void {
    const { options } = this.#parts
    const { described, share } = this.#table(resource.table)
    const given = limitIn(options.limits[resource.table], resource)
    const limit = given ?? limitIn(described, resource)
    const own = limit === undefined ? undefined : limit * options.share * share
    resource.setLimit(own, given === undefined ? 'described' : 'options', now)
  }

  #table(table: string): TableLimits {
    const known = this.#tables.get(table)
    if (known) return known
    const { read, write } = this.#parts.options.limits[table] ?? {}
    const isGiven = read !== undefined && write !== undefined
    const limits: TableLimits = {
      resources: new Map(),
      described: undefined,
      // Who gives limits need not be allowed to look at the table.
      describedAt: isGiven ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
      describing: undefined,
      share: 1,
    }
    this.#tables.set(table, limits)
    return limits
  }
}

function limitIn(throughput: TableThroughput | undefined, { index, kind }: ResourceName): number | undefined {
  return (index === undefined ? throughput : throughput?.indexes?.[index])?.[kind]
}

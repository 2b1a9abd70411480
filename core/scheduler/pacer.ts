/**
 * One request, from its estimate to its settlement: waits for its turn, is sent, and comes again at the head of its class
 * for as long as it is throttled. Only what a throttle names slows down.
 *
 * @module
 */
import type { Environment } from '../environment.ts'
import { type EngineError, engineError, isEngineError } from '../errors.ts'
import type { ConsumedCapacity, Priority } from '../store/capacity.ts'
import type { RequestOptions } from '../store/store.ts'
import type { Cost, Costs } from './cost.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Gates } from './gates.ts'
import type { Limits } from './limits.ts'
import { checkMaxWait, checkRate } from './options.ts'
import { PacedRequest, type Partition } from './request.ts'
import { type Kind, priorities, type Resource } from './resource.ts'
import { concerns, readThrottle, type Throttle } from './throttle.ts'

/** What became of one sending. */
export type Sent<Answer> =
  /** `consumed` is undefined where it was not told: then it was as estimated. */
  | { readonly kind: 'answered'; readonly answer: Answer; readonly consumed: readonly ConsumedCapacity[] | undefined }
  /** Refused without a bill. */
  | { readonly kind: 'free'; readonly answer: Answer }
  /** Refused for lack of capacity. `answer` is what a caller gets who is not paced, or is an error to throw. */
  | { readonly kind: 'throttled'; readonly reasons: readonly string[]; readonly answer: () => Answer }

export interface Job<Answer> {
  readonly costs: () => readonly Cost[]
  readonly tables: readonly string[]
  readonly partitions: () => readonly Partition[]
  readonly options: RequestOptions
  /** Class of a request that names none. */
  readonly priority: Priority
  readonly send: (options: RequestOptions) => Promise<Sent<Answer>>
}

/** A place in the order of requests, which one keeps that comes again, and how long it is worth waiting in it. */
export interface Place {
  readonly arrival: number
  readonly deadline: number
  readonly arrivedAt: number
}

/** What is given back is called once, when the wait is over: with the error where it was given up. */
export type WatchWait = (wait: {
  readonly tables: readonly string[]
  readonly priority: Priority
}) => ((failure?: EngineError) => void) | undefined

interface PacerParts {
  readonly environment: Environment
  readonly limits: Limits
  readonly costs: Costs
  readonly gates: Gates
  readonly dispatcher: Dispatcher
  /** Milliseconds that commits and reads wait by default. */
  readonly maxWait: number
  /** Is told of each request that has to wait. */
  readonly onWait: WatchWait | undefined
  /** What to wait for before the tables' limits are known; undefined for nothing. */
  readonly prepare: (tables: readonly string[]) => Promise<unknown> | undefined
}

const unitsOf = { read: 'readUnits', write: 'writeUnits' } as const satisfies Record<Kind, keyof ConsumedCapacity>
const kinds = ['read', 'write'] as const satisfies readonly Kind[]

const INTERACTIVE = priorities.indexOf('read')

export class Pacer {
  readonly #parts: PacerParts
  #arrivals = 0

  constructor(parts: PacerParts) {
    this.#parts = parts
  }

  /** @throws `INVALID_ARGUMENT` for options that say nothing sensible */
  place({ options, priority }: Pick<Job<unknown>, 'options' | 'priority'>): Place {
    const { rate, maxWait } = options
    if (rate !== undefined) checkRate(rate, 'rate')
    if (maxWait !== undefined) checkMaxWait(maxWait, 'maxWait')
    const arrivedAt = this.#parts.environment.now()
    // Work in the background has time.
    const wait = maxWait ?? (rankOf(options, priority) <= INTERACTIVE ? this.#parts.maxWait : Number.POSITIVE_INFINITY)
    return { arrival: ++this.#arrivals, arrivedAt, deadline: arrivedAt + wait }
  }

  /** @throws `THROTTLED` after the deadline, `ABORTED`, `CLOSED`, and what `send` throws */
  async run<Answer>(job: Job<Answer>, place = this.place(job)): Promise<Answer> {
    const { environment, dispatcher, costs, prepare, onWait } = this.#parts
    const { options } = job
    const preparing = prepare(job.tables)
    if (preparing) await preparing
    const rank = rankOf(options, job.priority)
    const begin = () => onWait?.({ tables: job.tables, priority: options.priority ?? job.priority })
    for (let attempts = 1; ; attempts++) {
      const needs = this.#needs(job.costs())
      const ask = { rank, needs, rate: options.rate, partitions: job.partitions }
      const request = new PacedRequest(place.arrival, ask, place.arrivedAt)
      let sentAt = 0
      const patience = { deadline: place.deadline, signal: options.signal, isAgain: attempts > 1, onWait: begin }
      const sent = await dispatcher.dispatch(request, patience, () => {
        sentAt = environment.now()
        if (attempts === 1) for (const { resource } of needs) resource.waited(sentAt - place.arrivedAt)
        return this.#send(job, request)
      })
      const throttles = sent.kind === 'throttled' ? sent.reasons.flatMap((reason) => readThrottle(reason) ?? []) : []
      if (sent.kind === 'answered') {
        this.#settle(request, sent.consumed)
        return sent.answer
      }
      request.release(environment.now())
      if (sent.kind === 'free') return sent.answer
      // For want of something else than capacity, which is for the caller to wait for.
      if (throttles.length === 0) return sent.answer()
      this.#slow(request, throttles, sentAt)
      for (const { table, index } of throttles) {
        if (table !== undefined && index !== undefined) costs.knowIndex(table, index)
      }
      if (environment.now() >= place.deadline) throw throttledTooLong(sent.reasons, attempts, place, environment.now())
    }
  }

  /** Resolves when the tables' limits are known, or need not be waited for. */
  async ready(tables: readonly string[]): Promise<void> {
    await this.#parts.prepare(tables)
  }

  /** Nothing is let go any more. */
  close(): void {
    this.#parts.dispatcher.close()
  }

  /** Part of a request was left undone, for these reasons. */
  slow(reasons: readonly string[], kind: Kind): void {
    const { environment, limits } = this.#parts
    const now = environment.now()
    for (const throttle of reasons.flatMap((reason) => readThrottle(reason) ?? [])) {
      for (const resource of limits.all()) {
        if (resource.kind !== kind || !concerns(throttle, resource)) continue
        resource.refused()
        resource.slow(now, now)
        limits.doubt(resource.table)
      }
    }
  }

  async #send<Answer>(job: Job<Answer>, request: PacedRequest): Promise<Sent<Answer>> {
    try {
      return await job.send({ ...job.options, once: true })
    } catch (thrown) {
      if (isEngineError(thrown, 'THROTTLED')) {
        const answer = (): never => {
          throw thrown
        }
        return { kind: 'throttled', reasons: thrown.payload.reasons, answer }
      }
      request.release(this.#parts.environment.now())
      throw thrown
    }
  }

  #needs(costs: readonly Cost[]) {
    return costs
      .filter(({ units }) => units > 0)
      .map(({ units, ...name }) => ({ resource: this.#parts.limits.resource(name), units }))
  }

  #settle({ needs }: PacedRequest, consumed: readonly ConsumedCapacity[] = []): void {
    const now = this.#parts.environment.now()
    for (const { resource, units } of needs) {
      const { table, index, kind } = resource
      let spent = 0
      let isTold = false
      for (const each of consumed) {
        if (each.table !== table) continue
        isTold = true
        if (each.index === index) spent += each[unitsOf[kind]]
      }
      // A table of which nothing was told cost what was estimated.
      resource.settle(units, isTold ? spent : units, now)
    }
    for (const each of consumed) {
      const { table, index } = each
      for (const kind of kinds) {
        if (each[unitsOf[kind]] === 0) continue
        const resource = this.#parts.limits.resource({ table, index, kind })
        if (!needs.some((need) => need.resource === resource)) resource.owe(each[unitsOf[kind]], now)
      }
    }
  }

  #slow(request: PacedRequest, throttles: readonly Throttle[], sentAt: number): void {
    const { limits, gates, environment } = this.#parts
    const now = environment.now()
    for (const throttle of throttles) {
      for (const resource of this.#concerned(request, throttle)) {
        resource.refused()
        if (!throttle.isHot || gates.heat(resource, request, now, sentAt)) resource.slow(now, sentAt)
        limits.doubt(resource.table)
      }
    }
  }

  /** What the request needed, as far as the throttle names it; or an index that nobody knew of. */
  #concerned({ needs }: PacedRequest, throttle: Throttle): readonly Resource[] {
    const found = needs.map(({ resource }) => resource).filter((resource) => concerns(throttle, resource))
    const { table, index, kind } = throttle
    if (found.length > 0 || table === undefined || kind === undefined) return found
    return [this.#parts.limits.resource({ table, index, kind })]
  }
}

const rankOf = ({ priority }: RequestOptions, otherwise: Job<unknown>['priority']): number =>
  priorities.indexOf(priority ?? otherwise)

function throttledTooLong(reasons: readonly string[], attempts: number, { arrivedAt }: Place, now: number) {
  const message =
    `Throttled for ${Math.round(now - arrivedAt)} ms: ${reasons.join(', ')}; nothing was written. ` +
    'Raise the capacity, send less at once, or raise scheduler.maxWait.'
  return engineError('THROTTLED', message, { reasons, attempts, gaveUp: true })
}

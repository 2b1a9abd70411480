/**
 * Lets requests go: each when its turn has come, all it needs is reserved, and a slot is free. Slots are `p-queue`'s; the
 * order is the line's; the time is the environment's, of which one sleep at a time is under way.
 *
 * @module
 */
import PQueue from 'p-queue'
import type { Environment } from '../environment.ts'
import { type EngineError, engineError } from '../errors.ts'
import { Fifo } from './fifo.ts'
import type { Gates } from './gates.ts'
import { Line, type LineOptions } from './line.ts'
import type { PacedRequest } from './request.ts'

interface DispatcherOptions {
  readonly environment: Environment
  readonly gates: Gates
  readonly concurrency: number
  readonly maxQueue: number
}

interface Patience {
  /** Milliseconds since 1970 after which it is given up; infinite for never. */
  readonly deadline: number
  readonly signal: AbortSignal | undefined
  /** It was sent before, so that it has its place in the queue, however full. */
  readonly isAgain: boolean
  /** Called where it has to wait. */
  readonly onWait: () => ((failure?: EngineError) => void) | undefined
}

interface Deadline {
  readonly arrival: number
  readonly at: number
  readonly giveUp: () => void
}

export class Dispatcher {
  readonly #environment: Environment
  readonly #line: Line
  readonly #queue: PQueue<Line, LineOptions>
  readonly #concurrency: number
  readonly #maxQueue: number
  readonly #deadlines = new Fifo<Deadline>((a, b) => a.at - b.at || a.arrival - b.arrival)
  readonly #waiting = new Set<(error: EngineError) => void>()
  #timer: { readonly at: number; readonly stop: AbortController } | undefined
  #isClosed = false

  constructor({ environment, gates, concurrency, maxQueue }: DispatcherOptions) {
    this.#environment = environment
    this.#concurrency = concurrency
    this.#maxQueue = maxQueue
    const line = new Line(() => environment.now(), gates, concurrency)
    this.#line = line
    this.#queue = new PQueue<Line, LineOptions>({ concurrency, queueClass: giving(line) })
  }

  /**
   * Resolves with what `send` gives, once it was let go. A request that comes again keeps its old place.
   *
   * @throws `THROTTLED` after the deadline and where too many wait already, `ABORTED`, `CLOSED`; nothing was sent then
   */
  async dispatch<A>(request: PacedRequest, patience: Patience, send: () => Promise<A>): Promise<A> {
    const { deadline, signal, isAgain, onWait } = patience
    if (this.#isClosed) throw closed()
    if (this.#line.waiting >= this.#maxQueue && !isAgain) throw queueIsFull(this.#maxQueue, request)
    if (this.#line.letStraight(request)) {
      try {
        return await send()
      } finally {
        this.#line.done(request)
        if (this.#line.waiting > 0) queueMicrotask(this.wake)
      }
    }
    return new Promise<A>((resolve, reject) => {
      let stopWaiting = (_failure?: EngineError): void => {}
      const work = async (): Promise<void> => {
        stopWaiting()
        try {
          resolve(await send())
        } catch (thrown) {
          reject(thrown)
        } finally {
          this.#line.done(request)
          queueMicrotask(this.wake)
        }
      }
      // Its own promise never rejects, and stays pending for a request that gave up waiting.
      this.#queue.add(work, { request }).catch(reject)
      if (!this.#line.holds(request)) return
      const waited = onWait()
      const giveUp = (error: EngineError): void => {
        stopWaiting(error)
        this.#line.leave(request)
        reject(error)
        queueMicrotask(this.wake)
      }
      const abort = (): void => giveUp(aborted(signal))
      const due: Deadline = {
        arrival: request.arrival,
        at: deadline,
        giveUp: () => giveUp(tookTooLong(request, this.#environment.now())),
      }
      stopWaiting = (failure) => {
        waited?.(failure)
        signal?.removeEventListener('abort', abort)
        this.#deadlines.remove(due)
        this.#waiting.delete(giveUp)
      }
      this.#waiting.add(giveUp)
      signal?.addEventListener('abort', abort)
      if (Number.isFinite(deadline)) this.#deadlines.add(due)
      if (signal?.aborted) abort()
      else this.#arm()
    })
  }

  /** Whoever waits is refused at once, as is whoever comes later. What was let go is not waited for. */
  close(): void {
    this.#isClosed = true
    for (const giveUp of this.#waiting) giveUp(closed())
  }

  /** Something may have changed: time went by, units came back, a limit rose. */
  readonly wake = (): void => {
    const now = this.#environment.now()
    for (let due = this.#deadlines.head; due && due.at <= now; due = this.#deadlines.head) due.giveUp()
    // Setting it makes p-queue look into its queue again, which knows only by being asked that somebody can go.
    this.#queue.concurrency = this.#concurrency
    this.#arm()
  }

  /** Sleeps until somebody can go or has waited too long. */
  #arm(): void {
    const hasSlot = this.#line.hasSlot
    const now = this.#environment.now()
    const due = (this.#deadlines.head?.at ?? Number.POSITIVE_INFINITY) - now
    const wait = Math.min(due, this.#line.waiting > 0 && hasSlot ? this.#line.wait() : Number.POSITIVE_INFINITY)
    if (wait === Number.POSITIVE_INFINITY) {
      this.#timer?.stop.abort()
      this.#timer = undefined
      return
    }
    const at = now + Math.max(1, Math.ceil(wait))
    if (this.#timer && this.#timer.at <= at) return
    this.#timer?.stop.abort()
    const timer = { at, stop: new AbortController() }
    this.#timer = timer
    void this.#environment.sleep(at - now, timer.stop.signal).then(() => {
      if (this.#timer !== timer) return
      this.#timer = undefined
      this.wake()
    })
  }
}

/** `p-queue` makes its queue itself; this class makes the one that there is. */
const giving = (line: Line) =>
  class {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: the one way to hand p-queue a queue that others hold too
      return line
    }
  } as unknown as new () => Line

const aborted = (signal: AbortSignal | undefined): EngineError =>
  engineError('ABORTED', 'Aborted while waiting for capacity; nothing was sent.', {}, { cause: signal?.reason })

const closed = (): EngineError =>
  engineError('CLOSED', 'The store was closed while this request waited for capacity; it was not sent.', {})

function queueIsFull(maxQueue: number, request: PacedRequest): EngineError {
  const reasons = request.needs.map(({ resource }) => nameOf(resource))
  const message =
    `${maxQueue} requests wait for capacity already, so this one on ${reasons.join(' and ')} was refused; nothing was sent. ` +
    'Send less at once, raise the capacity, or raise scheduler.maxQueue.'
  return engineError('THROTTLED', message, { reasons, attempts: 0, gaveUp: true })
}

function tookTooLong({ needs, arrivedAt }: PacedRequest, now: number): EngineError {
  const reasons = needs.map(({ resource }) => nameOf(resource))
  const message =
    `No capacity on ${reasons.join(' and ')} within ${Math.round(now - arrivedAt)} ms; nothing was written. ` +
    'Raise the capacity, send less at once, or raise scheduler.maxWait.'
  return engineError('THROTTLED', message, { reasons, attempts: 0, gaveUp: true })
}

const nameOf = ({ table, index, kind }: { table: string; index: string | undefined; kind: string }): string =>
  `${kind}s of ${index === undefined ? table : `${table}/${index}`}`

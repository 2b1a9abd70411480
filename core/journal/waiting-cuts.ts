/**
 * Tails whose first entries are in a block already, and wait to be cut: the next commit of the record does it in its own
 * write. Where none comes soon, the tail is cut by itself.
 *
 * @module
 */
import type { Environment } from '../environment.ts'

/** So many entries of a record's tail are in a block, from the one of this version on. */
export interface Cut {
  readonly record: string
  /** Of the record: versions are counted anew when it is created again. */
  readonly life: string
  readonly version: number
  readonly entries: number
}

/** Milliseconds for which a cut waits for a commit. */
const GRACE = 500

interface Waiting {
  readonly cut: Cut
  readonly over: AbortController
  state: 'free' | 'taken' | 'done'
}

export class WaitingCuts {
  readonly #environment: Environment
  readonly #waiting = new Map<string, Waiting>()
  readonly #ends = new Set<Promise<void>>()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  has(record: string): boolean {
    return this.#waiting.has(record)
  }

  /** `cutNow` is for when no commit takes it. */
  add(cut: Cut, cutNow: () => Promise<unknown>): void {
    const waiting: Waiting = { cut, over: new AbortController(), state: 'free' }
    this.#waiting.set(cut.record, waiting)
    const end = this.#end(waiting, cutNow)
      .catch(() => {
        // Whoever commits next will seal again; no data depends on it.
      })
      .finally(() => {
        this.#ends.delete(end)
        if (this.#waiting.get(cut.record) === waiting) this.#waiting.delete(cut.record)
      })
    this.#ends.add(end)
  }

  async #end(waiting: Waiting, cutNow: () => Promise<unknown>): Promise<void> {
    const { signal } = waiting.over
    do await this.#environment.sleep(GRACE, signal)
    while (waiting.state === 'taken' && !signal.aborted)
    if (waiting.state !== 'free') return
    waiting.state = 'taken'
    await cutNow()
  }

  /** The cut for a commit that is planned on an item whose tail begins with this version. It is to be given back in any case. */
  take(record: string, life: string, version: number): Cut | undefined {
    const waiting = this.#waiting.get(record)
    if (waiting?.state !== 'free' || waiting.cut.life !== life) return undefined
    const { cut } = waiting
    // Somebody else has cut the tail: nothing is left to wait for.
    if (version > cut.version) this.giveBack(cut, true)
    if (version !== cut.version) return undefined
    waiting.state = 'taken'
    return cut
  }

  giveBack(cut: Cut, isDone: boolean): void {
    const waiting = this.#waiting.get(cut.record)
    if (waiting?.cut !== cut) return
    waiting.state = isDone ? 'done' : 'free'
    if (!isDone) return
    this.#waiting.delete(cut.record)
    waiting.over.abort()
  }

  /** Nothing waits for commits any more. */
  async close(): Promise<void> {
    for (const { over } of this.#waiting.values()) over.abort()
    await Promise.all(this.#ends)
  }
}

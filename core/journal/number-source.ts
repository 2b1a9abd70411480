/**
 * Numbers that count up, one counter a model, kept in the journal table where no scan of the model's table meets it.
 *
 * No number is given twice, by whichever process: a counter only grows, and each reservation says what it was before. A
 * reservation whose answer was lost may have happened, so its numbers are given to nobody.
 *
 * @module
 */
import type { Item, ItemAddress } from '../data/item.ts'
import { type Environment, fullJitter } from '../environment.ts'
import { engineError } from '../errors.ts'
import { absent, equals } from '../expression/condition.ts'
import type { AnyModel } from '../model/model.ts'
import type { CommitOutcome } from '../store/commit-outcome.ts'
import type { Store } from '../store/store.ts'
import { commitId } from './commit-id.ts'

/** The last number that was reserved. */
const LAST = 'n'
const MAX_SENDS = 25

/** Numbers of one model that this process has reserved and not given yet: from `next` up to before `end`. */
interface Counter {
  next: number
  end: number
  /** The item as it was last seen; null where that is not known. */
  seen: Item | undefined | null
  waiting: number
  reserving: Promise<void> | undefined
}

export class NumberSource {
  readonly #store: Store
  readonly #table: string
  readonly #environment: Environment
  readonly #counters = new Map<string, Counter>()

  constructor(store: Store, table: string, environment: Environment) {
    this.#store = store
    this.#table = table
    this.#environment = environment
  }

  /** The next number of a model with one that counts up, at least `from`. Those who wait at the same time share a request. */
  async next(model: AnyModel, from = 1): Promise<number> {
    const counter = this.#counterOf(model)
    counter.waiting++
    try {
      for (;;) {
        counter.next = Math.max(counter.next, from)
        if (counter.next < counter.end) return counter.next++
        counter.reserving ??= this.#reserve(model, counter, from).finally(() => {
          counter.reserving = undefined
        })
        await counter.reserving
      }
    } finally {
      counter.waiting--
    }
  }

  #counterOf({ name }: AnyModel): Counter {
    let counter = this.#counters.get(name)
    if (!counter) {
      counter = { next: 0, end: 0, seen: null, waiting: 0, reserving: undefined }
      this.#counters.set(name, counter)
    }
    return counter
  }

  async #reserve(model: AnyModel, counter: Counter, from: number): Promise<void> {
    const { block, start } = model.definition.generated.numbered!
    const address: ItemAddress = { table: this.#table, key: { p: `N#${model.name}`, s: '-' } }
    // Behind all promise callbacks of this tick: who asks in it shares the request.
    await Promise.resolve().then(() => new Promise<void>((resolve) => process.nextTick(resolve)))
    for (let sends = 1; ; sends++) {
      if (counter.seen === null) [counter.seen] = await this.#store.read([address], { consistent: true })
      const seen = counter.seen
      const before = Number(seen?.[LAST] ?? 0)
      const first = Math.max(before + 1, from, start)
      const last = first + Math.max(block, counter.waiting) - 1
      if (!Number.isSafeInteger(last)) throw usedUp(model, before)
      const item: Item = { ...address.key, [LAST]: last }
      const condition = seen ? equals([LAST], before) : absent(['p'])
      const outcome = await this.#store.commit({
        id: commitId(this.#environment),
        actions: [{ kind: 'put', ...address, item, condition }],
      })
      if (outcome.kind === 'committed') {
        Object.assign(counter, { next: first, end: last + 1, seen: item } satisfies Partial<Counter>)
        return
      }
      if (outcome.kind === 'invalid' || sends >= MAX_SENDS) throw refusal(model, outcome, sends)
      // Another process was first: its number comes with the refusal. After anything else, nothing is known.
      counter.seen = outcome.kind === 'conflict' ? outcome.failures[0]?.present : null
      if (outcome.kind !== 'conflict' || sends > 1) await this.#environment.sleep(fullJitter(sends, this.#environment))
    }
  }
}

function refusal(model: AnyModel, outcome: Exclude<CommitOutcome, { kind: 'committed' }>, attempts: number) {
  const what = `No number for a new ${model.name} could be reserved`
  switch (outcome.kind) {
    case 'invalid':
      return engineError(
        'REJECTED',
        `${what}: ${outcome.reason}.`,
        { reason: outcome.reason },
        { cause: outcome.cause },
      )
    case 'throttled':
      return engineError('THROTTLED', `${what}: the store is short of capacity.`, {
        reasons: outcome.reasons,
        attempts,
      })
    case 'conflict':
    case 'contention':
    case 'unknown':
      return engineError(
        'RETRIES_EXHAUSTED',
        `${what} in ${attempts} attempts. Where many processes create at once, reserve more by autoIncrement({ block }).`,
        { attempts },
        outcome.kind === 'unknown' ? { cause: outcome.cause } : undefined,
      )
    default:
      return outcome satisfies never
  }
}

const usedUp = ({ name }: AnyModel, actual: number) =>
  engineError('TOO_LARGE', `${name}: the numbers up to 2^53 are used up.`, {
    limit: 'numbers',
    maximum: Number.MAX_SAFE_INTEGER,
    actual,
    model: name,
  })

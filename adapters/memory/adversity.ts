/**
 * What may befall requests to a memory store, as a plan: how often, and from which seed. Users test their domain code
 * with it, so every fault is one that DynamoDB or a network can really produce, only more often.
 *
 * @module
 */
import { assertObject, unexpected } from '../../core/arguments.ts'
import type { Store } from '../../core/store/store.ts'
import { type CapacityPlan, checkCapacity, type ProvisionedTable } from './capacity-plan.ts'

/** How hostile the store is. All but `seed` and `capacity` are probabilities from 0 to 1, by default 0, or counts. */
export interface Adversity {
  /** Equal seeds and equal sequences of calls give equal faults. An integer. */
  readonly seed: number
  /** A commit is refused for other transactions at work on some of its items (`contention`). Nothing is applied. */
  readonly transactionConflict?: number | undefined
  /** A commit is refused for lack of capacity (`throttled`), with reasons as DynamoDB words them. Nothing is applied. */
  readonly throttle?: number | undefined
  /** The connection breaks before a commit is applied (`unknown`). With `duplicate` it may still be applied later. */
  readonly loseAnswerBefore?: number | undefined
  /** The connection breaks after a commit was carried out, applied or refused (`unknown`). */
  readonly loseAnswerAfter?: number | undefined
  /**
   * A commit that was applied, or whose connection broke before, arrives (again) some turns of the event loop later, as
   * from a proxy that repeats a POST. Other commits may come in between. What becomes of it is told to nobody.
   */
  readonly duplicate?: number | undefined
  /** A read that is not `consistent` sees each item, and a query or scan its table, as of a few commits ago. */
  readonly staleReads?: number | undefined
  /** A query or scan of an index that is not `consistent` sees the index as of a few commits ago. */
  readonly staleIndexes?: number | undefined
  /**
   * A page of `changes` comes again, as to a consumer that was killed before it could save the page's token and resumed
   * with the one before.
   */
  readonly repeatChanges?: number | undefined
  /**
   * The store crashes at this commit, counted from 1: whether that one is applied is up to the seed, its outcome is
   * `unknown`, and every later call rejects with `CLOSED`. `recovered` gives what was kept.
   */
  readonly crashAtWrite?: number | undefined
  /**
   * Provisioned capacity, as DynamoDB counts and refuses: buckets that fill on the store's `now`, partitions that give
   * only so much, transactions at double cost, writes of indexes. Beyond it requests are throttled, with its reasons.
   */
  readonly capacity?: CapacityPlan | undefined
}

/** A memory store with adversity, and how to get past it. */
export interface AdverseStore extends Store {
  /**
   * A store of what is committed, as after a restart: healthy unless given another adversity. Also works before a crash,
   * to look at the truth behind stale reads and lost answers. Both see each other's commits.
   */
  recovered(): Store
  /** The same, with faults of its own. */
  recovered(adversity: Adversity): AdverseStore
  /** Gives a table another capacity, as UpdateTable does; with `adversity.capacity` only. */
  provision(table: string, capacity: ProvisionedTable): void
  /** Resolves when no repeated request is under way any more. */
  settled(): Promise<void>
}

type Odds = Required<{ readonly [Name in (typeof probabilities)[number]]: number }>

/** Every fault with its probability, and the crash; nothing is left out. */
export interface CheckedAdversity extends Odds {
  readonly seed: number
  readonly crashAtWrite: number
}

const probabilities = [
  'transactionConflict',
  'throttle',
  'loseAnswerBefore',
  'loseAnswerAfter',
  'duplicate',
  'staleReads',
  'staleIndexes',
  'repeatChanges',
] as const

/** @throws `INVALID_ARGUMENT`, also for names that are not known: a misspelt fault would be one that never comes */
export function checkAdversity(adversity: Adversity): CheckedAdversity {
  assertObject(adversity, 'adversity', [...probabilities, 'seed', 'crashAtWrite', 'capacity'])
  const { seed, crashAtWrite = Number.POSITIVE_INFINITY } = adversity
  if (!Number.isSafeInteger(seed)) throw refusal('seed', 'an integer', adversity)
  if (crashAtWrite !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(crashAtWrite) && crashAtWrite > 0)) {
    throw refusal('crashAtWrite', 'a positive integer', adversity)
  }
  if (adversity.capacity !== undefined) checkCapacity(adversity.capacity)
  const odds = probabilities.map((name) => {
    const value = adversity[name] ?? 0
    if (!(typeof value === 'number' && value >= 0 && value <= 1)) {
      throw refusal(name, 'a probability from 0 to 1', adversity)
    }
    return [name, value] as const
  })
  return { ...(Object.fromEntries(odds) as Odds), seed, crashAtWrite }
}

const refusal = (name: keyof Adversity, expected: string, adversity: Adversity) =>
  unexpected(`adversity.${name}`, expected, adversity[name])

/**
 * Sends a plan until its outcome is certain. The same plan is repeated after contention, throttling and lost answers,
 * which is harmless: each of its writes says that its own commit id is not in the record yet.
 *
 * A lost answer is resolved, never guessed: the repeated plan either succeeds, or fails on a record that bears this
 * commit's id, or fails on one that does not.
 *
 * @module
 */

import type { Item, ItemAddress } from '../data/item.ts'
import { type Environment, fullJitter } from '../environment.ts'
import { type EngineError, engineError } from '../errors.ts'
import { all } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import { bears, isFull, lastCommit, reachesBackTo } from '../journal/tail.ts'
import type { CommitOutcome, FailedAction } from '../store/commit-outcome.ts'
import type { RequestOptions, Store } from '../store/store.ts'
import type { WritePlan } from '../store/write-plan.ts'
import type { Planned } from './plan.ts'

export interface CommitOptions {
  /** How often a plan is sent before giving up. */
  readonly sends: number
  readonly signal: AbortSignal | undefined
  /** Trims an item's tail, for writes that never saw the record and found it full. */
  readonly makeRoom: (address: ItemAddress, item: Item) => Promise<void>
}

export type Settled =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict'; readonly failures: readonly FailedAction[] }

interface Lost {
  readonly cause: unknown
}

export async function commitPlan(
  store: Store,
  plan: Planned,
  environment: Environment,
  options: CommitOptions,
): Promise<Settled> {
  /** Once an answer was lost, nothing but evidence shows that the plan was not applied. */
  let lost: Lost | undefined
  for (let sends = 1; ; sends++) {
    const outcome = await send(
      store,
      plan,
      lost && plan.actions.length === 1 ? resent(plan) : plan,
      { signal: options.signal, attempt: sends },
      lost,
    )
    if (outcome.kind === 'committed') return outcome
    if (outcome.kind === 'conflict') {
      const applied = wasApplied(plan, outcome.failures)
      if (applied === true) return { kind: 'committed' }
      const full = sends < options.sends ? withoutRoom(plan, outcome.failures) : []
      if (full.length > 0) {
        await Promise.all(full.map(({ action, present }) => options.makeRoom(action, present)))
        continue
      }
      if (applied === false || !lost) return outcome
      return settledByReading(store, plan, outcome.failures, lost.cause)
    }
    if (outcome.kind === 'unknown') lost ??= { cause: outcome.cause }
    const { signal } = options
    if (outcome.kind === 'invalid' || sends >= options.sends || signal?.aborted) {
      if (lost) throw unknownOutcome(plan.id, lost.cause)
      throw outcome.kind !== 'invalid' && signal?.aborted ? aborted(signal) : failure(outcome, plan, sends)
    }
    await environment.sleep(fullJitter(sends, environment, 20, 2000), options.signal)
    // Sending would now be refused as aborted, which must not read as if nothing had been written.
    if (lost && options.signal?.aborted) throw unknownOutcome(plan.id, lost.cause)
  }
}

/** What the store throws, such as for an abort, says nothing about what an earlier sending did. */
async function send(
  store: Store,
  plan: Planned,
  { id, actions }: WritePlan,
  options: RequestOptions,
  lost: Lost | undefined,
) {
  try {
    return await store.commit({ id, actions }, options)
  } catch (thrown) {
    throw lost ? unknownOutcome(plan.id, thrown) : thrown
  }
}

/**
 * A single write as it is sent again after a lost answer: only where the tail still would have its id, and where the
 * record is no later one under the same key. Several have a token instead, for which they must stay as they were.
 */
const resent = (plan: Planned): WritePlan => ({
  id: plan.id,
  actions: plan.actions.map((action, position) =>
    action.kind === 'update' || (action.kind === 'delete' && !storedAt(plan, position))
      ? { ...action, condition: all([action.condition, reachesBackTo(plan.id)]) }
      : action,
  ),
})

/** The item that the action was planned on; undefined where it was never seen. */
const storedAt = (plan: Planned, position: number): Item | undefined => plan.planned[position]?.involved.stored

/** Writes that asked for room in the tail and found none. */
const withoutRoom = (plan: Planned, failures: readonly FailedAction[]) =>
  failures.flatMap(({ position, present }) => {
    const action = plan.actions[position]
    const isBlind = action?.kind === 'update' && plan.planned[position]?.involved.stored === undefined
    return isBlind && present && isFull(present) ? [{ action, present }] : []
  })

/** Whether the failures show that this very plan had been applied before; undefined where they do not tell. */
function wasApplied(plan: Planned, failures: readonly FailedAction[]): boolean | undefined {
  const told = failures.map(({ position, present }) => tells(plan, position, present))
  return told.includes(true) || (told.includes(false) ? false : undefined)
}

/**
 * Whether the item shows that the plan was applied. One that is gone does not tell, nor does another record under the same
 * key: the plan may have been applied to the one before.
 */
function tells(plan: Planned, position: number, present: Item | undefined): boolean | undefined {
  const action = plan.actions[position]
  if (!action || !present || action.kind === 'check') return undefined
  const stored = storedAt(plan, position)
  // A deletion leaves no id, but a record that was there before it was sent has not been deleted.
  const survived = stored || evaluate(reachesBackTo(plan.id), present) ? false : undefined
  const borne = action.kind === 'delete' ? survived : bears(present, plan.id)
  const before = stored && lastCommit(stored)
  const isAnother = before !== undefined && bears(present, before) !== true
  return borne === false && isAnother ? undefined : borne
}

/** The failed actions were checks, or on records that are gone. Others that the plan would have written may tell. */
async function settledByReading(
  store: Store,
  plan: Planned,
  failures: readonly FailedAction[],
  cause: unknown,
): Promise<Settled> {
  let items: readonly (Item | undefined)[]
  try {
    items = await store.read(plan.actions, { consistent: true })
  } catch (thrown) {
    throw unknownOutcome(plan.id, thrown)
  }
  const told = items.map((item, position) => tells(plan, position, item))
  if (told.includes(true)) return { kind: 'committed' }
  if (told.includes(false)) return { kind: 'conflict', failures }
  throw unknownOutcome(plan.id, cause)
}

function failure(
  outcome: Exclude<CommitOutcome, { kind: 'committed' | 'conflict' }>,
  plan: Planned,
  sends: number,
): EngineError {
  switch (outcome.kind) {
    case 'contention':
      return engineError(
        'RETRIES_EXHAUSTED',
        `Other transactions kept hold of ${names(plan, outcome.positions)} (sent ${sends} times). Nothing was written. ` +
          'Try again later, or change fewer records at once.',
        { attempts: sends },
      )
    case 'throttled':
      return engineError(
        'THROTTLED',
        `The store had no capacity for this commit (sent ${sends} times): ${outcome.reasons.join(', ')}. Nothing was written.`,
        { reasons: outcome.reasons, attempts: sends },
      )
    case 'invalid': {
      const where = outcome.position === undefined ? '' : ` (${names(plan, [outcome.position])})`
      return engineError(
        'REJECTED',
        `The store refused the commit${where}: ${outcome.reason} Nothing was written.`,
        { reason: outcome.reason },
        { cause: outcome.cause },
      )
    }
    case 'unknown':
      return unknownOutcome(plan.id, outcome.cause)
    default:
      return outcome satisfies never
  }
}

export const aborted = (signal: AbortSignal): EngineError =>
  engineError('ABORTED', 'The unit of work was aborted; nothing was written.', {}, { cause: signal.reason })

const unknownOutcome = (id: string, cause: unknown): EngineError =>
  engineError(
    'UNKNOWN_OUTCOME',
    `The answer to commit ${id} was lost and could not be found out: it may have happened or not. ` +
      'Look at the records before doing it again.',
    { commitId: id },
    { cause },
  )

const names = (plan: Planned, positions: readonly number[]): string =>
  positions.length === 0
    ? 'the records'
    : positions.map((position) => plan.planned[position]?.involved.identity.model.name ?? 'the journal').join(', ')

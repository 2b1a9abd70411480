/**
 * Sends a plan until its outcome is certain. The same plan is repeated after contention, throttling and lost answers,
 * which is harmless: each of its writes says that its own commit id is not in the record yet.
 *
 * A lost answer is resolved, never guessed: the repeated plan either succeeds, or fails on a record that bears this
 * commit's id, or fails on one that does not.
 *
 * @module
 */

import { type Environment, fullJitter } from '../environment.ts'
import { type EngineError, engineError } from '../errors.ts'
import { bears } from '../journal/tail.ts'
import type { CommitOutcome, FailedAction } from '../store/commit-outcome.ts'
import type { Store } from '../store/store.ts'
import type { Planned } from './plan.ts'

export interface CommitOptions {
  /** How often a plan is sent before giving up. */
  readonly sends: number
  readonly signal: AbortSignal | undefined
}

export type Settled =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict'; readonly failures: readonly FailedAction[] }

export async function commitPlan(
  store: Store,
  plan: Planned,
  environment: Environment,
  options: CommitOptions,
): Promise<Settled> {
  /** Once an answer was lost, nothing but evidence shows that the plan was not applied. */
  let lost: { readonly cause: unknown } | undefined
  for (let sends = 1; ; sends++) {
    const outcome = await store.commit({ id: plan.id, actions: plan.actions }, { signal: options.signal })
    if (outcome.kind === 'committed') return outcome
    if (outcome.kind === 'conflict') {
      const applied = wasApplied(plan, outcome.failures)
      if (applied === true) return { kind: 'committed' }
      if (applied === false || !lost) return outcome
      return settledByReading(store, plan, outcome.failures, lost.cause)
    }
    if (outcome.kind === 'unknown') lost ??= { cause: outcome.cause }
    if (outcome.kind === 'invalid' || sends >= options.sends || options.signal?.aborted) {
      throw lost ? unknownOutcome(plan.id, lost.cause) : failure(outcome, plan, sends)
    }
    await environment.sleep(fullJitter(sends, environment, 20, 2000), options.signal)
    // Sending would now be refused as aborted, which must not read as if nothing had been written.
    if (lost && options.signal?.aborted) throw unknownOutcome(plan.id, lost.cause)
  }
}

/** Whether the failures show that this very plan had been applied before; undefined where they do not tell. */
function wasApplied(plan: Planned, failures: readonly FailedAction[]): boolean | undefined {
  let told: boolean | undefined
  for (const { position, present } of failures) {
    const action = plan.actions[position]
    if (!action || !present || (action.kind !== 'put' && action.kind !== 'update')) continue
    const borne = bears(present, plan.id)
    if (borne === true) return true
    if (borne === false) told = false
  }
  return told
}

/** The failed actions were deletions or checks. A record that the plan wrote tells; of a deletion alone nothing can. */
async function settledByReading(
  store: Store,
  plan: Planned,
  failures: readonly FailedAction[],
  cause: unknown,
): Promise<Settled> {
  const written = plan.actions.filter(({ kind }) => kind === 'put' || kind === 'update')
  const items = await store.read(written, { consistent: true })
  const told = items.map((item) => item && bears(item, plan.id))
  if (told.includes(true)) return { kind: 'committed' }
  const survivors = failures.some(({ position, present }) => plan.actions[position]?.kind === 'delete' && present)
  if (told.includes(false) || survivors) return { kind: 'conflict', failures }
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

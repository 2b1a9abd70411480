/**
 * Sends a plan until its outcome is certain. The same plan is repeated after contention, throttling and lost answers,
 * which is harmless: each of its writes says that its own commit id is not in the record yet.
 *
 * @module
 */
import { sentence } from '../data/print-value.ts'
import { type Environment, fullJitter } from '../environment.ts'
import { type EngineError, engineError } from '../errors.ts'
import type { CommitOutcome, FailedAction } from '../store/commit-outcome.ts'
import type { RequestOptions, Store } from '../store/store.ts'
import type { WritePlan } from '../store/write-plan.ts'
import { aborted } from './aborted.ts'
import { isOnlyCut, type Journaled, resent, seenSince, unknownOutcome, wasApplied } from './lost-answer.ts'
import type { Planned } from './planned.ts'

interface CommitParts extends Journaled {
  readonly store: Store
  readonly environment: Environment
  /** How often a plan is sent before giving up. */
  readonly sends: number
  readonly signal: AbortSignal | undefined
}

type Settled =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict'; readonly failures: readonly FailedAction[] }

export async function commitPlan(plan: Planned, parts: CommitParts): Promise<Settled> {
  const { store, environment, sends: maxSends, signal } = parts
  /** Once an answer was lost, nothing but evidence shows that the plan was not applied. */
  let lost: { readonly cause: unknown } | undefined
  let next: WritePlan = plan
  for (let sends = 1; ; sends++) {
    const outcome = await send(store, next, { signal, attempt: sends }, lost !== undefined)
    if (outcome.kind === 'committed') return outcome
    if (outcome.kind === 'conflict') {
      const applied = await wasApplied(plan, outcome.failures, parts, lost)
      if (applied) return { kind: 'committed' }
      const cut = lost && sends < maxSends && isOnlyCut(plan, outcome.failures)
      if (!cut) return outcome
      next = resent(plan, parts.journalTable, cut)
      continue
    }
    if (outcome.kind === 'unknown') lost ??= { cause: outcome.cause }
    if (outcome.kind === 'invalid' || sends >= maxSends || signal?.aborted) {
      if (lost) throw unknownOutcome(plan.id, lost.cause)
      throw outcome.kind !== 'invalid' && signal?.aborted ? aborted(signal) : failure(outcome, plan, sends)
    }
    await environment.sleep(fullJitter(sends, environment, 20, 2000), signal)
    // Sending would now be refused as aborted, which must not read as if nothing had been written.
    if (lost && signal?.aborted) throw unknownOutcome(plan.id, lost.cause)
    if (lost && next === plan && plan.actions.length === 1) {
      const before = await seenSince(plan, parts, lost.cause)
      if (before === 'applied') return { kind: 'committed' }
      next = resent(plan, parts.journalTable, before)
    }
  }
}

/** What the store throws, such as for an abort, says nothing about what an earlier sending did. */
async function send(store: Store, plan: WritePlan, options: RequestOptions, wasLost: boolean) {
  try {
    return await store.commit({ id: plan.id, actions: plan.actions }, options)
  } catch (thrown) {
    throw wasLost ? unknownOutcome(plan.id, thrown) : thrown
  }
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
        `The store did not take this commit (sent ${sends} times): ${outcome.reasons.join(', ')}. Nothing was written.`,
        { reasons: outcome.reasons, attempts: sends },
      )
    case 'invalid': {
      const where = outcome.position === undefined ? '' : ` (${names(plan, [outcome.position])})`
      return engineError(
        'REJECTED',
        `The store refused the commit${where}: ${sentence(outcome.reason)} Nothing was written.`,
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

const names = (plan: Planned, positions: readonly number[]): string =>
  positions.length === 0
    ? 'the records'
    : positions.map((position) => plan.planned[position]?.involved.identity.model.name ?? 'the journal').join(', ')

/**
 * Sends a plan until its outcome is certain. The same plan is repeated after contention, throttling and lost answers,
 * which is harmless: each of its writes says that its own commit id is not in the record yet.
 *
 * A lost answer is resolved, never guessed: the repeated plan either succeeds, or fails on a record whose history has this
 * commit's id, or on one whose history has not. Where no history is kept, what cannot be told is `UNKNOWN_OUTCOME`.
 *
 * @module
 */
import type { Item, ItemAddress } from '../data/item.ts'
import { type Environment, fullJitter } from '../environment.ts'
import { type EngineError, engineError } from '../errors.ts'
import { absent, all, type Condition, equals } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import { endAddress } from '../journal/block.ts'
import { type Sought, searchHistory, told } from '../journal/evidence.ts'
import { COMMIT } from '../journal/journal-table.ts'
import { notSealedSince, VERSION } from '../journal/tail.ts'
import type { CommitOutcome, FailedAction } from '../store/commit-outcome.ts'
import type { RequestOptions, Store } from '../store/store.ts'
import type { WriteAction, WritePlan } from '../store/write-plan.ts'
import { keepsHistory } from './involved.ts'
import type { Planned, PlannedAction } from './planned.ts'

export interface CommitParts {
  readonly store: Store
  readonly environment: Environment
  readonly journalTable: string
  /** How often a plan is sent before giving up. */
  readonly sends: number
  readonly signal: AbortSignal | undefined
}

export type Settled =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict'; readonly failures: readonly FailedAction[] }

export async function commitPlan(plan: Planned, parts: CommitParts): Promise<Settled> {
  const { store, environment, sends: maxSends, signal } = parts
  /** Once an answer was lost, nothing but evidence shows that the plan was not applied. */
  let lost: { readonly cause: unknown } | undefined
  let next: WritePlan = plan
  for (let sends = 1; ; sends++) {
    const outcome = await send(store, next, plan.id, { signal, attempt: sends }, lost !== undefined)
    if (outcome.kind === 'committed') return outcome
    if (outcome.kind === 'conflict') {
      const applied = await wasApplied(plan, outcome.failures, parts, lost)
      if (applied) return { kind: 'committed' }
      const sealed = lost && sends < maxSends && isOnlySealed(plan, outcome.failures)
      if (!sealed) return outcome
      next = resent(plan, parts.journalTable, sealed)
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
async function send(store: Store, plan: WritePlan, id: string, options: RequestOptions, wasLost: boolean) {
  try {
    return await store.commit({ id: plan.id, actions: plan.actions }, options)
  } catch (thrown) {
    throw wasLost ? unknownOutcome(id, thrown) : thrown
  }
}

const isKept = ({ involved }: PlannedAction): boolean => keepsHistory(involved)

/** The item that the action was planned on; undefined where it was never seen. */
const knownTo = ({ involved }: PlannedAction): Item | undefined => involved.met ?? involved.stored

/**
 * The item on which a single write whose answer was lost may be sent again, or the news that it was applied. A write that
 * never saw its record looks at it now.
 */
async function seenSince(plan: Planned, parts: CommitParts, cause: unknown): Promise<Item | 'applied' | undefined> {
  const [planned] = plan.planned
  if (!planned || planned.action.kind === 'put') return undefined
  const known = knownTo(planned)
  if (known) return known
  if (!isKept(planned)) throw unknownOutcome(plan.id, cause)
  const present = await readAfterLoss(plan, parts)
  return (await isInHistory(plan, planned, present, parts)) ? 'applied' : present
}

/**
 * A single write as it is sent again after a lost answer: only where nothing could hide that it was applied. Several have a
 * token instead, for which they must stay as they were.
 */
function resent(plan: Planned, journalTable: string, known: Item | undefined): WritePlan {
  const [planned] = plan.planned
  const [action] = plan.actions
  if (plan.actions.length > 1 || !planned || !action) return plan
  const only = (condition: Condition): WritePlan => ({
    id: plan.id,
    actions: [{ ...action, condition: all([action.condition, condition]) }],
  })
  if (!isKept(planned)) {
    return known ? only(known[VERSION] === undefined ? absent([VERSION]) : equals([VERSION], known[VERSION])) : plan
  }
  if (planned.involved.state?.fate !== 'created') return known ? only(notSealedSince(known)) : plan
  // Created and deleted again meanwhile, it would be absent as before.
  const end: WriteAction = {
    kind: 'check',
    ...endAddress(journalTable, planned.involved.identity.address, plan.id),
    condition: absent(['p']),
  }
  return { id: plan.id, actions: [action, end] }
}

/** The present item, where all that a repeated write failed on is that its record’s tail was sealed since. */
function isOnlySealed(plan: Planned, failures: readonly FailedAction[]): Item | undefined {
  const [failure] = failures
  const planned = failure && plan.planned[failure.position]
  if (plan.actions.length > 1 || !planned || !failure.present || !isKept(planned)) return undefined
  return evaluate(planned.action.condition, failure.present) ? failure.present : undefined
}

/** Whether the plan had been applied before, as the records tell that it failed on, or their histories. */
async function wasApplied(
  plan: Planned,
  failures: readonly FailedAction[],
  parts: CommitParts,
  lost: { readonly cause: unknown } | undefined,
): Promise<boolean> {
  const evidence = failures.map(({ position, present }) => tells(plan, position, present))
  if (evidence.includes(true)) return true
  if (!lost || evidence.includes(false)) return false
  // What failed were checks, or records that no longer tell. Others that the plan would have written may.
  const items = await readAfterLoss(plan, parts, plan.actions)
  const settled = items.map((item, position) => tells(plan, position, item))
  if (settled.includes(true)) return true
  if (settled.includes(false)) return false
  const position = plan.planned.findIndex((each) => each.action.kind !== 'check' && isKept(each))
  if (position < 0) {
    // Had it been applied, a repeated transaction would have been answered as the first was.
    if (plan.actions.length > 1) return false
    throw unknownOutcome(plan.id, lost.cause)
  }
  return isInHistory(plan, plan.planned[position]!, items[position], parts)
}

async function isInHistory(
  plan: Planned,
  planned: PlannedAction,
  present: Item | undefined,
  { store, journalTable }: CommitParts,
): Promise<boolean> {
  const sought = soughtIn(plan, planned)
  const evidence = told(sought, present)
  if (evidence !== undefined) return evidence
  try {
    return await searchHistory(store, journalTable, sought)
  } catch (thrown) {
    throw unknownOutcome(plan.id, thrown)
  }
}

function readAfterLoss(plan: Planned, parts: CommitParts): Promise<Item | undefined>
function readAfterLoss(
  plan: Planned,
  parts: CommitParts,
  addresses: readonly ItemAddress[],
): Promise<readonly (Item | undefined)[]>
async function readAfterLoss(plan: Planned, { store }: CommitParts, addresses?: readonly ItemAddress[]) {
  try {
    const items = await store.read(addresses ?? plan.actions, { consistent: true })
    return addresses ? items : items[0]
  } catch (thrown) {
    throw unknownOutcome(plan.id, thrown)
  }
}

const soughtIn = ({ id }: Planned, planned: PlannedAction): Sought => ({
  commit: id,
  address: planned.involved.identity.address,
  known: knownTo(planned),
  creates: planned.action.kind === 'put' && planned.involved.state?.fate !== 'kept',
})

/** Whether an item shows that the plan was applied; undefined where it does not tell. */
function tells(plan: Planned, position: number, present: Item | undefined): boolean | undefined {
  // Asked only of a creation that is sent again: a history that has ended shows that it had begun.
  if (position >= plan.actions.length) return true
  const planned = plan.planned[position]
  // What the engine writes along, an outcome or the last block of a history, names its commit.
  if (!planned) return present && present[COMMIT] === plan.id
  if (planned.action.kind === 'check' || !isKept(planned)) return undefined
  return told(soughtIn(plan, planned), present)
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

/**
 * Whether a commit whose answer was lost happened. Resolved, never guessed: the repeated plan either succeeds, or fails on a
 * record whose history has this commit's id, or on one whose history has not. Where no history is kept, or what it would
 * tell is gone, the outcome is `UNKNOWN_OUTCOME`.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { type EngineError, engineError } from '../errors.ts'
import { absent, all, type Condition, equals } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import { endAddress } from '../journal/block.ts'
import { type Sought, searchHistory, told } from '../journal/evidence.ts'
import { COMMIT } from '../journal/journal-table.ts'
import { notCutSince, VERSION } from '../journal/tail.ts'
import type { FailedAction } from '../store/commit-outcome.ts'
import type { ReadStore } from '../store/store.ts'
import type { WriteAction, WritePlan } from '../store/write-plan.ts'
import { keepsHistory, lastSeen } from './involved.ts'
import type { Planned, PlannedAction } from './planned.ts'

/** Where evidence is. */
export interface Journaled {
  readonly store: ReadStore
  readonly journalTable: string
}

/** Whether the record's history gets to know of it. One that has ended is not told of another deletion. */
const isKept = ({ involved }: PlannedAction): boolean =>
  keepsHistory(involved) && !(involved.hasEnded && involved.state?.fate === 'deleted')

/**
 * The item on which a single write whose answer was lost may be sent again, or the news that it was applied. A write that
 * never saw its record looks at it now.
 */
export async function seenSince(
  plan: Planned,
  parts: Journaled,
  cause: unknown,
): Promise<Item | 'applied' | undefined> {
  const [planned] = plan.planned
  if (!planned || planned.action.kind === 'put') return undefined
  const known = lastSeen(planned.involved)
  if (known) return known
  if (!isKept(planned)) throw unknownOutcome(plan.id, cause)
  const [present] = await readAfterLoss(plan, parts)
  const applied = (await isInHistory(plan, planned, present, parts)) ?? untold(plan, cause)
  return applied ? 'applied' : present
}

/**
 * A single write as it is sent again after a lost answer: only where nothing could hide that it was applied. Several have a
 * token instead, for which they must stay as they were.
 */
export function resent(plan: Planned, journalTable: string, known: Item | undefined): WritePlan {
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
  if (planned.involved.state?.fate !== 'created') return known ? only(notCutSince(known)) : plan
  // Created and deleted again meanwhile, it would be absent as before.
  const end: WriteAction = {
    kind: 'check',
    ...endAddress(journalTable, planned.involved.identity.address, plan.id),
    condition: absent(['p']),
  }
  return { id: plan.id, actions: [action, end] }
}

/** The present item, where all that a repeated write failed on is that its record’s tail was cut since. */
export function isOnlyCut(plan: Planned, failures: readonly FailedAction[]): Item | undefined {
  const [failure] = failures
  const planned = failure && plan.planned[failure.position]
  if (plan.actions.length > 1 || !planned || !failure.present || !isKept(planned)) return undefined
  return evaluate(planned.action.condition, failure.present) ? failure.present : undefined
}

/** Whether the plan had been applied before, as the records tell that it failed on, or their histories. */
export async function wasApplied(
  plan: Planned,
  failures: readonly FailedAction[],
  parts: Journaled,
  lost: { readonly cause: unknown } | undefined,
): Promise<boolean> {
  const evidence = failures.map(({ position, present }) => tells(plan, position, present))
  if (evidence.includes(true)) return true
  if (!lost || evidence.includes(false)) return false
  // What failed were checks, or records that no longer tell. Others that the plan would have written may.
  const items = await readAfterLoss(plan, parts)
  const settled = items.map((item, position) => tells(plan, position, item))
  if (settled.includes(true)) return true
  if (settled.includes(false)) return false
  const position = plan.planned.findIndex((each) => each.action.kind !== 'check' && isKept(each))
  const planned = plan.planned[position]
  return (planned && (await isInHistory(plan, planned, items[position], parts))) ?? untold(plan, lost.cause)
}

/** Undefined where the history does not tell. */
async function isInHistory(
  plan: Planned,
  planned: PlannedAction,
  present: Item | undefined,
  { store, journalTable }: Journaled,
): Promise<boolean | undefined> {
  const sought = soughtIn(plan, planned)
  return told(sought, present) ?? orUnknown(plan, () => searchHistory(store, journalTable, sought, present))
}

/** Whether a plan was applied of which no record tells. */
function untold({ id, actions }: Planned, cause: unknown): boolean {
  // Had it been applied, a repeated transaction would have been answered as the first was.
  if (actions.length > 1) return false
  throw unknownOutcome(id, cause)
}

const readAfterLoss = (plan: Planned, { store }: Journaled): Promise<readonly (Item | undefined)[]> =>
  orUnknown(plan, () => store.read(plan.actions, { consistent: true }))

/** What happened stays unknown where evidence cannot be read. */
async function orUnknown<A>({ id }: Planned, ask: () => Promise<A>): Promise<A> {
  try {
    return await ask()
  } catch (thrown) {
    throw unknownOutcome(id, thrown)
  }
}

const soughtIn = ({ id }: Planned, planned: PlannedAction): Sought => ({
  commit: id,
  address: planned.involved.identity.address,
  known: lastSeen(planned.involved),
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

export const unknownOutcome = (id: string, cause: unknown): EngineError =>
  engineError(
    'UNKNOWN_OUTCOME',
    `The answer to commit ${id} was lost and could not be found out: it may have happened or not. ` +
      'Look at the records before doing it again.',
    { commitId: id },
    { cause },
  )

/**
 * Exception → CommitOutcome. Pure.
 *
 * One rule above all: what may have been applied is never reported as not applied. Only a refusal that arrived whole, or a
 * request that never left, is a statement; everything else is `unknown`.
 *
 * @module
 */
import type { CancellationReason } from '@aws-sdk/client-dynamodb'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import { mapFromWire, type WireMap } from './attribute-values.ts'
import { explainRefusal } from './explain-refusal.ts'
import {
  isClockSkew,
  isRefusal,
  isThrottle,
  messageOf,
  noConnection,
  type Refusal,
  throttlingReasons,
} from './service-error.ts'

/** What an error thrown in sending this plan means. `left`: whether anything was handed to the network. */
export function readOutcome(error: unknown, plan: WritePlan, left: boolean): CommitOutcome {
  if (!left) return { kind: 'invalid', reason: `The request was not sent: ${messageOf(error)}`, cause: error }
  if (isRefusal(error)) return readRefusal(error, plan)
  const unreachable = noConnection(error)
  // Not applied, and worth trying again later, which is all that a throttle means.
  if (unreachable !== undefined) return { kind: 'throttled', reasons: [unreachable] }
  return { kind: 'unknown', cause: error }
}

function readRefusal(error: Refusal, plan: WritePlan): CommitOutcome {
  switch (error.name) {
    case 'ConditionalCheckFailedException':
      return { kind: 'conflict', failures: [{ position: 0, present: image(error.Item) }] }
    case 'TransactionCanceledException':
      return readCancellation(error, plan)
    case 'TransactionConflictException':
    case 'ReplicatedWriteConflictException':
      return { kind: 'contention', positions: [0] }
    // Another request of this token is still at work, and may well commit.
    case 'TransactionInProgressException':
      return { kind: 'unknown', cause: error }
  }
  if (isThrottle(error)) return { kind: 'throttled', reasons: throttlingReasons(error) }
  if (isClockSkew(error)) return { kind: 'contention', positions: [] }
  const reason = explainRefusal(error, [...new Set(plan.actions.map(({ table }) => table))])
  return { kind: 'invalid', reason, ...(plan.actions.length === 1 && { position: 0 }), cause: error }
}

/**
 * The reasons are one for each action, in the plan's order, and may be of several kinds at once. What sends the caller
 * back to the function comes first, then what will pass with time, then what never will.
 */
function readCancellation(error: Refusal, plan: WritePlan): CommitOutcome {
  const reasons = (error.CancellationReasons ?? []).map((reason, position) => ({ ...reason, position }))
  const failed = reasons.filter(({ Code }) => Code === 'ConditionalCheckFailed')
  if (failed.length > 0) {
    return { kind: 'conflict', failures: failed.map(({ position, Item }) => ({ position, present: image(Item) })) }
  }
  const never = reasons.find(({ Code }) => !passing.has(Code ?? 'None'))
  const busy = reasons.filter(({ Code }) => Code === 'TransactionConflict')
  const slow = reasons.filter(({ Code }) => Code === 'ThrottlingError' || Code === 'ProvisionedThroughputExceeded')
  if (busy.length > 0) return { kind: 'contention', positions: busy.map(({ position }) => position) }
  if (slow.length > 0) {
    const texts = slow.flatMap((reason) => reasonTexts(reason, plan.actions[reason.position]?.table))
    return { kind: 'throttled', reasons: [...new Set(texts)] }
  }
  // Cancelled for reasons that were not told: nothing was applied, and nothing says that it never will be.
  if (!never) return { kind: 'contention', positions: [] }
  const reason = `${never.Code} at action ${never.position}: ${never.Message ?? 'no message'}`
  return { kind: 'invalid', reason, position: never.position, cause: error }
}

/** Codes that another attempt may not meet again. */
const passing = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])

/** The code and what it befell, in the form of a throttling reason. */
const reasonTexts = ({ Code, ...rest }: CancellationReason, table: string | undefined): readonly string[] => {
  const given = (rest as Pick<Refusal, 'ThrottlingReasons'>).ThrottlingReasons ?? []
  return given.length > 0
    ? given.map(({ reason, resource }) => `${reason} ${resource}`)
    : [table === undefined ? `${Code}` : `${Code} ${table}`]
}

const image = (item: WireMap | undefined) => (item === undefined ? undefined : mapFromWire(item))

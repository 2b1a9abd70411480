/**
 * What befalls one commit: thrown at its arrival, all of it, so that it depends on the order of calls alone.
 *
 * @module
 */
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import type { CheckedAdversity } from './adversity.ts'
import type { Dice } from './adversity-dice.ts'

interface CommitFaults {
  /** The answer in place of applying the plan. */
  readonly refusal: CommitOutcome | undefined
  readonly isLostBefore: boolean
  readonly isLostAfter: boolean
  /** After how many turns of the event loop the plan arrives (again); undefined for never. */
  readonly againAfter: number | undefined
  /** Whether the plan is applied if the store crashes over it. */
  readonly survivesCrash: boolean
}

const throttlingReasons = [
  'TableWriteProvisionedThroughputExceeded',
  'TableWriteKeyRangeThroughputExceeded',
  'TableWriteMaxOnDemandThroughputExceeded',
  'TableWriteAccountLimitExceeded',
]

export function throwFaults(dice: Dice, odds: CheckedAdversity, plan: WritePlan): CommitFaults {
  const isThrottled = dice.happens(odds.throttle)
  const isContended = dice.happens(odds.transactionConflict)
  const isLostBefore = dice.happens(odds.loseAnswerBefore)
  const isLostAfter = dice.happens(odds.loseAnswerAfter)
  const isRepeated = dice.happens(odds.duplicate)
  const turns = 1 + dice.below(8)
  const survivesCrash = dice.happens(0.5)
  const [first, second] = [dice.below(2 ** 30), dice.below(2 ** 30)]
  return {
    refusal: isThrottled ? throttled(plan, first, second) : isContended ? contended(plan, first, second) : undefined,
    isLostBefore,
    isLostAfter,
    againAfter: isRepeated ? turns : undefined,
    survivesCrash,
  }
}

function throttled({ actions }: WritePlan, first: number, second: number): CommitOutcome {
  const table = actions[first % actions.length]?.table ?? 'none'
  const reason = throttlingReasons[second % throttlingReasons.length]
  return { kind: 'throttled', reasons: [`${reason} arn:aws:dynamodb:local:000000000000:table/${table}`] }
}

/** Some of the positions, at least one of those that there are. */
function contended({ actions }: WritePlan, first: number, second: number): CommitOutcome {
  const one = first % actions.length
  const positions = [...actions.keys()].filter((position) => position === one || (second >> (position % 30)) & 1)
  return { kind: 'contention', positions }
}

/**
 * The logger `model.database-access`: one line a request.
 *
 * @module
 */
import type { ItemAddress } from '../data/item.ts'
import { isEngineError } from '../errors.ts'
import type { ConsumedCapacity } from '../store/capacity.ts'
import { errorFields } from './error-fields.ts'
import type { NamedLog } from './logger.ts'
import type { Ending, Observer, RequestAnswer, RequestBegun } from './observer.ts'
import { plainValue } from './plain-value.ts'

export function accessLog(log: NamedLog, now: () => number, values: boolean): Observer {
  return {
    request(begun) {
      const start = now()
      const lines = (ending: Ending<RequestAnswer>, consumed: readonly ConsumedCapacity[]): void => {
        const level = levelOf(ending)
        if (!log.isOn(level)) return
        const { operation, tables, attempt } = begun
        log.write(level, operation, {
          operation,
          tables,
          ...targetOf(begun, values),
          ...answerOf(ending, values),
          ...(consumed.length > 0 && { units: unitsOf(consumed) }),
          ms: now() - start,
          attempt,
          ...(values && valuesOf(begun, ending)),
        })
      }
      return { end: ({ consumed, ...ending }) => lines(ending as Ending<RequestAnswer>, consumed) }
    },
  }
}

/**
 * Whom the request was about. Keys are told, what was written is not; nor is what was looked for in an index, whose keys are
 * attributes like others, such as somebody's address.
 */
function targetOf(begun: RequestBegun, values: boolean): object {
  const keyed = ({ table, key }: ItemAddress) => ({ table, key: plainValue(key) })
  switch (begun.operation) {
    case 'read':
      return { keys: begun.addresses.map(keyed) }
    case 'commit':
      return {
        commitId: begun.plan.id,
        keys: begun.plan.actions.map((each) => ({ ...keyed(each), action: each.kind })),
      }
    case 'query': {
      const { index, partition, sort } = begun.request
      const key = sort ? { partition, sort } : { partition }
      if (index === undefined || values) return { ...(index !== undefined && { index }), key: plainValue(key) }
      const { attribute } = partition
      return {
        index,
        key: {
          partition: { attribute },
          ...(sort && { sort: { attribute: sort.attribute, operator: sort.operator } }),
        },
      }
    }
    case 'scan': {
      const { index, segment } = begun.request
      return { ...(index !== undefined && { index }), ...(segment && { segment }) }
    }
    default:
      return {}
  }
}

function answerOf(ending: Ending<RequestAnswer>, values: boolean): object {
  if (ending.kind === 'threw') return { error: errorFields(ending.error, values) }
  const answer = ending.value
  if (answer.kind === 'items') return { items: answer.items.filter((item) => item !== undefined).length }
  if (answer.kind === 'done') return {}
  const { outcome } = answer
  switch (outcome.kind) {
    case 'conflict':
      return { outcome: outcome.kind, positions: outcome.failures.map(({ position }) => position) }
    case 'contention':
      return { outcome: outcome.kind, positions: outcome.positions }
    case 'throttled':
      return { outcome: outcome.kind, reasons: outcome.reasons }
    case 'unknown':
      return { outcome: outcome.kind, error: errorFields(outcome.cause, values) }
    default:
      return { outcome: outcome.kind }
  }
}

function valuesOf(begun: RequestBegun, ending: Ending<RequestAnswer>): object {
  const answer = ending.kind === 'returned' ? ending.value : undefined
  return {
    ...(begun.operation === 'commit' && { actions: plainValue(begun.plan.actions) }),
    ...(answer?.kind === 'items' && { found: plainValue(answer.items) }),
    ...(answer?.kind === 'outcome' &&
      answer.outcome.kind === 'conflict' && { failures: plainValue(answer.outcome.failures) }),
    ...(answer?.kind === 'outcome' && answer.outcome.kind === 'invalid' && { reason: answer.outcome.reason }),
  }
}

/** A conflict is daily business; what the store could not do is not. */
function levelOf(ending: Ending<RequestAnswer>): 'debug' | 'warn' {
  if (ending.kind === 'threw') return isEngineError(ending.error, 'ABORTED') ? 'debug' : 'warn'
  if (ending.value.kind !== 'outcome') return 'debug'
  const { kind } = ending.value.outcome
  return kind === 'committed' || kind === 'conflict' || kind === 'contention' ? 'debug' : 'warn'
}

const unitsOf = (consumed: readonly ConsumedCapacity[]) => ({
  read: consumed.reduce((total, { readUnits }) => total + readUnits, 0),
  write: consumed.reduce((total, { writeUnits }) => total + writeUnits, 0),
})

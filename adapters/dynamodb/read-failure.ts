/**
 * Exception of a read, a query or a table operation → EngineError. Commits have `read-outcome.ts`.
 *
 * @module
 */
import { type EngineError, engineError, isEngineError } from '../../core/errors.ts'
import { explainRefusal } from './explain-refusal.ts'
import { isRefusal, isThrottle, messageOf, throttlingReasons } from './service-error.ts'

/** What was being done, for the message: `read of`, `query of`, and on which tables. */
export interface Attempted {
  readonly operation: string
  readonly tables: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** The error to throw in place of the SDK's, which becomes its cause. */
export function readFailure(error: unknown, { operation, tables, signal }: Attempted): EngineError {
  if (isEngineError(error)) return error
  const what = `${operation} of ${tables.join(', ')}`
  if (signal?.aborted) return engineError('ABORTED', `Aborted: ${what}`, {}, { cause: signal.reason })
  if (isRefusal(error)) {
    const attempts = error.$metadata.attempts ?? 1
    if (isThrottle(error)) {
      const reasons = throttlingReasons(error)
      const message = `DynamoDB throttled the ${what}: ${reasons.join(', ')}; try again later or raise the capacity`
      return engineError('THROTTLED', message, { reasons, attempts }, { cause: error })
    }
    const explained = explainRefusal(error, tables)
    return engineError(
      'REJECTED',
      `DynamoDB refused the ${what}: ${explained}`,
      { reason: explained },
      { cause: error },
    )
  }
  const text = messageOf(error)
  if (isUnanswered(error)) {
    const attempts = attemptsOf(error)
    const message = `DynamoDB did not answer the ${what} (${text}); try again later, or check the client's endpoint and network`
    return engineError('THROTTLED', message, { reasons: [text], attempts }, { cause: error })
  }
  return engineError('REJECTED', `The ${what} failed: ${text}`, { reason: text }, { cause: error })
}

/** A server in trouble, or a network: another time it may work. */
export function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { $metadata, code } = error as Error & { $metadata?: { httpStatusCode?: number }; code?: string }
  // Codes of the operating system; Node's own begin with ERR_ and mean a broken program.
  const fromSystem = /^E[A-Z]+$/.test(code ?? '')
  return ($metadata?.httpStatusCode ?? 0) >= 500 || fromSystem || error.name === 'TimeoutError'
}

const attemptsOf = (error: unknown): number => (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1

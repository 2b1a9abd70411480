/**
 * The logger `transactions`: begin, conflict with paths, retry, commit, rollback.
 *
 * @module
 */
import { type Conflict, isEngineError } from '../errors.ts'
import { errorFields } from './error-fields.ts'
import type { NamedLog } from './logger.ts'
import type { AttemptResult, Ending, Observation, Observer } from './observer.ts'
import { plainValue } from './plain-value.ts'

export function transactionLog(log: NamedLog, now: () => number, values: boolean): Observer {
  const write = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: () => object): void => {
    if (log.isOn(level)) log.write(level, message, fields())
  }
  const printed = ({ model, key, path, base, mine, theirs }: Conflict) => ({
    model,
    key: plainValue(key),
    path,
    ...(values && (plainValue({ base, mine, theirs }) as object)),
  })
  return {
    unitOfWork({ path, isNested }): Observation<Ending> {
      const start = now()
      write('debug', 'begin', () => ({ path, isNested }))
      return {
        end(ending) {
          const fields = () => ({ path, isNested, ms: now() - start })
          // The commit of an outermost one has its own line.
          if (ending.kind === 'threw')
            write(rollbackLevel(ending.error), 'rollback', () => ({
              ...fields(),
              error: errorFields(ending.error, values),
            }))
          else if (isNested) write('debug', 'merged', fields)
        },
      }
    },
    attempt({ path, attempt }): Observation<Ending<AttemptResult>> {
      const start = now()
      if (attempt > 1) write('info', 'retry', () => ({ path, attempt }))
      return {
        end(ending) {
          if (ending.kind === 'threw') return
          const fields = () => ({ path, attempt, ms: now() - start })
          const result = ending.value
          switch (result.kind) {
            case 'committed':
              return write('debug', 'commit', () => ({
                ...fields(),
                commitId: result.commitId,
                actions: result.actions,
              }))
            case 'repeated':
              return write('debug', 'commit of an earlier call', fields)
            case 'conflict':
              return write(result.isLast ? 'warn' : 'info', 'conflict', () => ({
                ...fields(),
                conflicts: result.conflicts().map(printed),
              }))
            default:
              return result satisfies never
          }
        },
      }
    },
  }
}

/** What a function throws is the domain's; what the engine gives up on somebody should look at. */
function rollbackLevel(error: unknown): 'info' | 'warn' | 'error' {
  if (isEngineError(error, 'UNKNOWN_OUTCOME')) return 'error'
  const gaveUp = (['CONFLICT', 'RETRIES_EXHAUSTED', 'THROTTLED', 'REJECTED', 'TOO_LARGE'] as const).some((code) =>
    isEngineError(error, code),
  )
  return gaveUp ? 'warn' : 'info'
}

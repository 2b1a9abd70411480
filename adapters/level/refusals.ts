/**
 * What the store answers when it does not do what it was asked for.
 *
 * @module
 */
import { type EngineError, engineError } from '../../core/errors.ts'

/** Nothing was written, so this is no unknown outcome, not even for a commit. */
export const aborted = (signal: AbortSignal): EngineError =>
  engineError('ABORTED', 'The request was aborted', {}, { cause: signal.reason })

export const rejected = (reason: string, cause?: unknown): EngineError =>
  engineError('REJECTED', reason, { reason }, { cause })

/** LevelDB's own errors say neither which database nor what to do; everything else is left as it is. */
export function explained(path: string, error: unknown): unknown {
  if (!String(codeOf(error)).startsWith('LEVEL_')) return error
  const message = error instanceof Error ? error.message : String(error)
  const reason = `The database at ${path} failed: ${message}`
  return rejected(`${reason}; close the store, look at the disk and the directory's files, and open it again`, error)
}

export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

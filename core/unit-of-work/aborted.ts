/**
 * What a caller's signal does to a unit of work that has not been sent: it ends, and nothing was written.
 *
 * @module
 */
import { type EngineError, engineError } from '../errors.ts'

/** Throws `ABORTED`. */
export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

export const aborted = ({ reason }: AbortSignal): EngineError =>
  engineError('ABORTED', 'The unit of work was aborted; nothing was written.', {}, { cause: reason })

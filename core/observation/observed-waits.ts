/**
 * The waits for capacity that a scheduler tells of, as an observer hears of them.
 *
 * @module
 */
import type { EngineError } from '../errors.ts'
import type { Observer, WaitBegun } from './observer.ts'

export const observedWaits = (observer: Observer) => (begun: WaitBegun) => {
  const observation = observer.wait?.(begun)
  return (
    observation &&
    ((error?: EngineError): void =>
      observation.end(error ? { kind: 'threw', error } : { kind: 'returned', value: undefined }))
  )
}

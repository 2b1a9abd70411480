/**
 * Calls of those who watch, which must neither fail what they watch nor be lost without a word.
 *
 * @module
 */
import { asError } from '../data/print-value.ts'

/** What may fail, at once or by the promise that it returns, and harms nobody. */
export type Harmless = <A>(call: () => A) => A | undefined

/** Failures of these calls are told as a warning, once: a broken logger is called all the time. */
export function harmless(): { readonly call: Harmless; complain(thrown: unknown): void } {
  let complained = false

  function complain(thrown: unknown): void {
    if (complained) return
    complained = true
    const { stack, message } = asError(thrown)
    const detail = String(stack ?? message)
    process.emitWarning('A logger or telemetry failed; what it watched went on.', { type: 'DraftworkWarning', detail })
  }

  return {
    complain,
    call(each) {
      try {
        const returned = each()
        if (returned instanceof Promise) returned.catch(complain)
        return returned
      } catch (thrown) {
        complain(thrown)
        return undefined
      }
    },
  }
}

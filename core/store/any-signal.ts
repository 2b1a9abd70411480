/**
 * Several signals as one, to which any number of requests may listen.
 *
 * @module
 */
import { setMaxListeners } from 'node:events'

interface AnySignal {
  /** Aborted as soon as one of them is, with its reason. */
  readonly signal: AbortSignal
  /** Lets go of them. To be called when nobody looks any more, since they may live on for long. */
  release(): void
}

export function anySignal(signals: readonly (AbortSignal | undefined)[]): AnySignal {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  const given = signals.filter((signal) => signal !== undefined)
  const abort = (): void => controller.abort(given.find(({ aborted }) => aborted)?.reason)
  for (const signal of given) signal.addEventListener('abort', abort)
  if (given.some(({ aborted }) => aborted)) abort()
  return {
    signal: controller.signal,
    release() {
      for (const signal of given) signal.removeEventListener('abort', abort)
    },
  }
}

/**
 * Reads sent again while the store has no capacity. A store's own patience comes first; this is for those that have none,
 * and for long work that should outlive a minute of it. A paced store that gives up has waited as long as was asked for.
 *
 * @module
 */
import { type Environment, fullJitter } from '../environment.ts'
import { engineError, isEngineError } from '../errors.ts'
import type { RequestOptions } from '../store/store.ts'

const MAX_SENDS = 10
const BASE_MS = 50
const CAP_MS = 5000

/** Milliseconds before the n-th repetition in a row that brought nothing new, counted from 1. */
export const patience = (n: number, environment: Environment): number => fullJitter(n, environment, BASE_MS, CAP_MS)

export async function again<A>(
  send: () => Promise<A>,
  environment: Environment,
  { signal, priority }: RequestOptions,
): Promise<A> {
  // Work in the background has time: all that it is refused for is a queue that others filled.
  const isFinal = (error: unknown) =>
    !isEngineError(error, 'THROTTLED') || (error.payload.gaveUp === true && priority !== 'bulk')
  for (let sends = 1; ; sends++) {
    assertNotAborted(signal)
    try {
      return await send()
    } catch (error) {
      if (isFinal(error) || sends === MAX_SENDS) throw error
      await environment.sleep(patience(sends, environment), signal)
    }
  }
}

export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw requestAborted(signal)
}

export const requestAborted = ({ reason }: AbortSignal) =>
  engineError('ABORTED', 'The request was aborted.', {}, { cause: reason })

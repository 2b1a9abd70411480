/**
 * Options that all reads of records share, and what is passed on to the store with them.
 *
 * @module
 */
import { assertSignal, unexpected } from '../arguments.ts'
import type { RequestOptions } from '../store/store.ts'

export const policyNames: readonly string[] = ['onInvalid', 'expired', 'consistent', 'signal']

const onInvalids: readonly unknown[] = ['throw', 'skip', 'raw', undefined]
const expireds: readonly unknown[] = ['present', 'absent', undefined]

/** Throws INVALID_ARGUMENT. */
export function checkPolicy(given: {
  readonly onInvalid?: unknown
  readonly expired?: unknown
  readonly consistent?: unknown
  readonly signal?: unknown
}): void {
  const { onInvalid, expired, consistent, signal } = given
  if (!onInvalids.includes(onInvalid)) throw unexpected('onInvalid', "'throw', 'skip' or 'raw'", onInvalid)
  if (!expireds.includes(expired)) throw unexpected('expired', "'present' or 'absent'", expired)
  if (consistent !== undefined && typeof consistent !== 'boolean')
    throw unexpected('consistent', 'a boolean', consistent)
  assertSignal(signal)
}

/** For requests that many others of the same job follow: they leave capacity to whoever works on single records. */
export const bulkOptions = (signal: AbortSignal | undefined, rate?: number): RequestOptions => ({
  signal,
  rate,
  priority: 'bulk',
})

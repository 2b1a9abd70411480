/**
 * Options that all reads of records share, and what is passed on to the store with them.
 *
 * @module
 */
import { assertSignal, unexpected } from '../arguments.ts'
import type { RequestOptions } from '../store/store.ts'

/** What becomes of a stored item that is no record: an error, nothing, or the item as it is. */
export type OnInvalid = 'throw' | 'skip' | 'raw'

/** What reads outside of units of work do with items that are invalid or expired. */
export interface ReadPolicy<Invalid extends OnInvalid> {
  /**
   * What to do with a stored item that is no record of the model: throw `INVALID_RECORD` when it is reached, leave it
   * out, or hand it over as `{ invalid: true, item, key, issues }`. Default `throw`.
   */
  readonly onInvalid?: Invalid | undefined
  /**
   * Records whose `expires` is past and which the store has not dropped yet. Default `present`, as units of work see
   * them: until it is dropped, such a record is in the way of a new one under its key.
   */
  readonly expired?: 'present' | 'absent' | undefined
  /** False may return what was true a moment ago, at half the price on DynamoDB. Default true, but for global indexes, which have no consistent reads. */
  readonly consistent?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

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

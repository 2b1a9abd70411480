/**
 * Reads what was caught from the SDK: DynamoDB's refusals, its reasons for throttling, and failures to connect.
 *
 * By name and shape, never by class: the caller's client may come from another copy of the SDK.
 *
 * @module
 */
import type { CancellationReason, ThrottlingReason } from '@aws-sdk/client-dynamodb'
import type { WireMap } from './attribute-values.ts'

/** A refusal that arrived whole: DynamoDB looked at the request and did nothing. */
export interface Refusal {
  readonly name: string
  readonly message: string
  readonly $metadata: {
    readonly httpStatusCode: number
    readonly attempts?: number | undefined
    readonly clockSkewCorrected?: boolean | undefined
  }
  readonly Item?: WireMap | undefined
  readonly CancellationReasons?: readonly CancellationReason[] | undefined
  readonly ThrottlingReasons?: readonly ThrottlingReason[] | undefined
  /** ThrottlingException spells it so. */
  readonly throttlingReasons?: readonly ThrottlingReason[] | undefined
}

/** False for anything that may have come from elsewhere, or cut off, or from a DynamoDB in trouble. */
export function isRefusal(error: unknown): error is Refusal {
  if (!(error instanceof Error) || !('$fault' in error) || !('$metadata' in error)) return false
  const status = (error.$metadata as { httpStatusCode?: number }).httpStatusCode ?? 0
  // 408 is what a proxy says that lost patience. 'Unknown' is the SDK's name for a body that names no error.
  return status >= 400 && status < 500 && status !== 408 && error.name !== 'Unknown' && error.name !== 'Error'
}

const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'Throttling',
  'LimitExceededException',
])

export const isThrottle = (error: Refusal): boolean =>
  throttles.has(error.name) || error.$metadata.httpStatusCode === 429

/** As DynamoDB names them, `TableWriteProvisionedThroughputExceeded arn:…`; the exception's name where it names none. */
export function throttlingReasons(error: Refusal): readonly string[] {
  const reasons = error.ThrottlingReasons ?? error.throttlingReasons ?? []
  return reasons.length === 0 ? [error.name] : reasons.map(printReason)
}

const printReason = ({ reason, resource }: ThrottlingReason): string =>
  [reason, resource].filter((part) => part !== undefined).join(' ')

/** Signed for the wrong time. The SDK learns the right one from the answer, so that the same request may pass now. */
export const isClockSkew = (error: Refusal): boolean =>
  error.$metadata.clockSkewCorrected === true ||
  ['RequestExpired', 'RequestInTheFuture', 'RequestTimeTooSkewed'].includes(error.name) ||
  (error.name === 'InvalidSignatureException' && /Signature (expired|not yet current)/.test(error.message))

/**
 * Why no connection came about, so that nothing can have been sent; undefined for every other error. Only what failed in
 * looking up the name or in connecting counts: the same codes from a read or a write come from a connection that was.
 */
export function noConnection(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof AggregateError) {
    // One error for each address that the name stands for.
    return error.errors.length > 0 && error.errors.every((each) => noConnection(each) !== undefined)
      ? noConnection(error.errors[0])
      : undefined
  }
  const { syscall } = error as NodeJS.ErrnoException
  if (syscall === 'connect' || syscall === 'getaddrinfo') return error.message
  return syscall === undefined && error.cause !== undefined ? noConnection(error.cause) : undefined
}

/** The first line: the SDK appends hints for its own debugging. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error)

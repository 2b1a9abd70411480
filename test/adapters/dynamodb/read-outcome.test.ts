import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readFailure } from '../../../adapters/dynamodb/read-failure.ts'
import { readOutcome } from '../../../adapters/dynamodb/read-outcome.ts'
import { engineError } from '../../../core/errors.ts'
import { all } from '../../../core/expression/condition.ts'
import type { CommitOutcome } from '../../../core/store/commit-outcome.ts'
import { check, put } from '../../conformance/bench.ts'
import { plan } from './local-table.ts'

const single = plan(put('players', { id: 'a' }))
const several = plan(put('players', { id: 'a' }), put('rewards', { id: 'b' }), check('players', 'c', all([])))

/** As the SDK throws what DynamoDB answers. */
const answered = (name: string, members: object = {}, status = 400): Error =>
  Object.assign(new Error('said so'), {
    name,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
    ...members,
  })

const cancelled = (...codes: readonly (string | object)[]): Error =>
  answered('TransactionCanceledException', {
    CancellationReasons: codes.map((each) => (typeof each === 'string' ? { Code: each } : each)),
  })

const system = (syscall: string, code: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { syscall, code })

/** Kind and what it carries, without the causes. */
const outcome = (error: unknown, of = single, left = true): Omit<CommitOutcome, 'cause'> => {
  const { cause, ...rest } = { cause: undefined, ...readOutcome(error, of, left) } as CommitOutcome & {
    cause?: unknown
  }
  return rest
}

test('failed conditions are conflicts with images, at their positions', () => {
  const Item = { id: { S: 'a' }, n: { N: '1' } }
  assert.equal(outcome(answered('ConditionalCheckFailedException', { Item })), {
    kind: 'conflict',
    failures: [{ position: 0, present: { id: 'a', n: 1 } }],
  })
  assert.equal(outcome(answered('ConditionalCheckFailedException')), {
    kind: 'conflict',
    failures: [{ position: 0, present: undefined }],
  })
  const mixed = cancelled('TransactionConflict', { Code: 'ConditionalCheckFailed', Item }, 'ConditionalCheckFailed')
  assert.equal(outcome(mixed, several), {
    kind: 'conflict',
    failures: [
      { position: 1, present: { id: 'a', n: 1 } },
      { position: 2, present: undefined },
    ],
  })
})

test('others at work on the same items are contention', () => {
  assert.equal(outcome(answered('TransactionConflictException')), { kind: 'contention', positions: [0] })
  assert.equal(outcome(answered('ReplicatedWriteConflictException')), { kind: 'contention', positions: [0] })
  const mixed = cancelled('TransactionConflict', 'ThrottlingError', 'TransactionConflict')
  assert.equal(outcome(mixed, several), { kind: 'contention', positions: [0, 2] })
  assert.equal(outcome(answered('TransactionCanceledException'), several), { kind: 'contention', positions: [] })
})

test('a clock that was wrong is worth another attempt', () => {
  const expired = answered('InvalidSignatureException', { message: 'Signature expired: 1 is now earlier than 2' })
  assert.equal(outcome(expired), { kind: 'contention', positions: [] })
  const corrected = answered('InvalidSignatureException', {
    $metadata: { httpStatusCode: 403, clockSkewCorrected: true },
  })
  assert.equal(outcome(corrected), { kind: 'contention', positions: [] })
  assert.is(outcome(answered('InvalidSignatureException', {}, 403)).kind, 'invalid')
})

test('lack of capacity, with the reasons that were given', () => {
  const reasons = [{ reason: 'TableWriteProvisionedThroughputExceeded', resource: 'arn:t' }]
  const text = 'TableWriteProvisionedThroughputExceeded arn:t'
  for (const [error, expected] of [
    [answered('ProvisionedThroughputExceededException', { ThrottlingReasons: reasons }), text],
    [answered('ThrottlingException', { throttlingReasons: reasons }), text],
    [answered('RequestLimitExceeded'), 'RequestLimitExceeded'],
    [answered('TooManyRequestsException', {}, 429), 'TooManyRequestsException'],
  ] as const)
    assert.equal(outcome(error), { kind: 'throttled', reasons: [expected] })
  assert.equal(outcome(cancelled('ThrottlingError', 'ProvisionedThroughputExceeded', 'ThrottlingError'), several), {
    kind: 'throttled',
    reasons: ['ThrottlingError players', 'ProvisionedThroughputExceeded rewards'],
  })
})

test('what the request itself is at fault for', () => {
  const invalid = outcome(cancelled('None', { Code: 'ValidationError', Message: 'too long' }, 'None'), several)
  assert.equal(invalid, { kind: 'invalid', position: 1, reason: 'ValidationError at action 1: too long' })
  for (const code of ['ItemCollectionSizeLimitExceeded', 'DuplicateItem', 'AccessDenied', 'SomethingNew'])
    assert.is(outcome(cancelled('None', 'None', code), several).kind, 'invalid')
  for (const name of [
    'ValidationException',
    'ResourceNotFoundException',
    'AccessDeniedException',
    'IdempotentParameterMismatchException',
    'ItemCollectionSizeLimitExceededException',
    'UnrecognizedClientException',
    'ExpiredTokenException',
    'SomethingNewException',
  ]) {
    assert.is(outcome(answered(name)).kind, 'invalid', name)
    assert.is((outcome(answered(name)) as { position?: number }).position, 0)
    assert.not('position' in outcome(answered(name), several))
  }
  const missing = outcome(answered('ResourceNotFoundException'), several) as CommitOutcome & { kind: 'invalid' }
  assert.match(missing.reason, 'tables.create()')
  assert.match(missing.reason, 'players, rewards')
})

test('whatever may have been applied is unknown', () => {
  for (const error of [
    answered('InternalServerError', {}, 500),
    answered('ServiceUnavailable', {}, 503),
    // Even a name that says otherwise does not count from a server in trouble.
    answered('ThrottlingException', {}, 500),
    answered('ConditionalCheckFailedException', {}, 500),
    answered('Unknown', {}, 403),
    answered('RequestTimeout', {}, 408),
    answered('TransactionInProgressException'),
    Object.assign(new SyntaxError('not JSON'), { $metadata: { httpStatusCode: 200 } }),
    Object.assign(new SyntaxError('not JSON'), { $metadata: { httpStatusCode: 400 } }),
    system('read', 'ECONNRESET'),
    system('write', 'EPIPE'),
    Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' }),
    Object.assign(new Error('too slow'), { code: 'ETIMEDOUT', name: 'TimeoutError' }),
    Object.assign(new Error('aborted'), { name: 'AbortError' }),
    new AggregateError([system('connect', 'ECONNREFUSED'), system('read', 'ECONNRESET')]),
    new AggregateError([]),
    'a string',
    undefined,
  ]) {
    assert.is(outcome(error).kind, 'unknown', String(error))
    assert.is((readOutcome(error, single, true) as { cause?: unknown }).cause, error)
  }
})

test('where no connection came about nothing was applied', () => {
  for (const error of [
    system('connect', 'ECONNREFUSED'),
    system('connect', 'ETIMEDOUT'),
    system('getaddrinfo', 'ENOTFOUND'),
    new TypeError('fetch failed', { cause: system('connect', 'ECONNREFUSED') }),
    new AggregateError([system('connect', 'ECONNREFUSED'), system('connect', 'ENETUNREACH')]),
  ])
    assert.is(outcome(error).kind, 'throttled')
  assert.equal(outcome(system('connect', 'ECONNREFUSED')), { kind: 'throttled', reasons: ['connect ECONNREFUSED'] })
})

test('what never left is invalid, whatever it was', () => {
  const error = Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' })
  const expected = 'The request was not sent: CredentialsProviderError: Could not load credentials'
  assert.equal(outcome(error, single, false), { kind: 'invalid', reason: expected })
})

test('failed reads say what to do', () => {
  const failure = (error: unknown, signal?: AbortSignal) =>
    readFailure(error, { operation: 'read', tables: ['players'], signal })
  assert.is(failure(answered('ResourceNotFoundException')).code, 'REJECTED')
  assert.match(failure(answered('ResourceNotFoundException')).message, 'tables.create()')
  const throttled = failure(answered('ThrottlingException', { $metadata: { httpStatusCode: 400, attempts: 3 } }))
  assert.equal(throttled.payload, { reasons: ['ThrottlingException'], attempts: 3 })
  for (const error of [answered('InternalServerError', {}, 500), system('read', 'ECONNRESET')])
    assert.is(failure(error).code, 'THROTTLED')
  assert.is(failure(new TypeError('no such function')).code, 'REJECTED')
  assert.is(failure(answered('InternalServerError', {}, 500), AbortSignal.abort()).code, 'ABORTED')
  const own = engineError('CLOSED', 'closed', {})
  assert.is(failure(own), own)
})

test.run()

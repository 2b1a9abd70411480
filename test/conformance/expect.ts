/**
 * Assertions of the suite: a plain error that says what was expected, on the core's own equality. No test runner.
 *
 * @module
 */
import { type AttributeValue, equal } from '../../core/data/attribute-value.ts'
import { type ErrorCode, isEngineError } from '../../core/errors.ts'

export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

/** Equal as DynamoDB sees it: numbers by value, sets without order. */
export function expectEqual(actual: AttributeValue | undefined, expected: AttributeValue | undefined, what: string) {
  expect(equal(actual, expected), `${what}: expected ${print(expected)}, got ${print(actual)}`)
}

/** The promise is rejected with an engine error of this code. */
export async function expectRejection(code: ErrorCode, promise: Promise<unknown>): Promise<void> {
  const caught = await promise.then(
    () => 'an answer',
    (error: unknown) => error,
  )
  expect(isEngineError(caught, code), `Expected an error with code ${code}, got ${String(caught)}`)
}

const print = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'bigint') return `${member}n`
    if (member instanceof Set) return { set: [...member] }
    return member instanceof Uint8Array ? { bytes: [...member] } : member
  }) ?? 'nothing'

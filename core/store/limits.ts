/**
 * What a store can take at once. Limits are data, so that the engine can say what is too large before anything is sent.
 *
 * @module
 */
import { assertOptions, unexpected } from '../arguments.ts'
import { type ItemKey, printKey } from '../data/item.ts'
import { type EngineError, engineError } from '../errors.ts'

/** What a store takes at most. The engine refuses what is larger before anything is sent. */
export interface StoreLimits {
  /** Actions in one plan. */
  readonly actions: number
  /** Bytes of all items and expression values in one plan. */
  readonly planBytes: number
  readonly itemBytes: number
  /** Bytes of one expression's text. */
  readonly expressionBytes: number
  /** Operators and functions in one expression. */
  readonly operators: number
  /** Keys in one read request. The store's own chunking makes `read` take any number. */
  readonly readKeys: number
  /** Puts and deletes in one batch of bulk writes. */
  readonly batchWrites: number
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const dynamodbLimits: StoreLimits = Object.freeze({
  actions: 100,
  planBytes: 4 * 1024 * 1024,
  itemBytes: 400 * 1024,
  expressionBytes: 4096,
  operators: 300,
  readKeys: 100,
  batchWrites: 25,
})

/** DynamoDB's, with those that the caller wants otherwise. Throws for what could not limit anything. */
export function ownLimits(given: Partial<StoreLimits> | undefined): StoreLimits {
  assertOptions(given, 'limits', Object.keys(dynamodbLimits))
  const own = Object.entries(given ?? {}).filter(([, value]) => value !== undefined)
  for (const [name, value] of own) {
    if (typeof value !== 'number' || !(value >= 1)) throw unexpected(`limits.${name}`, 'a number, at least 1', value)
  }
  return Object.freeze({ ...dynamodbLimits, ...Object.fromEntries(own) })
}

/** `TOO_LARGE`: what passes a limit, of which model, and of which record where it is one alone. */
export function tooLarge(model: string, limit: string, maximum: number, actual: number, key?: ItemKey): EngineError {
  const whose = key === undefined ? model : `${model} ${printKey(key)}`
  return engineError('TOO_LARGE', `${whose}: at most ${maximum} ${limit}, got ${actual}. Nothing was written.`, {
    limit,
    maximum,
    actual,
    model,
    ...(key && { key }),
  })
}

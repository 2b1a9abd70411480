/**
 * How a unit of work is run, as callers say it, and what is wrong with what they say.
 *
 * @module
 */
import { assertFunction, assertOptions, assertSignal, invalidArgument, unexpected } from '../arguments.ts'
import { utf8Size } from '../data/item.ts'
import { toAttribute } from '../data/to-attribute.ts'
import { fingerprint, type OnceRequest } from '../journal/outcome.ts'
import { checkMetadata } from './metadata.ts'
import type { NestedOptions, Work } from './unit-of-work.ts'

const MAX_ATTEMPTS = 25
const KEEP_OUTCOME_MS = 7 * 24 * 60 * 60 * 1000
const LONGEST_MS = 1000 * 366 * 24 * 60 * 60 * 1000

/**
 * How a unit of work is run. Of one that is nested only `propagation` counts, since the outermost commits; an
 * `idempotencyKey` is refused there.
 */
export interface RunOptions extends NestedOptions {
  /**
   * `reads`: serializable; whatever was looked at, in any record, must still be so at the commit. `writes`: only what is
   * changed must, and what `require` says; a record that was merely read may have moved. Default `reads`.
   */
  readonly guard?: 'reads' | 'writes' | undefined
  /** How often the function runs at most before a conflict is reported. Default 25. */
  readonly maxAttempts?: number | undefined
  /**
   * Makes the whole unit of work happen once, across processes and restarts: later calls under the same key get the first
   * outcome and do nothing. The function must then return plain data. Its name, its text and `input` belong to the key:
   * calling another one under the same key is an error. At most 1,000 bytes.
   */
  readonly idempotencyKey?: string | undefined
  /** What the function works on, plain data, to tell two uses of one `idempotencyKey` apart. */
  readonly input?: unknown
  /** How long an outcome is kept under its `idempotencyKey`. Milliseconds. Default seven days. */
  readonly keepOutcome?: number | undefined
  /** What the history tells of this unit of work besides: who acts, for which request. Plain data, put over the engine's. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** Gives up, also while waiting. An aborted unit of work wrote nothing, or its error says that this is unknown. */
  readonly signal?: AbortSignal | undefined
}

/** What is to happen once only, if anything is. Throws `INVALID_ARGUMENT`. */
export function onceRequest(name: string, work: Work<unknown>, options: RunOptions): OnceRequest | undefined {
  const { idempotencyKey: key, input, keepOutcome: keptFor = KEEP_OUTCOME_MS } = options
  const refuse = (argument: string, expected: string): never => {
    throw invalidArgument(argument, `Expected ${argument} to be ${expected}.`)
  }
  if (key === undefined) {
    for (const name of ['input', 'keepOutcome'] as const)
      if (options[name] !== undefined) refuse(name, 'given together with an idempotencyKey')
    return undefined
  }
  const issues = toAttribute(key).issues.length
  if (typeof key !== 'string' || issues > 0 || key === '' || utf8Size(key) > 1000)
    refuse('idempotencyKey', 'a string of 1 to 1,000 bytes')
  if (!Number.isFinite(keptFor) || keptFor < 1000 || keptFor > LONGEST_MS)
    refuse('keepOutcome', 'a number of milliseconds, from 1,000 to what a thousand years have')
  return { key, keptFor, fingerprint: fingerprint(name, work, input) }
}

const optionNames = [
  'guard',
  'maxAttempts',
  'idempotencyKey',
  'input',
  'keepOutcome',
  'metadata',
  'signal',
  'propagation',
]

/** How often the function may run. Throws `INVALID_ARGUMENT` for options that are none. */
export function checked(options: RunOptions): number {
  // A misspelt idempotencyKey would be a promise that nobody keeps.
  assertOptions(options, 'options', optionNames)
  const { guard, maxAttempts = MAX_ATTEMPTS, metadata, signal, propagation } = options
  if (guard !== undefined && guard !== 'reads' && guard !== 'writes') {
    throw unexpected('guard', "'reads' or 'writes'", guard)
  }
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1) {
    throw unexpected('maxAttempts', 'a positive integer', maxAttempts)
  }
  assertSignal(signal)
  checkMetadata('metadata', metadata)
  if (propagation !== undefined && propagation !== 'nested' && propagation !== 'independent') {
    throw unexpected('propagation', "'nested' or 'independent'", propagation)
  }
  return maxAttempts
}

/** `(fn, options?)` or `(name, fn, options?)`. */
export function runArguments<A, O extends object>(args: readonly unknown[]): { name: string; fn: Work<A>; options: O } {
  const named = typeof args[0] === 'string'
  const [fn, options] = named ? args.slice(1) : args
  assertFunction(fn, 'work', 'a function, async where it waits')
  assertOptions(options)
  return {
    name: named ? (args[0] as string) : (typeof fn.name === 'string' && fn.name) || 'anonymous',
    fn: fn as Work<A>,
    options: (options ?? {}) as O,
  }
}

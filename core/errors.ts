/**
 * The one error class of the engine, its codes and what each carries.
 *
 * Codes are stable; messages may change. Expected outcomes inside the engine are values; these errors are what leaves it.
 *
 * @module
 */
import type { AttributeValue } from './data/attribute-value.ts'
import type { ItemKey } from './data/item.ts'
import type { Issue } from './data/to-attribute.ts'

/** One path on which somebody else's commit and this unit of work met. `undefined` is absence. */
export interface Conflict {
  readonly model: string
  readonly key: ItemKey
  /** Printed document path; empty where the whole record appeared or vanished. */
  readonly path: string
  /** What this unit of work had read. */
  readonly base: AttributeValue | undefined
  /** What it wanted to write, or `base` again where it only read. */
  readonly mine: AttributeValue | undefined
  /** What is stored now. */
  readonly theirs: AttributeValue | undefined
}

/** One record or key, as it was given to bulk work, and why it is not written. */
export interface BulkFailure {
  readonly input: unknown
  /** The engine's, or what the store or a function of the program's own threw. */
  readonly error: Error
}

/** What each code carries. */
export interface ErrorPayloads {
  /** Somebody else changed what this unit of work looked at, at every attempt; or concurrent siblings clashed. */
  readonly CONFLICT: { readonly conflicts: readonly Conflict[]; readonly attempts: number }
  readonly RECORD_EXISTS: { readonly model: string; readonly key: ItemKey }
  readonly RECORD_NOT_FOUND: { readonly model: string; readonly key: ItemKey }
  /** A blind change would leave its declared bounds. */
  readonly OUT_OF_BOUNDS: { readonly model: string; readonly key: ItemKey; readonly path: string }
  /** A record is not as `work.require` wants it. */
  readonly CONDITION_FAILED: { readonly model: string; readonly key: ItemKey; readonly paths: readonly string[] }
  /** `stored` tells a bad item met on read from bad input. */
  readonly INVALID_RECORD: {
    readonly model: string
    readonly key?: ItemKey | undefined
    readonly stored: boolean
    readonly issues: readonly Issue[]
  }
  readonly INVALID_MODEL: { readonly model: string }
  readonly INVALID_ARGUMENT: { readonly argument: string }
  /** The store stayed busy with others' transactions on the same records. Nothing was written. */
  readonly RETRIES_EXHAUSTED: { readonly attempts: number }
  readonly UNKNOWN_SCHEMA_VERSION: { readonly model: string; readonly version: unknown }
  readonly TOO_LARGE: {
    readonly limit: string
    readonly maximum: number
    readonly actual: number
    readonly model?: string | undefined
    /** Of the record, where it is one alone that is too large. */
    readonly key?: ItemKey | undefined
  }
  /** Nothing was written. `gaveUp` where a paced store had waited as long as it may, or had too many waiting to begin with. */
  readonly THROTTLED: {
    readonly reasons: readonly string[]
    readonly attempts: number
    readonly gaveUp?: boolean | undefined
  }
  /** Bulk work ended before all was done: `failed` is everything that was taken in and not written. */
  readonly INCOMPLETE: { readonly written: number; readonly failed: readonly BulkFailure[] }
  /** The commit may or may not have happened; look for `commitId` in the records. */
  readonly UNKNOWN_OUTCOME: { readonly commitId: string }
  /** The store refused the request: a missing table, no permission, an update that does not fit the stored item. */
  readonly REJECTED: { readonly reason: string }
  /** Changes that a consumer of the feed has not seen are gone from the store. Start again from `'start'`, and compare. */
  readonly FEED_TRIMMED: { readonly tables: readonly string[] }
  readonly ABORTED: Record<never, never>
  readonly CLOSED: Record<never, never>
}

/** What an `EngineError` is told apart by. Codes are stable, messages are not. */
export type ErrorCode = keyof ErrorPayloads

class CodedError<Code extends ErrorCode> extends Error {
  static {
    // A console prints it before the message, unless the two are the same.
    Object.defineProperty(CodedError, 'name', { value: 'EngineError' })
  }
  override readonly name = 'EngineError'
  readonly code: Code
  readonly payload: ErrorPayloads[Code]

  constructor(code: Code, message: string, payload: ErrorPayloads[Code], options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    this.payload = payload
  }
}

/** An error of the engine, told apart by `code`; `payload` is typed by it. */
export type EngineError = { readonly [Code in ErrorCode]: CodedError<Code> }[ErrorCode]

/** What `run` throws where a conflict remains after `maxAttempts`; its payload lists who met where. */
export type ConflictError = CodedError<'CONFLICT'>

/**
 * An error as the engine throws it. Stores reject with those that the port names: `CLOSED`, `ABORTED`, `REJECTED`,
 * `THROTTLED`, `FEED_TRIMMED`.
 */
export const engineError = <Code extends ErrorCode>(
  code: Code,
  message: string,
  payload: ErrorPayloads[Code],
  options?: { readonly cause?: unknown },
): EngineError => new CodedError(code, message, payload, options) as EngineError

/** Narrows anything caught to an error of the engine, of one code if given. */
export function isEngineError(error: unknown): error is EngineError
export function isEngineError<Code extends ErrorCode>(error: unknown, code: Code): error is CodedError<Code>
export function isEngineError(error: unknown, code?: ErrorCode): boolean {
  return error instanceof CodedError && (code === undefined || error.code === code)
}

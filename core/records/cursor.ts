/**
 * Cursors: where a query or a scan is, as an opaque text that another process can go on from.
 *
 * A cursor names the read that it was made by, so that one of another model, index or direction is refused. It is not
 * signed: who can change it can start elsewhere in the same read, never in another one.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import type { ScalarValue } from '../data/attribute-value.ts'
import { isNumber } from '../data/attribute-value.ts'
import type { ItemKey } from '../data/item.ts'
import { numberText, parseNumber } from '../data/number.ts'

/** Of one part of a scan, or of the one part of a query: not begun, behind this key, or at its end. */
export type Position = 'start' | ItemKey | 'end'

/** Which read a cursor belongs to. */
export interface ReadIdentity {
  readonly operation: 'query' | 'scan'
  readonly model: string
  readonly index: string
  readonly reverse: boolean
}

const VERSION = 1

export function printCursor(read: ReadIdentity, positions: readonly Position[]): string {
  const text = JSON.stringify([VERSION, identityText(read), positions.map(printPosition)])
  return Buffer.from(text).toString('base64url')
}

/** Throws INVALID_ARGUMENT for what is no cursor of this read. */
export function parseCursor(read: ReadIdentity, cursor: unknown): readonly Position[] {
  const refuse = (reason: string): never => {
    const what = `${read.operation} of ${read.model}${read.index === '' ? '' : ` by ${read.index}`}`
    throw invalidArgument('from', `${reason}; expected a cursor of a ${what}.`)
  }
  if (typeof cursor !== 'string') return refuse('The cursor is no text')
  const bytes = Buffer.from(cursor, 'base64url')
  // What decoding passes over is no part of a cursor.
  if (bytes.toString('base64url') !== cursor) return refuse('The cursor is damaged')
  let parsed: unknown
  try {
    parsed = JSON.parse(bytes.toString())
  } catch {
    return refuse('The cursor is damaged')
  }
  const [version, identity, positions] = Array.isArray(parsed) ? parsed : []
  if (version !== VERSION) return refuse('The cursor is of another version')
  if (identity !== identityText(read)) return refuse('The cursor belongs to another read')
  if (!Array.isArray(positions) || positions.length === 0) return refuse('The cursor is damaged')
  try {
    return positions.map(parsePosition)
  } catch {
    return refuse('The cursor is damaged')
  }
}

const identityText = ({ operation, model, index, reverse }: ReadIdentity): string =>
  JSON.stringify([operation, model, index, reverse])

type PrintedPosition = 's' | 'e' | Record<string, readonly [type: string, text: string]>

function printPosition(position: Position): PrintedPosition {
  if (position === 'start') return 's'
  if (position === 'end') return 'e'
  return Object.fromEntries(Object.entries(position).map(([name, value]) => [name, printScalar(value)]))
}

function printScalar(value: ScalarValue): readonly [string, string] {
  if (typeof value === 'string') return ['S', value]
  return isNumber(value) ? ['N', numberText(value)] : ['B', Buffer.from(value).toString('base64')]
}

function parsePosition(printed: PrintedPosition): Position {
  if (printed === 's') return 'start'
  if (printed === 'e') return 'end'
  return Object.fromEntries(Object.entries(printed).map(([name, value]) => [name, parseScalar(value)]))
}

function parseScalar([type, text]: readonly [string, string]): ScalarValue {
  if (typeof text !== 'string') throw new TypeError('Expected a string')
  if (type === 'S') return text
  if (type === 'N') return parseNumber(text)
  if (type === 'B') return Uint8Array.from(Buffer.from(text, 'base64'))
  throw new TypeError('Expected a type of keys')
}

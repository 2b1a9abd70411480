/**
 * Where a consumer is in the streams of its tables, and that as the body of a token.
 *
 * @module
 */
import { badToken, printToken, readToken } from '../../core/store/feed-token.ts'

/** How far one shard was read. */
export type ShardPosition =
  /** Not at all: from the oldest record that it still has. */
  | { readonly kind: 'oldest' }
  /** Not at all: from its very first record, which must still be there. */
  | { readonly kind: 'first' }
  /** Nothing has come since the feed began in its midst. Iterators live for a quarter of an hour. */
  | { readonly kind: 'since'; readonly iterator: string }
  | { readonly kind: 'after'; readonly sequence: string }
  /** Wholly. It stays until its children are known. */
  | { readonly kind: 'end' }

export interface StreamPosition {
  /** Tells the stream from those that the table had before or will have. */
  readonly label: string
  /** Milliseconds since 1970: when all records behind the positions were there for certain. */
  readonly asOf: number
  /** By id. */
  readonly shards: ReadonlyMap<string, ShardPosition>
}

const KIND = 'dynamodb1'
const SHARD_PREFIX = 'shardId-'
const letters = { oldest: 'o', first: 'f', end: 'e' } as const

export function printPositions(tables: readonly string[], positions: ReadonlyMap<string, StreamPosition>): string {
  const body = [...positions].map(([table, { label, asOf, shards }]) => [
    table,
    label,
    asOf,
    [...shards].map(printShard),
  ])
  return printToken(KIND, tables, body)
}

/** By table, one of each. Throws `INVALID_ARGUMENT` for what `printPositions` did not make. */
export function readPositions(tables: readonly string[], token: string): ReadonlyMap<string, StreamPosition> {
  const body = readToken(KIND, tables, token)
  if (!Array.isArray(body)) throw badToken('it is damaged')
  const positions = new Map(body.map(readStream))
  if (positions.size !== new Set(tables).size || !tables.every((table) => positions.has(table))) {
    throw badToken('it is damaged')
  }
  return positions
}

function readStream(entry: unknown): [string, StreamPosition] {
  if (!Array.isArray(entry)) throw badToken('it is damaged')
  const [table, label, asOf, shards] = entry as readonly unknown[]
  if (typeof table !== 'string' || typeof label !== 'string') throw badToken('it is damaged')
  if (typeof asOf !== 'number' || !Array.isArray(shards)) throw badToken('it is damaged')
  return [table, { label, asOf, shards: new Map(shards.map(readShard)) }]
}

/** `<id without its prefix>:<letter><rest>`, since there may be hundreds of shards. */
function printShard([id, position]: [string, ShardPosition]): string {
  const short = id.startsWith(SHARD_PREFIX) ? id.slice(SHARD_PREFIX.length) : `:${id}`
  return `${short}:${printPosition(position)}`
}

function printPosition(position: ShardPosition): string {
  switch (position.kind) {
    case 'after':
      return `a${position.sequence}`
    case 'since':
      return `i${position.iterator}`
    default:
      return letters[position.kind]
  }
}

function readShard(text: unknown): [string, ShardPosition] {
  const found = typeof text === 'string' ? /^(:?[^:]+):([a-z])(.*)$/s.exec(text) : null
  if (!found) throw badToken('it is damaged')
  const [, short, letter, rest] = found as unknown as readonly [string, string, string, string]
  const id = short.startsWith(':') ? short.slice(1) : `${SHARD_PREFIX}${short}`
  if (letter === 'a' && /^\d+$/.test(rest)) return [id, { kind: 'after', sequence: rest }]
  if (letter === 'i' && rest !== '') return [id, { kind: 'since', iterator: rest }]
  for (const kind of ['oldest', 'first', 'end'] as const) {
    if (`${letter}${rest}` === letters[kind]) return [id, { kind }]
  }
  throw badToken('it is damaged')
}

/**
 * The change feed of a store that keeps its own log: changes are numbered from 1 in the order of the commits, without
 * holes, and the oldest are dropped.
 *
 * @module
 */
import { anySignal } from './any-signal.ts'
import type { Bell } from './bell.ts'
import { type Change, type ChangesPage, type ChangesRequest, checkChangesRequest } from './changes.ts'
import { badToken, feedTrimmed, printToken, readToken } from './feed-token.ts'

export interface ChangeLog {
  /** Kind and version of the log's tokens. */
  readonly kind: string
  /** No other log has it. */
  readonly id: string
  /** The number of the newest change that was dropped; 0 if none was. */
  readonly dropped: number
  /** The number of the newest change; that of the newest dropped one if there is none. */
  readonly last: number
  /** Rings when there are new changes. */
  readonly bell: Bell
  /** The next changes after this number, which was not below `dropped` a moment ago; only the tables' are told. */
  read(after: number, tables: ReadonlySet<string>): Promise<Stretch>
}

/** A part of the log, as long as the log likes: one change at least, unless it has dropped the next one since. */
export interface Stretch {
  readonly changes: readonly Change[]
  /** The number of the last change in it, whether it was told or not. */
  readonly through: number
}

/** So many changes of other tables pass before an empty page lets the consumer save how far it is. */
const QUIET = 1_000

/** `closed` ends the feed as the request's own signal does. */
export async function* followLog(
  log: ChangeLog,
  request: ChangesRequest,
  closed: AbortSignal,
): AsyncGenerator<ChangesPage, void> {
  checkChangesRequest(request)
  const tables = new Set(request.tables)
  let position = positionOf(log, request)
  let told = position
  const page = (changes: readonly Change[]): ChangesPage => {
    told = position
    const token = printToken(log.kind, request.tables, [log.id, position])
    return Object.freeze({ changes: Object.freeze(changes), token })
  }
  const { signal: ended, release } = anySignal([closed, request.signal])
  try {
    if (ended.aborted) return
    yield page([])
    while (!ended.aborted) {
      if (position < log.dropped) throw trimmed(request)
      if (position === log.last) {
        await log.bell.wait(ended)
        continue
      }
      const { changes, through } = await log.read(position, tables)
      if (ended.aborted) return
      if (through === position) throw trimmed(request)
      position = through
      if (changes.length > 0 || position - told >= QUIET) yield page(changes)
    }
  } catch (error) {
    // A log that was closed while it was read is no fault of its reader's.
    if (!ended.aborted) throw error
  } finally {
    release()
  }
}

function positionOf(log: ChangeLog, request: ChangesRequest): number {
  if (request.from === 'start') return log.dropped
  if (request.from === 'now') return log.last
  const read = readToken(log.kind, request.tables, request.from)
  if (!Array.isArray(read) || read.length !== 2) throw badToken('it is damaged')
  const [id, position] = read as readonly unknown[]
  if (id !== log.id) throw badToken('it is of another store')
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0) throw badToken('it is damaged')
  if (position > log.last) throw badToken('it is of a later state of the store')
  if (position < log.dropped) throw trimmed(request)
  return position
}

const trimmed = ({ tables }: ChangesRequest) =>
  feedTrimmed(tables, 'the log of changes no longer reaches back to where it stopped')

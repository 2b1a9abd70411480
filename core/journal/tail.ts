/**
 * The tail of a record's history: the ids of its last commits, kept in the record by the very write that changes it.
 *
 * It makes every write once-only. A write says that its own id is not in the tail yet, so a repeated or duplicated
 * request changes nothing; and when an answer was lost, the tail tells whether the write happened. What history adds to
 * an entry beside its id goes here too.
 *
 * @module
 */
import { isList, isNumber } from '../data/attribute-value.ts'
import type { Item } from '../data/item.ts'
import type { StoredNumber } from '../data/number.ts'
import { absent, any, type Condition, compareTo, contains, equals, hasSize, not } from '../expression/condition.ts'
import { append, increment, remove, type Update } from '../expression/update.ts'
import { commitTime, timePart } from './commit-id.ts'

/** How many commits changed the record. Absent in items that other programs wrote. */
export const VERSION = '_v'
/** Commit ids, oldest first: entry `i` of the tail made version `_v − length + 1 + i`. */
export const TAIL = '_h'

const MAX_ENTRIES = 128
const KEPT_ENTRIES = 64
const FULL = 192
const OLD_ENTRIES = 8
/** Of one trim, so that its expression stays within 4 KB and 300 operators. */
const MAX_DROPPED = 200
/** No request is still under way, and no answer still missing, after this long. */
const OLD_AFTER_MS = 120_000

/** What every update of a record does besides its own changes. */
export const recordEntry = (commit: string): Update => [increment([VERSION], 1), append([TAIL], [commit])]

/** The attributes of a record that this commit creates. */
export const firstEntry = (commit: string): Item => ({ [VERSION]: 1, [TAIL]: [commit] })

/** The item after the commit, where it is written as a whole. */
export function withEntry(item: Item, commit: string): Item {
  const version = item[VERSION]
  return { ...item, [VERSION]: isNumber(version) ? Number(version) + 1 : 1, [TAIL]: [...tailOf(item), commit] }
}

/** The commit that made the item what it is; undefined for an item without a tail. */
export const lastCommit = (item: Item): string | undefined => tailOf(item).at(-1)

/** The write has not been applied yet. True of items without a tail. */
export const notYetApplied = (commit: string): Condition => not(contains([TAIL], commit))

/**
 * The tail reaches back to before this commit, so that an id that is not in it was never there. Asked of a write that is
 * sent again: by then its own id may have been trimmed. Rests on clocks, as `bears` does; an entry of the same
 * millisecond may be older or newer, so it does not count.
 */
export const reachesBackTo = (commit: string): Condition =>
  any([absent([TAIL]), compareTo([TAIL, 0], '<', timePart(commit))])

/**
 * The tail can take another entry. Asked by writes that never saw the record: if nobody else reads it either, nobody else
 * would notice that its tail has grown long.
 */
export const hasRoom: Condition = not(hasSize([TAIL], '>=', FULL))

/** Whether a write that asks `hasRoom` failed on this item for lack of it. */
export const isFull = (item: Item): boolean => tailOf(item).length >= FULL

/** Whether the item bears this commit; undefined where its tail no longer reaches back far enough to tell. */
export function bears(item: Item, commit: string): boolean | undefined {
  const tail = tailOf(item)
  if (tail.includes(commit)) return true
  const version: StoredNumber = isNumber(item[VERSION]) ? item[VERSION] : 0
  const complete = Number(version) <= tail.length
  const oldest = tail[0]
  return complete || (oldest !== undefined && commitTime(oldest) < commitTime(commit)) ? false : undefined
}

/** An update that drops the oldest entries, with the condition that nobody else has; undefined where the tail is short. */
export function trim(item: Item, now: number): { readonly update: Update; readonly condition: Condition } | undefined {
  const tail = tailOf(item)
  const old = tail.findIndex((id) => commitTime(id) > now - OLD_AFTER_MS)
  const needless = tail.length > MAX_ENTRIES ? tail.length - KEPT_ENTRIES : old === -1 ? tail.length - 1 : old
  if (needless < OLD_ENTRIES) return undefined
  const dropped = Math.min(needless, MAX_DROPPED)
  return {
    update: tail.slice(0, dropped).map((_, index) => remove([TAIL, index])),
    condition: equals([TAIL, 0], tail[0]!),
  }
}

function tailOf(item: Item): readonly string[] {
  const tail = item[TAIL]
  return isList(tail) ? tail.filter((entry): entry is string => typeof entry === 'string') : []
}

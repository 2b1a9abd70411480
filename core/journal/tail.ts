/**
 * The tail of a record's history: the entries of its last commits, kept in the record by the very write that changes it.
 *
 * A flat list, commit id and entry in turn, oldest first. Position gives the order: the last entry made version `_v`, so
 * writers of different paths never wait for each other and the order is exact all the same. The ids make every write
 * once-only: it says that its own id is not there yet, and when an answer was lost the history tells whether it is.
 *
 * @module
 */
import { type AttributeValue, isList, isNumber } from '../data/attribute-value.ts'
import { type Item, listSize } from '../data/item.ts'
import { absent, type Condition, contains, equals, exists, hasSize, not } from '../expression/condition.ts'
import { append, increment, remove, set, type Update } from '../expression/update.ts'

/** How many commits changed the record. Absent in items that other programs wrote. */
export const VERSION = '_v'
/** Commit ids and entries, oldest first. */
export const TAIL = '_h'
/** The commit that created the record, or that was the first here to change it: tells records under one key apart. */
export const GENERATION = '_g'

const own = new Set([VERSION, TAIL, GENERATION])

/** Entries beyond which a write that never saw the record waits until the tail was sealed. */
const FULL = 96

export interface TailEntry {
  readonly version: number
  readonly commit: string
  /** As `encodeEntry` made it. */
  readonly entry: AttributeValue
}

/** What every update of a record does besides its own changes, where the item is as known. */
export const recordEntry = (commit: string, entry: AttributeValue, known: Item | undefined): Update => [
  increment([VERSION], 1),
  append([TAIL], [commit, entry]),
  ...(known && generationOf(known) === undefined ? [set([GENERATION], commit)] : []),
]

/** What such an update asks for: the record under this key is the one that was known, or one whose history has begun. */
export function sameRecord(known: Item | undefined): Condition {
  const generation = known && generationOf(known)
  if (generation !== undefined) return equals([GENERATION], generation)
  return known ? absent([GENERATION]) : exists([GENERATION])
}

/**
 * What an update does where no history is kept any more. What is left of one goes: its entries would be taken for those of
 * the versions made without any, once a history is kept again.
 */
export const withoutHistory = (known: Item | undefined): Update => [
  increment([VERSION], 1),
  ...[TAIL, GENERATION].filter((name) => !known || known[name] !== undefined).map((name) => remove([name])),
]

/** The attributes of a record that this commit creates. */
export const firstEntry = (commit: string, entry: AttributeValue): Item => ({
  [VERSION]: 1,
  [GENERATION]: commit,
  [TAIL]: [commit, entry],
})

/** The write has not been applied yet. True of items without a tail. */
export const notYetApplied = (commit: string): Condition => not(contains([TAIL], commit))

/** Nothing was sealed since the item was as known, so an id that is not in its tail now was never added to it since. */
export const notSealedSince = (known: Item): Condition => {
  const first = listOf(known)[0]
  return first === undefined ? absent([TAIL]) : equals([TAIL, 0], first)
}

/**
 * The tail can take another entry. Asked by writes that never saw the record: if nobody else reads it either, nobody else
 * would notice that its tail has grown long.
 */
export const hasRoom: Condition = not(hasSize([TAIL], '>=', 2 * FULL))

/** Whether a write that asks `hasRoom` failed on this item for lack of it. */
export const isFull = (item: Item): boolean => listOf(item).length >= 2 * FULL

export const versionOf = (item: Item): number => (isNumber(item[VERSION]) ? Number(item[VERSION]) : 0)

export const generationOf = (item: Item): string | undefined =>
  typeof item[GENERATION] === 'string' ? item[GENERATION] : undefined

/** Oldest first; empty for an item whose history has not begun. */
export function tailOf(item: Item): readonly TailEntry[] {
  const list = listOf(item)
  const first = versionOf(item) - list.length / 2 + 1
  return entriesOf(list, first)
}

/** Entries from a flat list whose first one made this version. */
export function entriesOf(list: readonly AttributeValue[], first: number): readonly TailEntry[] {
  const entries: TailEntry[] = []
  for (let i = 0; i + 1 < list.length; i += 2) {
    entries.push({ version: first + i / 2, commit: String(list[i]), entry: list[i + 1]! })
  }
  return entries
}

/** The flat list again. */
export const listed = (entries: readonly TailEntry[]): readonly AttributeValue[] =>
  entries.flatMap(({ commit, entry }) => [commit, entry])

export const tailBytes = (item: Item): number => listSize(listOf(item))

/** How many entries the tail has. */
export const tailLength = (item: Item): number => Math.floor(listOf(item).length / 2)

/** What the item says of the record, without what the engine keeps for its history. */
export const imageOf = (item: Item): Item =>
  Object.freeze(Object.fromEntries(Object.entries(item).filter(([name]) => !own.has(name))))

const listOf = (item: Item): readonly AttributeValue[] => {
  const tail = item[TAIL]
  return isList(tail) ? tail : []
}

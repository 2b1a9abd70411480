/**
 * The tail of a record's history: the entries of its last commits, kept in the record by the very write that changes it.
 *
 * A list of texts, each a commit id and its entry, oldest first. Position gives the order: the last entry made version `_v`,
 * so writers of different paths never wait for each other and the order is exact all the same. The ids make every write
 * once-only: it says that its own entry is not there yet, and when an answer was lost the history tells whether its id is.
 *
 * @module
 */
import { type AttributeValue, isList, isNumber } from '../data/attribute-value.ts'
import { type Item, listSize } from '../data/item.ts'
import { absent, type Condition, contains, equals, exists, hasSize, not } from '../expression/condition.ts'
import { append, increment, remove, set, type Update } from '../expression/update.ts'
import { COMMIT_ID_LENGTH } from './commit-id.ts'

/** How many commits changed the record. Absent in items that other programs wrote. */
export const VERSION = '_v'
/** Entries behind their commit's id, oldest first. */
export const TAIL = '_h'
/** The commit that created the record, or that was the first here to change it: tells records under one key apart. */
export const GENERATION = '_g'

const own = new Set([VERSION, TAIL, GENERATION])

/** An index past the end appends. An item of the largest size has fewer elements. */
const BEHIND_ALL = 99_999

/** Entries beyond which a write that never saw the record waits until the tail was sealed. */
const FULL = 192

export interface TailEntry {
  readonly version: number
  readonly commit: string
  /** As `entryText` made it, or the stub of one that is kept elsewhere. */
  readonly entry: string
}

/**
 * What every update of a record does besides its own changes, where the item is as known. `cut` of the tail's first entries
 * go.
 */
export const recordEntry = (commit: string, entry: string, known: Item | undefined, cut: number): Update => [
  increment([VERSION], 1),
  // Beside removals of its elements a list cannot be named as a whole.
  cut > 0 ? set([TAIL, BEHIND_ALL], kept({ commit, entry })) : append([TAIL], [kept({ commit, entry })]),
  ...cutFirst(cut),
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
export const firstEntry = (commit: string, entry: string): Item => ({
  [VERSION]: 1,
  [GENERATION]: commit,
  [TAIL]: [kept({ commit, entry })],
})

/** The write of this entry has not been applied yet. True of items without a tail. */
export const notYetApplied = (commit: string, entry: string): Condition =>
  not(contains([TAIL], kept({ commit, entry })))

/** Nothing was cut off or erased since the item was as known, so an id that is not in its tail now was never added to it since. */
export const notCutSince = (known: Item): Condition => (tailLength(known) === 0 ? absent([TAIL]) : beginsWith(known))

/**
 * The tail can take another entry. Asked by writes that never saw the record: if nobody else reads it either, nobody else
 * would notice that its tail has grown long.
 */
export const hasRoom: Condition = not(hasSize([TAIL], '>=', FULL))

/** Whether a write that asks `hasRoom` failed on this item for lack of it. */
export const isFull = (item: Item): boolean => tailLength(item) >= FULL

export const versionOf = (item: Item): number => (isNumber(item[VERSION]) ? Number(item[VERSION]) : 0)

export const generationOf = (item: Item): string | undefined =>
  typeof item[GENERATION] === 'string' ? item[GENERATION] : undefined

/** Oldest first; empty for an item whose history has not begun. */
export const tailOf = (item: Item): readonly TailEntry[] => entriesOf(listOf(item), firstVersion(item))

/** Entries from the list that keeps them, of which the first one made this version. */
export const entriesOf = (list: readonly AttributeValue[], first: number): readonly TailEntry[] =>
  list.map((each, i) => {
    const text = String(each)
    return { version: first + i, commit: text.slice(0, COMMIT_ID_LENGTH), entry: text.slice(COMMIT_ID_LENGTH) }
  })

/** One element of the list. */
export const kept = ({ commit, entry }: Pick<TailEntry, 'commit' | 'entry'>): string => commit + entry

/** The list again. */
export const listed = (entries: readonly TailEntry[]): readonly string[] => entries.map(kept)

/** The tail still begins as that of this item, which is not empty. */
export const beginsWith = (known: Item): Condition => equals([TAIL, 0], listOf(known)[0]!)

export const tailBytes = (item: Item): number => listSize(listOf(item))

/** How many entries the tail has. */
export const tailLength = (item: Item): number => listOf(item).length

/** The version that the first entry of the tail made; of an empty tail, the next one. */
export const firstVersion = (item: Item): number => versionOf(item) - tailLength(item) + 1

/** The item without so many of its tail's first entries. */
export const withoutFirst = (item: Item, entries: number): Item =>
  entries === 0 ? item : Object.freeze({ ...item, [TAIL]: listOf(item).slice(entries) })

/** Takes the first entries off the tail. */
export const cutFirst = (entries: number): Update =>
  Array.from({ length: entries }, (_, position) => remove([TAIL, position]))

/** What the item says of the record, without what the engine keeps for its history. */
export const imageOf = (item: Item): Item =>
  Object.freeze(Object.fromEntries(Object.entries(item).filter(([name]) => !own.has(name))))

const listOf = (item: Item): readonly AttributeValue[] => {
  const tail = item[TAIL]
  return isList(tail) ? tail : []
}

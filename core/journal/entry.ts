/**
 * An entry of a record's history: what one commit did to it, who did it, and why.
 *
 * Domain events are steps of an entry, in their order; what was changed beside them is the last step. A creation's entry has no
 * copy of the record, which is the record itself: going back through all later entries leads to it.
 *
 * @module
 */
import {
  type AttributeList,
  type AttributeMap,
  type AttributeValue,
  isList,
  isMap,
  type ScalarValue,
} from '../data/attribute-value.ts'
import type { Item } from '../data/item.ts'
import { parseValue, valueText } from '../data/value-text.ts'
import { type Change, decodeChange, encodeChange, redo, undo } from './change.ts'

/** One domain event, or the changes made without one. */
export interface Step {
  readonly name?: string | undefined
  readonly data?: AttributeValue | undefined
  /** Names of the units of work that it was made in, from the outermost in; undefined for those of the entry. */
  readonly path?: readonly string[] | undefined
  readonly changes: readonly Change[]
}

/** Another record of the same commit: its model's name and the values of its key. */
export type RecordReference = readonly [model: string, ...key: ScalarValue[]]

export interface Entry {
  readonly kind: 'created' | 'changed' | 'deleted'
  readonly path: readonly string[]
  readonly metadata: AttributeMap | undefined
  readonly steps: readonly Step[]
  /** Of a commit of several records: all of them in the first one's entry, that one in the others'. */
  readonly others: readonly RecordReference[]
  /** Its values were erased: there is nothing to redo or undo. */
  readonly erased: boolean
}

/** The name of a unit of work that was given none. Not stored. */
const UNNAMED = 'anonymous'

/** The record after the entry, without attributes of the engine. A creation or deletion makes or ends it; only what follows or precedes is done here. */
export const redoEntry = ({ steps }: Entry, item: Item): Item =>
  steps.reduce((state, { changes }) => redo(changes, state), item)

/** The record before the entry; of a creation, as it was created. */
export const undoEntry = ({ steps }: Entry, item: Item): Item =>
  steps.reduceRight((state, { changes }) => undo(changes, state), item)

/** As a tail and a block have it: as text, which a store that takes items apart to the last value passes on as a whole. */
export const entryText = (entry: Entry): string => valueText(encodeEntry(entry))

/** What `entryText` made. */
export const parseEntry = (text: string): Entry => decodeEntry(parseValue(text))

/**
 * As it is stored: `[names, changes, more]`, without what is empty at the end. The names are a list, or one name, or 0 for
 * none; `more` has `k` kind, `m` metadata, `e` events, `r` other records, `x` erased.
 */
export function encodeEntry(entry: Entry): AttributeList {
  const { kind, path, metadata, steps, others, erased } = entry
  const last = steps.at(-1)
  const plain = last && last.name === undefined && last.path === undefined ? last : undefined
  const events = plain ? steps.slice(0, -1) : steps
  const changes = plain ? plain.changes.map(encodeChange) : []
  const more: AttributeMap = {
    ...(kind === 'changed' ? {} : { k: kind[0]! }),
    ...(metadata ? { m: metadata } : {}),
    ...(events.length > 0 ? { e: events.map(encodeStep) } : {}),
    ...(others.length > 0 ? { r: others } : {}),
    ...(erased ? { x: true } : {}),
  }
  const [name] = path
  const names = path.length !== 1 ? path : name === UNNAMED ? 0 : name!
  if (Object.keys(more).length > 0) return [names, changes, more]
  return changes.length > 0 ? [names, changes] : [names]
}

const encodeStep = ({ name, data, path, changes }: Step): AttributeMap => ({
  ...(name === undefined ? {} : { n: name }),
  ...(data === undefined ? {} : { d: data }),
  ...(path ? { p: path } : {}),
  ...(changes.length > 0 ? { c: changes.map(encodeChange) } : {}),
})

/** What `encodeEntry` made. */
export function decodeEntry(stored: AttributeValue | undefined): Entry {
  const [names, changes, more] = isList(stored) ? stored : []
  const rest: AttributeMap = isMap(more) ? more : {}
  const plain = changesOf(changes)
  return {
    kind: rest['k'] === 'c' ? 'created' : rest['k'] === 'd' ? 'deleted' : 'changed',
    path: isList(names) ? (names as readonly string[]) : [typeof names === 'string' ? names : UNNAMED],
    metadata: isMap(rest['m']) ? rest['m'] : undefined,
    steps: [...(isList(rest['e']) ? rest['e'].map(decodeStep) : []), ...(plain.length > 0 ? [{ changes: plain }] : [])],
    others: isList(rest['r']) ? (rest['r'] as unknown as readonly RecordReference[]) : [],
    erased: rest['x'] === true,
  }
}

function decodeStep(value: AttributeValue): Step {
  const stored: AttributeMap = isMap(value) ? value : {}
  return {
    name: typeof stored['n'] === 'string' ? stored['n'] : undefined,
    data: stored['d'],
    path: isList(stored['p']) ? (stored['p'] as readonly string[]) : undefined,
    changes: changesOf(stored['c']),
  }
}

const changesOf = (value: AttributeValue | undefined): readonly Change[] =>
  isList(value) ? value.flatMap((each) => decodeChange(each) ?? []) : []

/** The entry of a record that is created by nothing more than this. */
export const creation = (name: string): Entry => ({
  kind: 'created',
  path: [name],
  metadata: undefined,
  steps: [],
  others: [],
  erased: false,
})

/** The same entry without any value: order, time, names and the count remain. */
export const erasedEntry = ({ kind, path, steps, others }: Entry): Entry => ({
  kind,
  path,
  metadata: undefined,
  steps: steps.flatMap(({ name, path }) => (name === undefined ? [] : [{ name, path, changes: [] }])),
  others,
  erased: true,
})

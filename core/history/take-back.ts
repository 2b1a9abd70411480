/**
 * What taking a commit back means for one record: it gets back what the commit replaced, where that is still as the commit
 * left it.
 *
 * @module
 */
import { type AttributeValue, equal, isList, isMap, isSet, setHas } from '../data/attribute-value.ts'
import { printPath, valueAt } from '../data/document-path.ts'
import { type Item, type ItemAddress, printKey } from '../data/item.ts'
import { type Conflict, engineError } from '../errors.ts'
import { changedPaths } from '../expression/diff.ts'
import { type Change, undo } from '../journal/change.ts'
import type { Entry, Step } from '../journal/entry.ts'
import type { Source } from '../journal/source.ts'
import { keyOfRecord } from '../model/key.ts'
import { itemAs, schemaVersionOf } from '../model/migrate.ts'
import type { AnyModel } from '../model/model.ts'
import { decodeItem, encodeRecord, itemToday } from '../model/record.ts'
import { rewrite } from '../unit-of-work/scoped-unit-of-work.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { type CommittedRecord, knownItem, modelOf } from './find-commit.ts'
import type { HistoryParts } from './history-parts.ts'
import { isOfRecord } from './of-record.ts'
import { type Version, versionsBackwards } from './versions.ts'

/** Begins the name of the unit of work that takes a commit back; the commit's id follows. */
export const UNDO = 'undo '

/** The commit that the entry's commit took back, if it is an undoing. */
export function undoneBy({ path }: Entry): string | undefined {
  const name = path.at(-1)
  return name?.startsWith(UNDO) ? name.slice(UNDO.length) : undefined
}

export async function takeBack(parts: HistoryParts, work: UnitOfWork, committed: CommittedRecord): Promise<void> {
  const { model, address, version, replaced } = committed
  const { entry, before } = version
  const key = keyFrom(model, version, address)
  const record = await work.find(model, key as never)
  if (entry.kind === 'deleted') {
    if (!before.known || !before.item) return
    if (record) throw conflict(model, address, [{ path: '', base: undefined, mine: before.item, theirs: undefined }])
    work.create(model, decodeItem(model, before.item) as never)
    return
  }
  const steps = stepsToTakeBack(model, address, version)
  const changes = steps.flatMap((step) => step.changes)
  const present = record && (await presentImage(work, model, key))
  if (!record || !present)
    throw conflict(model, address, [{ path: '', base: undefined, mine: undefined, theirs: undefined }])
  if (entry.kind === 'created') {
    // Only as it was created: what others did to it since would be lost with it.
    const made = version.after.known ? version.after.item : undefined
    // As it reads today: its schema may have changed since.
    if (!made || !equal(itemToday(model, made), present))
      throw conflict(model, address, [{ path: '', base: made, mine: undefined, theirs: present }])
    work.delete(record)
    const former = replaced?.before.known ? replaced.before.item : undefined
    if (!former) return
    const owner = modelOf([model, ...parts.models], address.table, former) ?? model
    work.create(owner, decodeItem(owner, former) as never)
    return
  }
  const isTold = changes.every(({ kind }) => isToldByValue[kind])
  if (!isTold && (await isTakenBack(parts, committed))) throw conflict(model, address, changes.flatMap(everyPlace))
  // Step by step, the last one first, since a later one may have replaced what an earlier one made.
  let item = present
  for (const step of steps.toReversed()) {
    const clashes = step.changes.flatMap((change) => clash(change, item))
    if (clashes.length > 0) throw conflict(model, address, clashes)
    item = undo(step.changes, item)
  }
  // What the history was asked of must hold at the commit: the look at the whole record is one at its version.
  rewrite(work, record, item, isTold ? changes.map(({ path }) => path) : [[]])
}

/**
 * What the commit did, as it reads today: what it did to a record in an older form of its schema is the difference that it
 * makes in today's.
 */
function stepsToTakeBack(model: AnyModel, address: ItemAddress, { entry, before, after }: Version): readonly Step[] {
  const { migrations, version, hidden } = model.definition
  const asTheyAre = entry.steps.map(({ changes }) => ({
    changes: changes.filter(({ path }) => isOfRecord(model, path)),
  }))
  if (!migrations) return asTheyAre
  const [old, made] = [before, after].map((image) => (image.known ? image.item : undefined))
  // Another program has changed it in between: in which form it was then cannot be told.
  if (!old || !made)
    throw conflict(
      model,
      address,
      entry.steps.flatMap(({ changes }) => changes.flatMap(everyPlace)),
    )
  // One that brought the record to today's schema along did that too, which is nothing to take back.
  if ([old, made].every((item) => schemaVersionOf(model, item) === version)) return asTheyAre
  const [from, to] = [itemAs(model, old), itemAs(model, made)]
  const paths = changedPaths(from, to).filter(([name]) => !hidden.has(String(name)))
  return [{ changes: paths.map((path) => ({ kind: 'set', path, value: valueAt(to, path), old: valueAt(from, path) })) }]
}

/**
 * Whether the place itself tells that the change was taken back. A number does not, nor the end of a list: there the history
 * is asked, or the same commit would be taken back once more by everybody who tries.
 */
const isToldByValue = { set: true, add: true, remove: true, increment: false, append: false } as const

const everyPlace = ({ path }: Change) => [
  { path: printPath(path), base: undefined, mine: undefined, theirs: undefined },
]

/** Whether a later commit has taken this one back, and none that one. */
async function isTakenBack(
  { store, journalTable }: HistoryParts,
  { address, version }: CommittedRecord,
): Promise<boolean> {
  const { generation, version: from } = version
  const source: Source = { store, journalTable, address }
  const taken = new Set<string>()
  // Newest first, so whether an undoing was undone itself is known when it is met.
  for await (const later of versionsBackwards(source, { generation, from: from + 1 })) {
    const undone = undoneBy(later.entry)
    if (undone !== undefined && !taken.has(later.commit)) taken.add(undone)
  }
  return taken.has(version.commit)
}

/** The record in stored form, as this unit of work sees it. */
async function presentImage(work: UnitOfWork, model: AnyModel, key: object): Promise<Item | undefined> {
  const record = await work.peek(model, key as never)
  return record && encodeRecord(model, record as never)
}

function keyFrom(model: AnyModel, version: Version, { key }: ItemAddress): object {
  const item = knownItem(version)
  return item ? keyOfRecord(model, decodeItem(model, item)) : key
}

/** What somebody has made of a place since; nothing where it still is as the commit left it. */
function clash(change: Change, item: Item): readonly Omit<Conflict, 'model' | 'key'>[] {
  const { path } = change
  const theirs = valueAt(item, path)
  const at = (base: AttributeValue | undefined, mine: AttributeValue | undefined) => [
    { path: printPath(path), base, mine, theirs },
  ]
  if (!isMap(valueAt(item, path.slice(0, -1)))) return at(undefined, undefined)
  switch (change.kind) {
    case 'set':
      return equal(theirs, change.value) ? [] : at(change.value, change.old)
    case 'append': {
      const end = isList(theirs) ? theirs.slice(-change.values.length) : []
      return equal(end, change.values) ? [] : at(change.values, undefined)
    }
    case 'increment':
      return theirs === undefined ? at(undefined, undefined) : []
    case 'add':
      return [...change.elements].every((element) => isSet(theirs) && setHas(theirs, element))
        ? []
        : at(change.elements, undefined)
    case 'remove':
      return [...change.elements].some((element) => isSet(theirs) && setHas(theirs, element))
        ? at(undefined, change.elements)
        : []
    default:
      return change satisfies never
  }
}

const conflict = (model: AnyModel, { key }: ItemAddress, clashes: readonly Omit<Conflict, 'model' | 'key'>[]) =>
  engineError(
    'CONFLICT',
    `${model.name} ${printKey(key)} was changed since, or this was taken back already, at ${clashes.map(({ path }) => path || 'its whole').join(', ')}, so the commit cannot be taken back. Nothing was written.`,
    { conflicts: clashes.map((each) => ({ ...each, model: model.name, key })), attempts: 1 },
  )

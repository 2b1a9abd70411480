/**
 * Takes a commit back: a unit of work that gives every record of the commit back what it replaced, where nobody has changed
 * the same since.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { type AttributeValue, equal, isList, isSet, setHas } from '../data/attribute-value.ts'
import { printPath, valueAt } from '../data/document-path.ts'
import type { Item, ItemAddress } from '../data/item.ts'
import { printValue } from '../data/print-value.ts'
import { type Conflict, engineError } from '../errors.ts'
import { type Change, undo } from '../journal/change.ts'
import { keyOfRecord } from '../model/key.ts'
import type { AnyModel } from '../model/model.ts'
import { decodeItem, encodeRecord } from '../model/record.ts'
import { rewrite } from '../unit-of-work/scoped-unit-of-work.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { EventReference } from './event.ts'
import { type CommittedRecord, findCommit, knownItem } from './find-commit.ts'
import type { HistoryParts } from './history-parts.ts'
import type { Version } from './versions.ts'

export async function undoCommit(
  parts: HistoryParts,
  commit: string | EventReference,
  signal: AbortSignal | undefined,
): Promise<number> {
  const id = typeof commit === 'string' ? commit : commit?.commitId
  if (typeof id !== 'string' || id === '') {
    throw invalidArgument('commit', `Expected a commit id or an event of a history, got ${printValue(commit)}.`)
  }
  const found = await findCommit(parts, commit, signal)
  if (found.length === 0 || found.some(({ version }) => version.entry.erased)) {
    throw engineError('RECORD_NOT_FOUND', `Commit ${id} is in no history here, or was erased.`, { model: '', key: {} })
  }
  await parts.unitOfWork.run(
    `undo ${id}`,
    async (work) => {
      for (const record of found) await takeBack(work, record)
    },
    { signal },
  )
  return found.length
}

async function takeBack(work: UnitOfWork, { model, address, version, replaced }: CommittedRecord): Promise<void> {
  const { entry, before } = version
  if (entry.kind === 'deleted') {
    if (!before.known || !before.item) return
    work.create(model, decodeItem(model, before.item) as never)
    return
  }
  const changes = entry.steps.flatMap((step) => step.changes)
  const key = keyFrom(model, version, address)
  const record = await work.find(model, key as never)
  const present = record && (await presentImage(work, model, key))
  if (!record || !present)
    throw conflict(model, address, [{ path: '', base: undefined, mine: undefined, theirs: undefined }])
  if (entry.kind === 'created') {
    // Only as it was created: what others did to it since would be lost with it.
    const made = version.after.known ? version.after.item : undefined
    // As it reads today: its schema may have changed since.
    if (!made || !equal(encodeRecord(model, decodeItem(model, made) as never), present))
      throw conflict(model, address, [{ path: '', base: made, mine: undefined, theirs: present }])
    work.delete(record)
    if (replaced?.before.known && replaced.before.item)
      work.create(model, decodeItem(model, replaced.before.item) as never)
    return
  }
  // Step by step, the last one first, since a later one may have replaced what an earlier one made.
  let item = present
  for (const step of entry.steps.toReversed()) {
    const clashes = step.changes.flatMap((change) => clash(change, item))
    if (clashes.length > 0) throw conflict(model, address, clashes)
    item = undo(step.changes, item)
  }
  rewrite(
    work,
    record,
    item,
    changes.flatMap((change) => (change.kind === 'increment' ? [] : [change.path])),
  )
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
    `${model.name} was changed since at ${clashes.map(({ path }) => path || 'its whole').join(', ')}, so the commit cannot be taken back. Nothing was written.`,
    { conflicts: clashes.map((each) => ({ ...each, model: model.name, key })), attempts: 1 },
  )

/**
 * What a commit adds to the histories of its records: an entry for each, and the last block of one that is deleted.
 *
 * Pure, like `plan.ts`, whose plan it is part of.
 *
 * @module
 */
import { type DocumentPath, overlap, pathKey, valueAt } from '../data/document-path.ts'
import { type Item, itemSize } from '../data/item.ts'
import { apply, InapplicableUpdate } from '../expression/apply.ts'
import { set, type Update } from '../expression/update.ts'
import { type Block, putEnd } from '../journal/block.ts'
import { type Change, recordChanges } from '../journal/change.ts'
import { type Entry, entryText, type RecordReference, type Step } from '../journal/entry.ts'
import { spill } from '../journal/spill.ts'
import { generationOf, imageOf, tailOf, versionOf } from '../journal/tail.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { type Applied, applyAll, fromFirstEvent } from './applied.ts'
import type { CommitContext } from './commit-context.ts'
import { type Involved, keepsHistory, lastSeen } from './involved.ts'
import { isUpdate, type Parts } from './parts.ts'
import { updateBetween } from './record-version.ts'

export interface History {
  /** The entry of a record of which history is kept, as it is stored. Asked for once. */
  entry(involved: Involved): string
  /** What of the entries is too large for a record. */
  readonly spilled: readonly WriteAction[]
}

export function historyOf(
  { id, journalTable, limits, metadata }: CommitContext,
  records: readonly Involved[],
  parts: readonly Parts[],
): History {
  const writers = records.filter((involved, i) => keepsHistory(involved) && isWritten(involved, parts[i]!))
  const references = writers.map(referenceTo)
  const spilled: WriteAction[] = []
  return {
    spilled,
    entry(involved) {
      const position = writers.indexOf(involved)
      const written: Entry = {
        kind: kindOf(involved),
        path: involved.path,
        metadata,
        steps: stepsOf(involved, parts[records.indexOf(involved)]!),
        // Once in full, so that a commit of many records does not grow with their square.
        others: references.length < 2 ? [] : position === 0 ? references.slice(1) : references.slice(0, 1),
        erased: false,
      }
      const { entry, writes } = spill(journalTable, involved.identity.address, id, written, () => {
        const known = involved.state?.view?.encoded ?? lastSeen(involved)
        return known !== undefined && itemSize(known) > (limits.itemBytes * 3) / 4
      })
      spilled.push(...writes)
      return entry
    },
  }
}

const isWritten = (involved: Involved, parts: Parts): boolean => {
  const { state, isLoaded, stored } = involved
  if (!state) return false
  return state.fate === 'kept' ? isUpdate(involved, parts) : state.fate !== 'deleted' || !isLoaded || !!stored
}

const referenceTo = ({ identity: { model, address } }: Involved): RecordReference => [
  model.name,
  ...Object.values(address.key),
]

function kindOf({ state }: Involved): Entry['kind'] {
  if (state?.fate === 'deleted') return 'deleted'
  return state?.fate === 'kept' ? 'changed' : 'created'
}

function stepsOf(involved: Involved, { drafts, blind, migrated }: Parts): readonly Step[] {
  const { state, applied, present } = involved
  if (state?.fate === 'created' || state?.fate === 'replaced') return stepsOfCreation(involved)
  if (state?.fate === 'deleted') return stepsOfEnd(involved, applied)
  const own = blind.map(({ action }) => action)
  const known = lastSeen(involved)
  if (applied.length === 0 || !known) return plain(recordChanges([...drafts, ...own], known))
  const stored = imageOf(known)
  const start = migrated ? imageOf(present!) : stored
  const steps = eventSteps(involved, applied, { stored, start, end: apply(drafts, stored) })
  // Merges with anybody's, so it is recorded as it travels.
  const merged = recordChanges(own, known)
  const last = steps.at(-1)
  const isPlain = last && last.name === undefined && last.path === undefined
  // Where steps undid each other, what is left of them may be at the same place.
  const joins = isPlain && !last.changes.some((one) => merged.some((other) => overlap(one.path, other.path)))
  return joins ? [...steps.slice(0, -1), { changes: [...last.changes, ...merged] }] : [...steps, ...plain(merged)]
}

/** What came before the first event without one is part of the creation. */
function stepsOfCreation(involved: Involved): readonly Step[] {
  const { state, applied } = involved
  const [before, events] = fromFirstEvent(applied)
  if (events.length === 0) return []
  const start = applyAll(before, state!.origin!.encoded!)
  return eventSteps(involved, events, { stored: start, start, record: start, end: state!.view!.encoded! })
}

/** The events of a life that ends with this commit. */
function stepsOfEnd(involved: Involved, applied: readonly Applied[]): readonly Step[] {
  const known = lastSeen(involved)
  if (applied.length === 0 || !known) return []
  const stored = imageOf(known)
  const isMigrated = involved.stored !== involved.present && applied.some(({ actions }) => actions.length > 0)
  return eventSteps(involved, applied, { stored, start: isMigrated ? imageOf(involved.present!) : stored })
}

const plain = (changes: readonly Change[]): readonly Step[] => (changes.length === 0 ? [] : [{ changes }])

interface Way {
  /** The item before the commit. */
  readonly stored: Item
  /** The item that the first event met: the same, or in the present version of its schema. */
  readonly start: Item
  /** The record by drafts, encoded, that the first event met; by default as it was loaded. */
  readonly record?: Item | undefined
  /** The item after all drafts; undefined where it is gone. */
  readonly end?: Item | undefined
}

/** One step an event, and one for what else leads from the last to the end, if there is one; before them, one to the schema that they are of. */
function eventSteps(
  involved: Involved,
  applied: readonly Applied[],
  { stored, start, end, ...way }: Way,
): readonly Step[] {
  const { identity, path, base, present } = involved
  const between = (from: Item, to: Item | undefined): readonly Step[] =>
    to ? plain(recordChanges(updateBetween(identity, from, to), from)) : []
  const step = ({ name, data, path: at }: Applied, changes: readonly Change[]): Step => ({
    name,
    data,
    path: name === undefined || !samePath(at, path) ? at : undefined,
    changes,
  })
  try {
    let item = start
    let record = way.record ?? base!.drafted!.encoded!
    const steps = applied.map((each) => {
      const after = apply(each.actions, record)
      const actions = asStored(each.actions, item, record, after, present)
      const changes = recordChanges(actions, item)
      item = apply(actions, item)
      record = after
      return step(each, changes)
    })
    return [...between(stored, start), ...steps, ...between(item, end)]
  } catch (thrown) {
    if (!(thrown instanceof InapplicableUpdate)) throw thrown
    // What nobody guarded has changed, so that events do not apply to the item one by one.
    return [...applied.map((each) => step(each, [])), ...between(stored, end)]
  }
}

/**
 * The same changes of an item that may lack what a default gave the record: that is stored whole with the first change of it.
 * What it lacks since another commit took it away was not lacking in the item as it was `loaded`.
 */
function asStored(actions: Update, item: Item, before: Item, after: Item, loaded: Item | undefined): Update {
  const isGiven = (part: DocumentPath) =>
    [item, loaded].every((each) => valueAt(each, part) === undefined) && valueAt(before, part) !== undefined
  const whole = new Map(
    actions.map((action) => {
      const { path } = action
      const part = path.map((_, i) => path.slice(0, i + 1)).find(isGiven)
      const value = part && valueAt(after, part)
      return [pathKey(part ?? path), part && value !== undefined ? set(part, value) : action] as const
    }),
  )
  return [...whole.values()]
}

const samePath = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i])

/** Its blocks come before those of this generation, and behind those of all earlier ones. */
const sortsBefore = (generation: string): string => generation.slice(0, -1)

/** The block that ends the history of a record which this action deletes or replaces; nothing where there is none to end. */
export function endBlock(
  { id, journalTable, limits, metadata }: CommitContext,
  involved: Involved,
  action: WriteAction,
  history: History,
): readonly WriteAction[] {
  const { identity, state, hasEnded } = involved
  const known = lastSeen(involved)
  const isReplaced = state?.fate === 'replaced'
  if (!known || hasEnded || !keepsHistory(involved) || !(action.kind === 'delete' || isReplaced)) return []
  const version = versionOf(known) + 1
  const steps = isReplaced ? stepsOfEnd(involved, state.former?.told.applied ?? []) : []
  const entry = isReplaced
    ? entryText({ kind: 'deleted', path: involved.path, metadata, steps, others: [], erased: false })
    : history.entry(involved)
  const block: Block = {
    // One whose history had not begun begins and ends with this commit, and before the one that replaces it.
    generation: generationOf(known) ?? (isReplaced ? sortsBefore(id) : id),
    entries: [...tailOf(known), { version, commit: id, entry }],
    image: undefined,
    last: imageOf(known),
    isEnd: true,
  }
  return putEnd(journalTable, identity.address, block, limits.itemBytes)
}

/**
 * What a commit adds to the histories of its records: an entry for each, and the last block of one that is deleted.
 *
 * Pure, like `plan.ts`, whose plan it is part of.
 *
 * @module
 */
import { itemSize } from '../data/item.ts'
import { type Block, putEnd } from '../journal/block.ts'
import { type Entry, entryText, type RecordReference } from '../journal/entry.ts'
import { spill } from '../journal/spill.ts'
import { generationOf, imageOf, tailOf, versionOf } from '../journal/tail.ts'
import type { WriteAction } from '../store/write-plan.ts'
import type { CommitContext } from './commit-context.ts'
import { stepsOf, stepsOfEnd } from './entry-steps.ts'
import { type Involved, keepsHistory, lastSeen } from './involved.ts'
import { isUpdate, type Parts } from './parts.ts'

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

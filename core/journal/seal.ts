/**
 * Moves entries from a record's tail into a block of the journal.
 *
 * First the block is written, where there is none yet; then, and only then, the record drops what the block holds. So a
 * crash between the two loses nothing, and anyone may do it at any time, also at once with others: of two blocks with the
 * same first entry the first one stays, and a tail that somebody else has cut is not cut again.
 *
 * @module
 */
import { type Item, type ItemAddress, utf8Size } from '../data/item.ts'
import { sentence } from '../data/print-value.ts'
import type { Environment } from '../environment.ts'
import { engineError } from '../errors.ts'
import { InapplicableUpdate } from '../expression/apply.ts'
import { all, equals } from '../expression/condition.ts'
import type { Priority } from '../store/capacity.ts'
import type { CommitOutcome } from '../store/commit-outcome.ts'
import type { Store } from '../store/store.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { type Block, decodeBlock, IMAGE_EVERY, putBlock } from './block.ts'
import { COMMIT_ID_LENGTH, commitId } from './commit-id.ts'
import { undoEntry } from './entry.ts'
import { readRecord } from './source.ts'
import { readEntries } from './spill.ts'
import {
  beginsWith,
  cutFirst,
  GENERATION,
  generationOf,
  imageOf,
  type TailEntry,
  tailOf,
  withoutFirst,
} from './tail.ts'

/** Of one cut, so that its expression stays within 4 KB and 300 operators. */
const MAX_CUT = 200
/** How often a tail is sealed again after others were at work on the record. */
const MAX_ROUNDS = 8

/** Where tails and blocks are. */
export interface SealParts {
  readonly store: Store
  readonly environment: Environment
  readonly journalTable: string
}

/** A record, and the item as it was seen. */
export interface Seen {
  readonly address: ItemAddress
  readonly item: Item
}

/** All that a tail may lose. It never ends: what stands in it tells what cannot have left it. */
export const sealable = (item: Item): readonly TailEntry[] => tailOf(item).slice(0, -1)

/** Resolves to how many of these first entries of the item's tail are in a block, now or already. */
export async function putInBlock(
  parts: SealParts,
  { address, item }: Seen,
  entries: readonly TailEntry[],
  priority: Priority,
): Promise<number | undefined> {
  const generation = generationOf(item)
  if (generation === undefined || entries.length === 0) return undefined
  const { store, journalTable } = parts
  const taken = firstOf(entries, store.limits.itemBytes / 2)
  const image = needsImage(taken, generation) ? await imageAfterFirst(parts, { address, item }) : undefined
  const block: Block = { generation, entries: taken, image, last: undefined, isEnd: false }
  let put = await send(parts, putBlock(journalTable, address, block), priority)
  // Too large together with the image, perhaps, without which it is as good: more must be read for what it tells.
  if (put.kind === 'invalid' && image)
    put = await send(parts, putBlock(journalTable, address, { ...block, image: undefined }), priority)
  if (put.kind === 'invalid') throw unwritable(journalTable, put)
  const present = put.kind === 'conflict' ? put.failures[0]?.present : undefined
  if (put.kind !== 'committed' && !present) return undefined
  // One that was there holds fewer entries, perhaps, and the same as far as it goes.
  return Math.min(present ? decodeBlock(present).entries.length : taken.length, entries.length)
}

/** Cuts so many first entries, which are in a block, off the item's tail; false where somebody was at work on it. */
export async function cutOff(
  parts: SealParts,
  { address, item }: Seen,
  entries: number,
  priority: Priority,
): Promise<boolean> {
  const condition = all([beginsWith(item), equals([GENERATION], generationOf(item)!)])
  const { kind } = await send(parts, { kind: 'update', ...address, condition, update: cutFirst(entries) }, priority)
  return kind === 'committed'
}

/**
 * Seals all of an item's tail but its last entry. Resolves to the item without what was cut off; undefined where others
 * got in the way. What others have made of it meanwhile may be enough. `told` hears of each item that it has come to.
 */
export async function sealToLast(
  parts: SealParts,
  { address, item }: Seen,
  {
    isEnough = () => false,
    told = () => {},
  }: { readonly isEnough?: (present: Item) => boolean; readonly told?: (present: Item) => void } = {},
): Promise<Item | undefined> {
  let present: Item | undefined = item
  for (let round = 0; round < MAX_ROUNDS && present; round++) {
    if (round > 0 && isEnough(present)) return present
    const entries = sealable(present)
    if (entries.length === 0) return present
    const seen = { address, item: present }
    const held: number | undefined = await putInBlock(parts, seen, entries, 'commit')
    if (held !== undefined && (await cutOff(parts, seen, held, 'commit'))) present = withoutFirst(present, held)
    else present = await readRecord({ ...parts, address })
    if (present) told(present)
  }
  return undefined
}

/** The record after the first entry of the item's tail: all later ones undone. */
async function imageAfterFirst(parts: SealParts, { address, item }: Seen): Promise<Item | undefined> {
  const later = await readEntries({ ...parts, address }, tailOf(item).slice(1))
  if (later.some(({ decoded }) => decoded.erased)) return undefined
  try {
    return later.reduceRight((state, { decoded }) => undoEntry(decoded, state), imageOf(item))
  } catch (thrown) {
    if (!(thrown instanceof InapplicableUpdate)) throw thrown
    // Another program changed the record so that its history no longer fits; the entries tell what they can.
    return undefined
  }
}

const send = ({ store, environment }: SealParts, action: WriteAction, priority: Priority): Promise<CommitOutcome> =>
  store.commit({ id: commitId(environment), actions: [action] }, { priority })

const unwritable = (journalTable: string, { reason, cause }: Extract<CommitOutcome, { kind: 'invalid' }>) =>
  engineError(
    'REJECTED',
    `The history of a record must be moved to the journal table ${journalTable}, which refused it: ${sentence(reason)} Nothing was written.`,
    { reason },
    { cause },
  )

/** As many of them as one cut and one block take: at least one. */
function firstOf(entries: readonly TailEntry[], bytes: number): readonly TailEntry[] {
  let left = bytes
  const end = entries.findIndex(({ entry }) => {
    left -= COMMIT_ID_LENGTH + utf8Size(entry)
    return left < 0
  })
  return entries.slice(0, end < 0 ? MAX_CUT : Math.min(Math.max(end, 1), MAX_CUT))
}

/** The first block of a generation, and each that crosses a multiple: what lies between two images is bounded. */
function needsImage(entries: readonly TailEntry[], generation: string): boolean {
  const first = entries[0]!
  const last = entries.at(-1)!
  const crosses = Math.floor(first.version / IMAGE_EVERY) !== Math.floor((last.version + 1) / IMAGE_EVERY)
  return crosses || first.commit === generation
}

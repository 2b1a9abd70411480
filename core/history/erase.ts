/**
 * Removes past values from a history, for a privacy law's sake, and leaves its shell: versions, commits, times and names.
 *
 * The tail is sealed first, so that every entry but the last is in a block; then blocks are replaced by their shells, and
 * the last entry by its own. Of that, and of what a deletion wrote, an ordinary block is written too: a late sealer that still
 * knows the values finds one there. What stands beside the blocks goes last, since shells are made with what it tells. An
 * erasure that was interrupted, wherever, is completed by the next one.
 *
 * @module
 */

import type { Item, ItemAddress, ItemKey } from '../data/item.ts'
import { engineError } from '../errors.ts'
import { all, equals, exists } from '../expression/condition.ts'
import { set } from '../expression/update.ts'
import {
  type Block,
  blockAddress,
  blockPartition,
  ENTRIES,
  encodeBlock,
  endAddress,
  putBlock,
  SPILLED,
  textOf,
} from '../journal/block.ts'
import { commitId } from '../journal/commit-id.ts'
import { entryText, erasedEntry, parseEntry } from '../journal/entry.ts'
import { readBlocks } from '../journal/read-blocks.ts'
import { sealToLast } from '../journal/seal.ts'
import { readRecord, type Source } from '../journal/source.ts'
import { isStub, readEntries } from '../journal/spill.ts'
import { beginsWith, GENERATION, generationOf, kept, TAIL, type TailEntry, tailOf } from '../journal/tail.ts'
import type { WriteAction } from '../store/write-plan.ts'
import type { HistoryParts } from './history-parts.ts'

const MAX_ROUNDS = 10

export async function eraseHistory(parts: HistoryParts, source: Source): Promise<number> {
  const erased = new Set<string>()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // Of commits so far, whose entries will all be shells if nothing comes in between. Also what an erasure left that was
    // interrupted, and what belonged to entries that are gone with a record.
    const apart = await keptApart(parts, source)
    const isTailDone = await eraseTail(parts, source, erased)
    const areBlocksDone = await eraseBlocks(parts, source, erased)
    if (!isTailDone || !areBlocksDone) continue
    for (const address of apart) await send(parts, { kind: 'delete', ...address, condition: exists(['p']) })
    return erased.size
  }
  throw engineError(
    'RETRIES_EXHAUSTED',
    'The record was changed all the while its history was erased; erase it again.',
    {
      attempts: MAX_ROUNDS,
    },
  )
}

/** Whether nothing came in between. */
async function eraseTail(parts: HistoryParts, source: Source, erased: Set<string>): Promise<boolean> {
  const record = await readRecord(source)
  const generation = record && generationOf(record)
  if (!record || generation === undefined) return true
  const cut: Item | undefined = await sealToLast(parts, { address: source.address, item: record })
  if (!cut) return false
  const [last, ...more] = tailOf(cut)
  if (!last) return true
  if (more.length > 0) return false
  const shell = await shellOf(source, last, erased)
  if (shell !== last) {
    const outcome = await send(parts, {
      kind: 'update',
      ...source.address,
      condition: all([beginsWith(cut), equals([GENERATION], generation)]),
      // The entry alone: a commit may have added its own behind it.
      update: [set([TAIL, 0], kept(shell))],
    })
    if (outcome !== 'committed') return false
  }
  const block: Block = { generation, entries: [shell], image: undefined, last: undefined, isEnd: false }
  await send(parts, putBlock(parts.journalTable, source.address, block))
  return true
}

/** Whether all of them are shells now. */
async function eraseBlocks(parts: HistoryParts, source: Source, erased: Set<string>): Promise<boolean> {
  const { journalTable } = parts
  let isDone = true
  for await (const block of readBlocks(source)) {
    const entries = await Promise.all(block.entries.map((entry) => shellOf(source, entry, erased)))
    const { generation, isEnd } = block
    const shell: Block = { generation, entries, image: undefined, last: undefined, isEnd }
    const isShell = entries.every((entry, i) => entry === block.entries[i])
    if (!isShell || block.image || block.last || block.isLastApart) {
      const { table, key } = isEnd
        ? endAddress(journalTable, source.address, generation)
        : blockAddress(journalTable, source.address, generation, block.entries[0]!.version)
      const outcome = await send(parts, {
        kind: 'put',
        table,
        key,
        item: encodeBlock(key, source.address, shell),
        condition: all([exists(['p']), equals([ENTRIES], textOf(block.entries))]),
      })
      if (outcome !== 'committed') isDone = false
    }
    if (isEnd) await send(parts, putBlock(journalTable, source.address, { ...shell, isEnd: false }))
  }
  return isDone
}

/** What stands beside the blocks: values of entries too large for a tail, and last states too large for a block. */
async function keptApart({ store, journalTable }: HistoryParts, { address, signal }: Source): Promise<ItemAddress[]> {
  const found: ItemAddress[] = []
  let from: ItemKey | undefined
  do {
    const page = await store.query(
      {
        table: journalTable,
        partition: { attribute: 'p', value: blockPartition(address) },
        sort: { attribute: 's', operator: 'begins-with', prefix: SPILLED },
        projection: ['p', 's'],
        consistent: true,
        reverse: false,
        from,
      },
      { signal },
    )
    found.push(...page.items.map((item) => ({ table: journalTable, key: item as ItemKey })))
    from = page.next
  } while (from)
  return found
}

/** The entry without its values; the same one where it has none. */
async function shellOf(source: Source, entry: TailEntry, erased: Set<string>): Promise<TailEntry> {
  if (!isStub(entry.entry) && parseEntry(entry.entry).erased) return entry
  // Counted before it is: an answer may be lost.
  erased.add(entry.commit)
  const [whole] = await readEntries(source, [entry])
  return { ...entry, entry: entryText(erasedEntry(whole!.decoded)) }
}

async function send({ store, environment }: HistoryParts, action: WriteAction): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { kind } = await store.commit({ id: commitId(environment), actions: [action] })
    if (kind === 'committed' || kind === 'conflict') return kind
    if (attempt === MAX_ROUNDS) {
      throw engineError(
        'RETRIES_EXHAUSTED',
        `The store kept answering ${kind} while a history was erased; erase it again.`,
        {
          attempts: attempt,
        },
      )
    }
    await environment.sleep(2 ** attempt * 10)
  }
}

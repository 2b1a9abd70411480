/**
 * Removes past values from a history, for a privacy law's sake, and leaves its shell: versions, commits, times and names.
 *
 * The tail is sealed first, so that every entry but the last is in a block; then blocks are replaced by their shells, and
 * the last entry by its own. Of that, and of what a deletion wrote, an ordinary block is written too: a late sealer that still
 * knows the values finds one there.
 *
 * @module
 */

import type { Item } from '../data/item.ts'
import { engineError } from '../errors.ts'
import { all, equals, exists } from '../expression/condition.ts'
import { set } from '../expression/update.ts'
import {
  type Block,
  blockAddress,
  ENTRIES,
  encodeBlock,
  endAddress,
  lastAddress,
  putBlock,
  textOf,
} from '../journal/block.ts'
import { commitId } from '../journal/commit-id.ts'
import { entryText, erasedEntry, parseEntry } from '../journal/entry.ts'
import { readBlocks } from '../journal/read-blocks.ts'
import { Sealer } from '../journal/sealer.ts'
import { isStub, readEntries, spillAddresses } from '../journal/spill.ts'
import { beginsWith, GENERATION, generationOf, listed, TAIL, type TailEntry, tailOf } from '../journal/tail.ts'
import type { WriteAction } from '../store/write-plan.ts'
import type { HistoryParts } from './history-parts.ts'
import { readRecord, type Source } from './source.ts'

const MAX_ROUNDS = 10

export async function eraseHistory(parts: HistoryParts, source: Source): Promise<number> {
  const erased = new Set<string>()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const isTailDone = await eraseTail(parts, source, erased)
    await eraseBlocks(parts, source, erased)
    if (isTailDone) return erased.size
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
  const { store, environment, journalTable } = parts
  const sealer = new Sealer({ store, environment, journalTable })
  const record = await readRecord(source)
  const generation = record && generationOf(record)
  if (!record || generation === undefined) return true
  const cut: Item | undefined = await sealer.cutToLast(source.address, record)
  const [last, ...more] = cut ? tailOf(cut) : []
  if (!last || more.length > 0) return false
  if (isErased(last)) return true
  const shell = await shellOf(parts, source, last)
  const outcome = await send(parts, {
    kind: 'update',
    ...source.address,
    condition: all([beginsWith(cut!), equals([GENERATION], generation)]),
    // The entry alone: a commit may have added its own behind it.
    update: listed([shell]).map((entry) => set([TAIL, 0], entry)),
  })
  if (outcome !== 'committed') return false
  const block: Block = { generation, entries: [shell], image: undefined, last: undefined, isEnd: false }
  await send(parts, putBlock(journalTable, source.address, block))
  await removeSpilled(parts, source, last)
  erased.add(last.commit)
  return true
}

async function eraseBlocks(parts: HistoryParts, source: Source, erased: Set<string>): Promise<void> {
  const { journalTable, store } = parts
  for await (const block of readBlocks(store, journalTable, source.address, { signal: source.signal })) {
    const open = block.entries.filter((entry) => !isErased(entry))
    if (open.length === 0 && !block.image && !block.last && !block.isLastApart) continue
    const entries = await Promise.all(
      block.entries.map((entry) => (isErased(entry) ? entry : shellOf(parts, source, entry))),
    )
    const { generation, isEnd } = block
    const { table, key } = isEnd
      ? endAddress(journalTable, source.address, generation)
      : blockAddress(journalTable, source.address, generation, block.entries[0]!.version)
    const shell: Block = { generation, entries, image: undefined, last: undefined, isEnd }
    const outcome = await send(parts, {
      kind: 'put',
      table,
      key,
      item: encodeBlock(key, source.address, shell),
      condition: all([exists(['p']), equals([ENTRIES], textOf(block.entries))]),
    })
    if (outcome !== 'committed') continue
    if (isEnd) await send(parts, putBlock(journalTable, source.address, { ...shell, isEnd: false }))
    if (block.isLastApart) {
      const last = lastAddress(journalTable, source.address, generation)
      await send(parts, { kind: 'delete', ...last, condition: exists(['p']) })
    }
    for (const entry of open) {
      await removeSpilled(parts, source, entry)
      erased.add(entry.commit)
    }
  }
}

const isErased = ({ entry }: TailEntry): boolean => !isStub(entry) && parseEntry(entry).erased

async function shellOf(
  { store, journalTable }: HistoryParts,
  { address, signal }: Source,
  entry: TailEntry,
): Promise<TailEntry> {
  const [whole] = await readEntries(store, journalTable, address, [entry], { signal })
  return { ...entry, entry: entryText(erasedEntry(whole!.decoded)) }
}

async function removeSpilled(parts: HistoryParts, { address }: Source, { commit, entry }: TailEntry): Promise<void> {
  if (!isStub(entry)) return
  for (const part of spillAddresses(parts.journalTable, address, commit)) {
    await send(parts, { kind: 'delete', ...part, condition: exists(['p']) })
  }
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

/**
 * Whether a commit happened, as the history of a record tells.
 *
 * Exact where the record was known before the commit: versions count every commit, so a history without a gap since then
 * either has the id or never had it. A commit that never saw the record can only be searched for by time, for which clocks
 * of writers must agree to within `SKEW_MS`.
 *
 * @module
 */
import type { Item, ItemAddress } from '../data/item.ts'
import type { ReadStore } from '../store/store.ts'
import type { Block } from './block.ts'
import { commitTime } from './commit-id.ts'
import { readBlocks } from './read-blocks.ts'
import { firstVersion, generationOf, type TailEntry, tailOf, versionOf } from './tail.ts'

const SKEW_MS = 120_000

export interface Sought {
  readonly commit: string
  readonly address: ItemAddress
  /** The item that the commit was planned on; undefined where it was never seen. */
  readonly known: Item | undefined
  /** The commit would have created the record. */
  readonly creates: boolean
}

/** True or false where the item alone tells, as it was met after the commit may have happened. */
export function told({ commit, known, creates }: Sought, present: Item | undefined): boolean | undefined {
  if (!present) return undefined
  const generation = generationOf(present)
  if (creates) return generation === commit ? true : undefined
  const tail = tailOf(present)
  if (has(tail, commit)) return true
  if (!known) return undefined
  const begun = generationOf(known)
  if (begun === undefined ? generation !== undefined && generation !== tail[0]?.commit : generation !== begun)
    return undefined
  const first = tail[0]?.version ?? versionOf(present) + 1
  return first <= versionOf(known) + 1 ? false : undefined
}

/** What the record's blocks tell, where the item, as it was met before they are read, did not. Undefined where neither does. */
export async function searchHistory(
  store: ReadStore,
  journalTable: string,
  sought: Sought,
  present: Item | undefined,
): Promise<boolean | undefined> {
  const { commit, known, creates, address } = sought
  const life = creates ? commit : known && generationOf(known)
  const sort = life === undefined ? undefined : ({ operator: 'begins-with', prefix: `${life}#` } as const)
  const blocks = readBlocks({ store, journalTable, address }, { sort, reverse: true })
  if (creates) {
    for await (const _ of blocks) return true
    return false
  }
  return known && life !== undefined
    ? searchVersions(blocks, commit, known, present)
    : searchTimes(blocks, commit, present)
}

/** Through the life of the record that was known, back to the version at which it was. */
async function searchVersions(blocks: AsyncIterable<Block>, commit: string, known: Item, present: Item | undefined) {
  // Behind the newest block is the tail of the record, or the end of its life. What left neither has taken entries along.
  let next = present && generationOf(present) === generationOf(known) ? firstVersion(present) : undefined
  let isWhole = true
  for await (const { entries, isEnd } of blocks) {
    if (has(entries, commit)) return true
    const [first, last] = [entries[0]!, entries.at(-1)!]
    isWhole &&= next === undefined ? isEnd : last.version >= next - 1
    next = first.version
    if (next <= versionOf(known) + 1) return isWhole ? false : undefined
  }
  return undefined
}

/** Through all lives of a record that was never seen, or whose history had not begun, back to before the commit. */
async function searchTimes(blocks: AsyncIterable<Block>, commit: string, present: Item | undefined) {
  let newest: Block | undefined
  for await (const block of blocks) {
    newest ??= block
    if (has(block.entries, commit)) return true
    if (commitTime(block.entries[0]!.commit) < commitTime(commit) - SKEW_MS) break
  }
  // A record without its history, or gone without an end, has lost a tail that may have had the id.
  const isKept = present ? generationOf(present) !== undefined || versionOf(present) === 0 : newest?.isEnd
  return isKept ? false : undefined
}

const has = (entries: readonly TailEntry[], commit: string): boolean => entries.some((each) => each.commit === commit)

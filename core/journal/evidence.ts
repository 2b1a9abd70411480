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
import { commitTime } from './commit-id.ts'
import { readBlocks } from './read-blocks.ts'
import { generationOf, tailOf, versionOf } from './tail.ts'

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
  if (tail.some((each) => each.commit === commit)) return true
  if (!known) return undefined
  const begun = generationOf(known)
  if (begun === undefined ? generation !== undefined && generation !== tail[0]?.commit : generation !== begun)
    return undefined
  const first = tail[0]?.version ?? versionOf(present) + 1
  return first <= versionOf(known) + 1 ? false : undefined
}

/** What the record's blocks tell, where the item did not. */
export async function searchHistory(store: ReadStore, journalTable: string, sought: Sought): Promise<boolean> {
  const { commit, known, creates, address } = sought
  const generation = creates ? commit : known && generationOf(known)
  const sort = generation === undefined ? undefined : ({ operator: 'begins-with', prefix: `${generation}#` } as const)
  for await (const block of readBlocks(store, journalTable, address, { sort, reverse: true })) {
    if (creates || block.entries.some((each) => each.commit === commit)) return true
    const [first] = block.entries
    if (!first) continue
    if (known && generation !== undefined && first.version <= versionOf(known) + 1) return false
    if (commitTime(first.commit) < commitTime(commit) - SKEW_MS) return false
  }
  return false
}

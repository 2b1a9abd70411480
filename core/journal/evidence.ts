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
import type { Store } from '../store/store.ts'
import { type Block, blockPartition, decodeBlock } from './block.ts'
import { commitTime } from './commit-id.ts'
import { SPILLED } from './spill.ts'
import { generationOf, tailOf, versionOf } from './tail.ts'

const SKEW_MS = 120_000
const PAGE = 8

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
export async function searchHistory(store: Store, journalTable: string, sought: Sought): Promise<boolean> {
  const { commit, known, creates, address } = sought
  const generation = creates ? commit : known && generationOf(known)
  for await (const block of blocksBackwards(store, journalTable, address, generation)) {
    if (creates || block.entries.some((each) => each.commit === commit)) return true
    const [first] = block.entries
    if (!first) continue
    if (known && generation !== undefined && first.version <= versionOf(known) + 1) return false
    if (commitTime(first.commit) < commitTime(commit) - SKEW_MS) return false
  }
  return false
}

async function* blocksBackwards(
  store: Store,
  table: string,
  address: ItemAddress,
  generation: string | undefined,
): AsyncGenerator<Block> {
  const partition = { attribute: 'p', value: blockPartition(address) }
  const sort =
    generation === undefined
      ? ({ attribute: 's', operator: '<', value: SPILLED } as const)
      : ({ attribute: 's', operator: 'begins-with', prefix: `${generation}#` } as const)
  let from: Item | undefined
  do {
    const page = await store.query({
      table,
      partition,
      sort,
      consistent: true,
      reverse: true,
      limit: PAGE,
      from: from as never,
    })
    for (const item of page.items) yield decodeBlock(item)
    from = page.next
  } while (from)
}

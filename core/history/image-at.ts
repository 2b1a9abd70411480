/**
 * A record as it was: at a version, or at a time.
 *
 * One read where the version still is in the record's tail; otherwise the blocks around it, of which every few have the whole
 * record. A time is searched for among blocks by halving.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { blockSortKey } from '../journal/block.ts'
import { commitTime, timeText } from '../journal/commit-id.ts'
import { undoEntry } from '../journal/entry.ts'
import { readBlocks } from '../journal/read-blocks.ts'
import { readRecord, type Source } from '../journal/source.ts'
import { readEntries } from '../journal/spill.ts'
import { generationOf, imageOf, tailOf, versionOf } from '../journal/tail.ts'
import { absentImage, attempt, type Image, unknown } from './image.ts'
import { versionsForwards } from './versions.ts'

/** The latest generation: the record's, or of a deleted one its last. */
export async function latestGeneration(source: Source, record: Item | undefined): Promise<string | undefined> {
  const present = record && generationOf(record)
  if (present !== undefined) return present
  for await (const block of blocks(source, undefined)) return block.generation
  return undefined
}

const blocks = (source: Source, below: string | undefined) =>
  readBlocks(source, {
    sort: below === undefined ? undefined : { operator: '<=', value: below },
    reverse: true,
    limit: 1,
  })

/** Undefined where there is no such version. */
export async function imageAtVersion(
  source: Source,
  version: number,
  generation: string | undefined,
): Promise<Image | undefined> {
  const record = await readRecord(source)
  const wanted = generation ?? (await latestGeneration(source, record))
  if (wanted === undefined) return undefined
  if (record && generationOf(record) === wanted) {
    if (version > versionOf(record)) return undefined
    const recent = await imageInTail(source, record, version)
    if (recent) return recent
  }
  return imageIn(source, record, wanted, version)
}

/** The record after this version, where everything since still is in the tail: to the one before its first entry. */
async function imageInTail(source: Source, record: Item, version: number): Promise<Image | undefined> {
  const tail = tailOf(record)
  const [first] = tail
  if (!first || version < first.version - 1) return undefined
  const later = tail.filter((each) => each.version > version)
  const entries = await readEntries(source, later)
  if (entries.some(({ decoded }) => decoded.erased)) return undefined
  const image = attempt(() => entries.reduceRight((state, { decoded }) => undoEntry(decoded, state), imageOf(record)))
  // Where another program has changed the record since, coming forwards from an older image may still tell.
  return image.known ? image : undefined
}

/** The record as of this time by the clocks of those who wrote it; absent before its first version and after its deletion. */
export async function imageAtTime(source: Source, time: number): Promise<Image> {
  const record = await readRecord(source)
  const present = record && generationOf(record)
  if (record && present !== undefined && commitTime(present) <= time) {
    const tail = tailOf(record)
    const last = tail.findLast(({ commit }) => commitTime(commit) <= time)
    if (last) {
      const recent = await imageInTail(source, record, last.version)
      return recent ?? (await imageIn(source, record, present, last.version)) ?? unknown
    }
    return imageInBlocks(source, record, present, (tail[0]?.version ?? 1) - 1, time)
  }
  // Of an earlier record under the key, if there was one by then. Behind every sort key of generations that began by then.
  for await (const block of blocks(source, `${timeText(time)}~`)) {
    const [first] = block.entries
    if (!first) return absentImage
    const latest = block.entries.findLast(({ commit }) => commitTime(commit) <= time)
    if (!latest) return imageInBlocks(source, record, block.generation, first.version - 1, time)
    // What came later went with the record, which something else than the engine has removed: nobody knows until when it was.
    const isLost = !block.isEnd && latest === block.entries.at(-1) && commitTime(latest.commit) < time
    if (isLost) return unknown
    return (await imageIn(source, record, block.generation, latest.version)) ?? unknown
  }
  return absentImage
}

/** Halves the versions from the first to `last` until it has the block that was the latest at this time. */
async function imageInBlocks(
  source: Source,
  record: Item | undefined,
  generation: string,
  last: number,
  time: number,
): Promise<Image> {
  let [low, high] = [0, last]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    let found = false
    for await (const block of blocks(source, blockSortKey(generation, middle))) {
      const [first] = block.entries
      if (block.generation !== generation || !first) break
      found = true
      if (commitTime(first.commit) > time) high = Math.min(high, first.version) - 1
      else {
        const latest = block.entries.findLast(({ commit }) => commitTime(commit) <= time)!
        low = Math.max(low, latest.version)
        // Later blocks begin behind this one.
        if (latest.version < block.entries.at(-1)!.version) high = Math.min(high, latest.version)
      }
    }
    if (!found) high = middle - 1
  }
  return low === 0 ? absentImage : ((await imageIn(source, record, generation, low)) ?? unknown)
}

async function imageIn(
  source: Source,
  record: Item | undefined,
  generation: string,
  version: number,
): Promise<Image | undefined> {
  const range = { generation, from: version, to: version }
  for await (const each of versionsForwards(source, range, { record })) return each.after
  return undefined
}

/**
 * All versions of a record, one after the other, with the record before and after each: what stands in the journal's blocks
 * and in the record's tail, put together. Memory is bounded by a page of blocks, a tail, and what lies between two images of
 * the record, however long the history.
 *
 * In both directions the record is read first, and what it holds is told as of then. Blocks are written before a tail is
 * cut, so whatever its tail no longer had is in them: an entry may be met twice but never nowhere, whoever seals meanwhile.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { Block } from '../journal/block.ts'
import type { Entry } from '../journal/entry.ts'
import { readBlocks } from '../journal/read-blocks.ts'
import { readRecord, type Source } from '../journal/source.ts'
import { readEntries } from '../journal/spill.ts'
import { generationOf, imageOf, type TailEntry, tailOf } from '../journal/tail.ts'
import { anchorKey, behindAll, blocksOfLives, tellingKey } from './block-order.ts'
import { absentImage, type Image, image, imageAfter, imageBefore, unknown } from './image.ts'

export interface Version {
  readonly generation: string
  readonly version: number
  readonly commit: string
  readonly entry: Entry
  readonly before: Image
  readonly after: Image
}

interface VersionRange {
  /** Only versions of this generation; of all without. */
  readonly generation?: string | undefined
  /** The first version wanted, of that generation. */
  readonly from?: number | undefined
  /** The last one, of that generation. */
  readonly to?: number | undefined
}

type Decoded = TailEntry & { readonly decoded: Entry }

/** Where a walk stands in one generation. */
interface Place {
  /** The version that comes next; undefined before the first one. */
  next: number | undefined
  image: Image
}

/** Oldest first, to the record as it is now, or was when the caller read it. */
export async function* versionsForwards(
  source: Source,
  range: VersionRange = {},
  read?: { readonly record: Item | undefined },
): AsyncGenerator<Version> {
  const { generation, from = 0, to = Number.POSITIVE_INFINITY } = range
  const record = read ? read.record : await readRecord(source)
  for await (const each of withImages(foldForwards(source, record, generation, from))) {
    if (each.version >= from && each.version <= to) yield each
    if (generation !== undefined && each.version >= to) return
  }
}

/** What going forwards knows of each version. */
async function* foldForwards(
  source: Source,
  record: Item | undefined,
  generation: string | undefined,
  from: number,
): AsyncGenerator<Version> {
  const present = record && generationOf(record)
  const places = new Map<string, Place>()
  const blocks =
    generation === undefined
      ? blocksOfLives(source, present, false)
      : readBlocks(source, {
          sort: { operator: 'between', low: await anchorKey(source, generation, from), high: behindAll(generation) },
        })
  for await (const block of blocks) {
    const place = placeOf(places, block.generation)
    for (const [i, each] of (await readEntries(source, block.entries)).entries()) {
      const version = advance(place, block, each, i === 0 ? block.image : undefined)
      if (version) yield version
    }
  }
  if (!record || present === undefined || (generation ?? present) !== present) return
  const place = placeOf(places, present)
  const entries = await readEntries(source, tailOf(record))
  for (const each of entries) {
    const version = advance(place, { generation: present, last: undefined }, each, undefined)
    const isLast = each === entries.at(-1)
    if (version) yield isLast && !version.after.known ? { ...version, after: image(imageOf(record)) } : version
  }
}

function placeOf(places: Map<string, Place>, generation: string): Place {
  const known = places.get(generation)
  if (known) return known
  const place: Place = { next: undefined, image: unknown }
  places.set(generation, place)
  return place
}

/** The next version; undefined for one that was met before. */
function advance(
  place: Place,
  { generation, last }: Pick<Block, 'generation' | 'last'>,
  { version, commit, decoded: entry }: Decoded,
  after: Item | undefined,
): Version | undefined {
  if (place.next !== undefined && version < place.next) return undefined
  const known = place.next === undefined || version === place.next ? place.image : unknown
  const deleted = entry.kind === 'deleted' && last ? image(last) : known
  const before = entry.kind === 'created' ? absentImage : deleted
  place.next = version + 1
  place.image = after ? image(after) : imageAfter(before, entry)
  return { generation, version, commit, entry, before, after: place.image }
}

/**
 * Versions of which going forwards does not know how the record was, such as a creation or what follows an erasure, wait
 * for the next one that does, and are told going back from there.
 */
async function* withImages(versions: AsyncIterable<Version>): AsyncGenerator<Version> {
  const waiting: Version[] = []
  for await (const each of versions) {
    const last = waiting.at(-1)
    if (last && !leadsBack(each, last)) yield* filled(waiting.splice(0))
    waiting.push(each)
    if (each.after.known) yield* filled(waiting.splice(0))
  }
  yield* filled(waiting)
}

/** Whether the record before the version tells how it was after that one. */
const leadsBack = ({ generation, version, entry }: Version, last: Version): boolean =>
  generation === last.generation && version === last.version + 1 && !entry.erased

/** Versions one after the other, going back from after the last. */
function filled(versions: readonly Version[], last: Image = unknown): readonly Version[] {
  let behind = last
  return versions
    .toReversed()
    .map((each) => {
      const after = each.after.known ? each.after : behind
      const before = each.before.known ? each.before : imageBefore(after, each.entry)
      behind = before
      return { ...each, before, after }
    })
    .toReversed()
}

/** Newest first, from the record as it is now, or was when the caller read it. */
export async function* versionsBackwards(
  source: Source,
  range: VersionRange = {},
  read?: { readonly record: Item | undefined },
): AsyncGenerator<Version> {
  const { generation, from = 0, to = Number.POSITIVE_INFINITY } = range
  /** The last one told of each generation. */
  const places = new Map<string, Version>()
  const record = read ? read.record : await readRecord(source)
  const present = record && generationOf(record)
  if (record && present !== undefined && (generation ?? present) === present) {
    const entries = await readEntries(source, tailOf(record))
    const tail = { generation: present, image: undefined, last: undefined }
    for (const each of versionsOf(tail, entries, image(imageOf(record))).toReversed()) {
      if (each.version < from) return
      if (each.version <= to) yield each
      places.set(present, each)
    }
  }
  const blocks =
    generation === undefined
      ? blocksOfLives(source, present, true)
      : readBlocks(source, {
          sort: { operator: 'between', low: `${generation}#`, high: await tellingKey(source, generation, to) },
          reverse: true,
        })
  for await (const block of blocks) {
    const place = places.get(block.generation)
    const entries = await readEntries(source, block.entries)
    const rest = entries.filter(({ version }) => !place || version < place.version)
    // Of a walk that began further back, what was told of the tail is not what comes next.
    const behind = place && rest.at(-1)?.version === place.version - 1 ? place.before : unknown
    for (const each of versionsOf(block, rest, behind).toReversed()) {
      if (each.version < from && generation !== undefined) return
      if (each.version >= from && each.version <= to) yield each
      places.set(block.generation, each)
    }
  }
}

/** Of a block or tail: as going forwards through it tells, and otherwise going back from behind it. */
function versionsOf(
  { generation, image: first, last }: Pick<Block, 'generation' | 'image' | 'last'>,
  entries: readonly Decoded[],
  behind: Image,
): readonly Version[] {
  const place: Place = { next: undefined, image: unknown }
  const versions = entries.flatMap(
    (each, i) => advance(place, { generation, last }, each, i === 0 ? first : undefined) ?? [],
  )
  return filled(versions, behind)
}

/**
 * All versions of a record, one after the other, with the record before and after each: what stands in the journal's blocks
 * and in the record's tail, put together. Memory is bounded by a page of blocks and a tail, however long the history.
 *
 * In both directions the record is read first, and what it holds is told as of then. Blocks are written before a tail is
 * cut, so whatever its tail no longer had is in them: an entry may be met twice but never nowhere, whoever seals meanwhile.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { Block } from '../journal/block.ts'
import type { Entry } from '../journal/entry.ts'
import { readEntries } from '../journal/spill.ts'
import { generationOf, imageOf, type TailEntry, tailOf } from '../journal/tail.ts'
import { absentImage, type Image, image, imageAfter, imageBefore, unknown } from './image.ts'
import { anchorKey, behindAll, blocksOf, blocksOfLives, readRecord, type Source, tellingKey } from './source.ts'

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

const decoded = ({ store, journalTable, address, signal }: Source, entries: readonly TailEntry[]) =>
  readEntries(store, journalTable, address, entries, { signal })

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
  const present = record && generationOf(record)
  const tail = record && present !== undefined && (generation ?? present) === present ? tailOf(record) : []
  const places = new Map<string, Place>()
  const blocks =
    generation === undefined
      ? blocksOfLives(source, present, false)
      : blocksOf(source, {
          operator: 'between',
          low: await anchorKey(source, generation, from),
          high: behindAll(generation),
        })
  const wanted = ({ version }: Version) => version >= from && version <= to
  for await (const block of blocks) {
    const place = placeOf(places, block.generation)
    for (const version of forwards(place, block, await decoded(source, block.entries))) {
      if (wanted(version)) yield version
    }
    if (generation !== undefined && place.next !== undefined && place.next > to) return
  }
  if (!record || present === undefined || tail.length === 0) return
  const place = placeOf(places, present)
  const entries = await decoded(source, tail)
  resume(place, image(imageOf(record)), entries)
  for (const each of entries) {
    const version = advance(place, present, each, undefined)
    if (version && wanted(version)) yield version
  }
}

function placeOf(places: Map<string, Place>, generation: string): Place {
  const known = places.get(generation)
  if (known) return known
  const place: Place = { next: undefined, image: unknown }
  places.set(generation, place)
  return place
}

/** Goes back from behind the last entry, where the walk does not know how the record was before its next one. */
function resume(place: Place, behind: Image, entries: readonly Decoded[]): void {
  if (place.image.known && place.next !== undefined) return
  const position = entries.findIndex(({ version }) => version === (place.next ?? version))
  if (position >= 0) place.image = imagesBackwards(behind, entries)[position]!.before
  // The one behind all of them comes next, such as a deletion that all of the life is.
  else if (entries.every(({ version }) => version < (place.next ?? 0))) place.image = behind
}

function* forwards(place: Place, block: Block, entries: readonly Decoded[]): Generator<Version> {
  if (block.isEnd && block.last && !block.image) resume(place, image(block.last), entries.slice(0, -1))
  for (const [i, each] of entries.entries()) {
    const version = advance(place, block.generation, each, i === 0 ? block.image : undefined)
    if (version) yield version
  }
}

/** The next version; undefined for one that was met before. */
function advance(place: Place, generation: string, each: Decoded, after: Item | undefined): Version | undefined {
  const { version, commit, decoded: entry } = each
  if (place.next !== undefined && version < place.next) return undefined
  const before = entry.kind === 'created' ? absentImage : place.image
  // What a creation made is only known from what came later, unless the block says it.
  const made = entry.kind === 'created' && place.image.known ? place.image : undefined
  const next = after ? image(after) : (made ?? imageAfter(before, entry))
  place.next = version + 1
  place.image = next
  return { generation, version, commit, entry, before, after: next }
}

/** Before and after each entry, going back from after the last. Before a creation stands what it made. */
function imagesBackwards(after: Image, entries: readonly Decoded[]): readonly { before: Image; after: Image }[] {
  const images: { before: Image; after: Image }[] = []
  let state = after
  for (const { decoded: entry } of entries.toReversed()) {
    const before = entry.kind === 'created' ? state : imageBefore(state, entry)
    images.unshift({ before, after: state })
    state = before
  }
  return images
}

/** Newest first, from the record as it is now, or was when the caller read it. */
export async function* versionsBackwards(
  source: Source,
  range: VersionRange = {},
  read?: { readonly record: Item | undefined },
): AsyncGenerator<Version> {
  const { generation, from = 0, to = Number.POSITIVE_INFINITY } = range
  const places = new Map<string, { next: number; image: Image }>()
  const record = read ? read.record : await readRecord(source)
  const present = record && generationOf(record)
  if (record && present !== undefined && (generation ?? present) === present) {
    const entries = await decoded(source, tailOf(record))
    const images = imagesBackwards(image(imageOf(record)), entries)
    for (let i = entries.length - 1; i >= 0; i--) {
      const version = versionFrom(present, entries[i]!, images[i]!)
      if (version.version < from) return
      if (version.version <= to) yield version
    }
    const [first] = entries
    if (first) places.set(present, { next: first.version - 1, image: images[0]!.before })
  }
  const blocks =
    generation === undefined
      ? blocksOfLives(source, present, true)
      : blocksOf(
          source,
          { operator: 'between', low: `${generation}#`, high: await tellingKey(source, generation, to) },
          true,
        )
  for await (const block of blocks) {
    const entries = await decoded(source, block.entries)
    const place = places.get(block.generation) ?? { next: Number.POSITIVE_INFINITY, image: unknown }
    const rest = entries.filter(({ version }) => version <= place.next)
    // Of a walk that began further back, what was told of the tail is not what comes next.
    const images = imagesOf(block, rest, rest.at(-1)?.version === place.next ? place.image : unknown)
    for (let i = rest.length - 1; i >= 0; i--) {
      const version = versionFrom(block.generation, rest[i]!, images[i]!)
      if (version.version < from && generation !== undefined) return
      if (version.version >= from && version.version <= to) yield version
    }
    const [first] = rest
    if (first) places.set(block.generation, { next: first.version - 1, image: images[0]!.before })
  }
}

const versionFrom = (
  generation: string,
  { version, commit, decoded: entry }: Decoded,
  { before, after }: { before: Image; after: Image },
): Version => ({
  generation,
  version,
  commit,
  entry,
  before: entry.kind === 'created' ? absentImage : before,
  after,
})

/** Of a block's entries: from the image that it has, or back from the one behind it. */
function imagesOf(block: Block, entries: readonly Decoded[], behind: Image) {
  if (block.isEnd && block.last) {
    const last = entries.at(-1)
    if (!last) return []
    const before = image(block.last)
    return [...imagesBackwards(before, entries.slice(0, -1)), { before, after: absentImage }]
  }
  if (behind.known || !block.image || entries[0]?.version !== block.entries[0]?.version) {
    return imagesBackwards(behind, entries)
  }
  let state: Image = image(block.image)
  return entries.map(({ decoded: entry }, i) => {
    const before = i === 0 ? imageBefore(state, entry) : state
    const after = i === 0 ? state : imageAfter(state, entry)
    state = after
    return { before, after }
  })
}

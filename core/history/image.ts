/**
 * A record at one moment of its history, as far as entries tell.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { InapplicableUpdate } from '../expression/apply.ts'
import { type Entry, redoEntry, undoEntry } from '../journal/entry.ts'

/** Unknown where an erasure has taken what would tell. */
export type Image = { readonly known: true; readonly item: Item | undefined } | { readonly known: false }

export const unknown: Image = { known: false }
export const absentImage: Image = { known: true, item: undefined }
export const image = (item: Item | undefined): Image => ({ known: true, item })

export function imageAfter(before: Image, entry: Entry): Image {
  if (entry.kind === 'deleted') return absentImage
  if (!before.known || !before.item || entry.erased || entry.kind === 'created') return unknown
  return attempt(() => redoEntry(entry, before.item!))
}

export function imageBefore(after: Image, entry: Entry): Image {
  if (entry.kind === 'created') return absentImage
  if (!after.known || !after.item || entry.erased) return unknown
  return attempt(() => undoEntry(entry, after.item!))
}

/** Unknown where an entry does not fit: another program has changed the record in between. */
export function attempt(make: () => Item): Image {
  try {
    return image(make())
  } catch (thrown) {
    if (!(thrown instanceof InapplicableUpdate)) throw thrown
    return unknown
  }
}

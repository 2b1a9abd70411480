/**
 * Entries too large for a tail: what they hold goes into items of the journal, by the same commit, and the tail has a stub.
 *
 * Two items, one with the new values and one with the old, each of which a record could hold, and so can an item.
 *
 * @module
 */
import { type AttributeValue, isList, isMap } from '../data/attribute-value.ts'
import { type ItemAddress, valueSize } from '../data/item.ts'
import { absent } from '../expression/condition.ts'
import type { ReadStore, RequestOptions } from '../store/store.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { blockPartition, SPILLED } from './block.ts'
import { decodeEntry, type Entry, encodeEntry } from './entry.ts'
import { flat, flatEntry, unflat } from './flat.ts'
import { COMMIT } from './journal-table.ts'
import type { TailEntry } from './tail.ts'

/** Bytes. Beyond it a second item in a transaction costs less than what the entry adds to the record's next writes. */
const LARGEST = 8 * 1024
/** The same where the record leaves little room for its tail. */
const LARGEST_IN_LARGE = 256
const STUB = 's'

const partAddress = (journal: string, record: ItemAddress, commit: string, part: 'new' | 'old'): ItemAddress => ({
  table: journal,
  key: { p: blockPartition(record), s: `${SPILLED}${commit}#${part}` },
})

export const spillAddresses = (journal: string, record: ItemAddress, commit: string): readonly ItemAddress[] =>
  (['new', 'old'] as const).map((part) => partAddress(journal, record, commit, part))

interface Spilled {
  /** What stands in the tail. */
  readonly entry: AttributeValue
  readonly writes: readonly WriteAction[]
}

/** The entry as it goes into the tail, and what goes elsewhere: nothing, mostly. `isLarge`: the record is near its limit. */
export function spill(
  journal: string,
  record: ItemAddress,
  commit: string,
  entry: Entry,
  isLarge: () => boolean,
): Spilled {
  const encoded = encodeEntry(entry)
  const size = valueSize(encoded)
  if (size <= LARGEST_IN_LARGE || (size <= LARGEST && !isLarge())) return { entry: flatEntry(encoded), writes: [] }
  const old: AttributeValue[] = []
  const steps = entry.steps.map((step) => ({
    ...step,
    changes: step.changes.map((change) => {
      if (change.kind !== 'set') return change
      old.push(change.old === undefined ? [] : [change.old])
      return { ...change, old: undefined }
    }),
  }))
  const put = (part: 'new' | 'old', value: AttributeValue): WriteAction => {
    const { table, key } = partAddress(journal, record, commit, part)
    return { kind: 'put', table, key, item: { ...key, [COMMIT]: commit, e: flat(value, 1) }, condition: absent(['p']) }
  }
  const { steps: _, ...shell } = entry
  return {
    entry: flatEntry({ ...encodeEntry({ ...shell, steps: [] }), [STUB]: true }),
    writes: [put('new', encodeEntry({ ...entry, steps })), put('old', old)],
  }
}

/** Whether the entry is a stub, of which the values are elsewhere. */
export function isStub(kept: AttributeValue): boolean {
  const entry = unflat(kept)
  return isMap(entry) && entry[STUB] === true
}

/** Entries, decoded, with what was kept elsewhere. */
export async function readEntries(
  store: ReadStore,
  journal: string,
  record: ItemAddress,
  tail: readonly TailEntry[],
  options: RequestOptions = {},
): Promise<readonly (TailEntry & { readonly decoded: Entry })[]> {
  const stubs = tail.filter(({ entry }) => isStub(entry))
  const addresses = stubs.flatMap(({ commit }) => spillAddresses(journal, record, commit))
  const items = addresses.length === 0 ? [] : await store.read(addresses, { ...options, consistent: true })
  const parts = new Map(
    stubs.map(({ commit }, i) => [commit, [unflat(items[2 * i]?.['e']), unflat(items[2 * i + 1]?.['e'])] as const]),
  )
  return tail.map((each) => {
    const part = parts.get(each.commit)
    const decoded = part ? joined(each.entry, ...part) : decodeEntry(each.entry)
    return { ...each, decoded }
  })
}

function joined(stub: AttributeValue, whole: AttributeValue | undefined, old: AttributeValue | undefined): Entry {
  // An erasure removes the parts.
  if (whole === undefined || !isList(old)) return { ...decodeEntry(stub), erased: true }
  const entry = decodeEntry(whole)
  let position = 0
  const steps = entry.steps.map((step) => ({
    ...step,
    changes: step.changes.map((change) => {
      if (change.kind !== 'set') return change
      const kept = old[position++]
      return { ...change, old: isList(kept) ? kept[0] : undefined }
    }),
  }))
  return { ...entry, steps }
}

/**
 * Entries too large for a tail: what they hold goes into items of the journal, by the same commit, and the tail has a stub.
 *
 * Two items, one with the new values and one with the old, each of which a record could hold, and so can an item.
 *
 * @module
 */
import { type AttributeValue, isList } from '../data/attribute-value.ts'
import { type ItemAddress, utf8Size } from '../data/item.ts'
import { absent } from '../expression/condition.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { blockPartition, SPILLED } from './block.ts'
import { decodeEntry, type Entry, encodeEntry, entryText, parseEntry } from './entry.ts'
import { flat, unflat } from './flat.ts'
import { COMMIT } from './journal-table.ts'
import type { Source } from './source.ts'
import type { TailEntry } from './tail.ts'

/** Bytes. Beyond it a second item in a transaction costs less than what the entry adds to the record's next writes. */
const LARGEST = 8 * 1024
/** The same where the record leaves little room for its tail. */
const LARGEST_IN_LARGE = 256
/** Begins no other entry. */
const STUB = '~'

const partAddress = (journal: string, record: ItemAddress, commit: string, part: 'new' | 'old'): ItemAddress => ({
  table: journal,
  key: { p: blockPartition(record), s: `${SPILLED}${commit}#${part}` },
})

const spillAddresses = (journal: string, record: ItemAddress, commit: string): readonly ItemAddress[] =>
  (['new', 'old'] as const).map((part) => partAddress(journal, record, commit, part))

interface Spilled {
  /** What stands in the tail. */
  readonly entry: string
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
  const text = entryText(entry)
  const size = utf8Size(text)
  if (size <= LARGEST_IN_LARGE || (size <= LARGEST && !isLarge())) return { entry: text, writes: [] }
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
    return { kind: 'put', table, key, item: { ...key, [COMMIT]: commit, e: flat(value) }, condition: absent(['p']) }
  }
  const { steps: _, ...shell } = entry
  return {
    entry: STUB + entryText({ ...shell, steps: [] }),
    writes: [put('new', encodeEntry({ ...entry, steps })), put('old', old)],
  }
}

/** Whether the entry is a stub, of which the values are elsewhere. */
export const isStub = (entry: string): boolean => entry.startsWith(STUB)

/** Entries, decoded, with what was kept elsewhere. */
export async function readEntries(
  { store, journalTable, address, signal }: Source,
  tail: readonly TailEntry[],
): Promise<readonly (TailEntry & { readonly decoded: Entry })[]> {
  const stubs = tail.filter(({ entry }) => isStub(entry))
  const addresses = stubs.flatMap(({ commit }) => spillAddresses(journalTable, address, commit))
  const items = addresses.length === 0 ? [] : await store.read(addresses, { consistent: true, signal })
  const parts = new Map(
    stubs.map(({ commit }, i) => [commit, [unflat(items[2 * i]?.['e']), unflat(items[2 * i + 1]?.['e'])] as const]),
  )
  return tail.map((each) => {
    const part = parts.get(each.commit)
    const decoded = part ? joined(each.entry, ...part) : parseEntry(each.entry)
    return { ...each, decoded }
  })
}

function joined(stub: string, whole: AttributeValue | undefined, old: AttributeValue | undefined): Entry {
  // An erasure removes the parts.
  if (whole === undefined || !isList(old)) return { ...parseEntry(stub.slice(STUB.length)), erased: true }
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

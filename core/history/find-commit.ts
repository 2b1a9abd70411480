/**
 * A commit as the histories of its records tell it: by one of its events, or by its id alone.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { addressKey, type Item, type ItemAddress } from '../data/item.ts'
import { type Condition, contains, exists } from '../expression/condition.ts'
import { decodeBlock, ENTRIES, recordOfBlock } from '../journal/block.ts'
import type { RecordReference } from '../journal/entry.ts'
import type { Source } from '../journal/source.ts'
import { TAIL, tailOf } from '../journal/tail.ts'
import { addressOf, addressOfItem } from '../model/key.ts'
import type { AnyModel } from '../model/model.ts'
import type { EventReference } from './event.ts'
import type { HistoryParts } from './history-parts.ts'
import { type Version, versionsBackwards } from './versions.ts'

/** One record of a commit, and what the commit did to it. */
export interface CommittedRecord {
  readonly model: AnyModel
  readonly address: ItemAddress
  readonly version: Version
  /** The record that the same commit deleted to create this one. */
  readonly replaced: Version | undefined
}

/** Every record that the commit changed; none where it is in no history here. */
export const findCommit = (
  parts: HistoryParts,
  commit: string | EventReference,
  signal: AbortSignal | undefined,
): Promise<readonly CommittedRecord[]> =>
  typeof commit === 'string' ? search(parts, commit, signal) : byEvent(parts, commit, signal)

async function byEvent(
  parts: HistoryParts,
  event: EventReference,
  signal: AbortSignal | undefined,
): Promise<readonly CommittedRecord[]> {
  const model = [...parts.models].find(({ name }) => name === event.model)
  const own = model && (await recordAt(parts, model, addressOf(model, event.key as never), event.commitId, signal))
  return own ? completed(parts, own, signal) : []
}

/** All records of the commit of this one: its first record names the others, and they name it. */
async function completed(
  parts: HistoryParts,
  own: CommittedRecord,
  signal: AbortSignal | undefined,
): Promise<readonly CommittedRecord[]> {
  const all = new Map([[addressKey(own.address), own]])
  const add = async (references: readonly RecordReference[]) => {
    for (const reference of references) {
      const record = await recordNamed(parts, reference, own.version.commit, signal)
      if (record) all.set(addressKey(record.address), record)
    }
  }
  await add(own.version.entry.others)
  for (const record of [...all.values()]) if (record !== own) await add(record.version.entry.others)
  return [...all.values()]
}

async function recordNamed(
  parts: HistoryParts,
  [name, ...values]: RecordReference,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<CommittedRecord | undefined> {
  const model = [...parts.models].find((each) => each.name === name)
  if (!model) {
    const message = `The commit also changed a record of ${name}, which this engine does not know.`
    throw invalidArgument('models', message)
  }
  const key = Object.fromEntries(model.definition.keyNames.map((name, i) => [name, values[i]!]))
  return recordAt(parts, model, { table: model.table, key }, commit, signal)
}

async function recordAt(
  { store, journalTable, models }: HistoryParts,
  known: AnyModel,
  address: ItemAddress,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<CommittedRecord | undefined> {
  const source: Source = { store, journalTable, address, signal }
  let found: Version | undefined
  // Of models that share a table, the record itself tells which one is its own.
  const record = (version: Version, replaced: Version | undefined): CommittedRecord => ({
    model: modelOf([known, ...models], address.table, knownItem(version)) ?? known,
    address,
    version,
    replaced,
  })
  for await (const version of versionsBackwards(source)) {
    if (version.commit !== commit) {
      if (found) break
    } else if (found) return record(found, version)
    else if (version.entry.kind === 'created') found = version
    else return record(version, undefined)
  }
  return found && record(found, undefined)
}

/** Looks into every tail and every block. */
async function search(
  parts: HistoryParts,
  id: string,
  signal: AbortSignal | undefined,
): Promise<readonly CommittedRecord[]> {
  const { store, journalTable, models } = parts
  const tables = new Set([...models].map(({ table }) => table))
  const recordIn = async (table: string, item: Item): Promise<CommittedRecord | undefined> => {
    const any = modelOf(models, table, item)
    return any && recordAt(parts, any, addressOfItem(any, item), id, signal)
  }
  for (const table of tables) {
    // No store looks into the texts of a list, so each record that has a tail comes here.
    for await (const item of itemsWith(store, table, exists([TAIL]), signal)) {
      if (!tailOf(item).some(({ commit }) => commit === id)) continue
      const record = await recordIn(table, item)
      if (record) return completed(parts, record, signal)
    }
  }
  for await (const item of itemsWith(store, journalTable, contains([ENTRIES], id), signal)) {
    if (!decodeBlock(item).entries.some(({ commit }) => commit === id)) continue
    const { table, key } = recordOfBlock(item)
    const record = await recordIn(table, key)
    if (record) return completed(parts, record, signal)
  }
  return []
}

async function* itemsWith(
  store: HistoryParts['store'],
  table: string,
  filter: Condition,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item> {
  let from: Parameters<typeof store.scan>[0]['from']
  do {
    const page = await store.scan({ table, consistent: true, filter, from }, { signal })
    yield* page.items
    from = page.next
  } while (from)
}

/** Whose record it is; of any model of the table where the item does not tell. */
export function modelOf(models: Iterable<AnyModel>, table: string, item: Item | undefined): AnyModel | undefined {
  return [...models].find(({ table: own, definition: { type } }) => {
    return own === table && (!type || item?.[type.attribute] === undefined || item[type.attribute] === type.value)
  })
}

/** The record after the version, or before it where the version deleted it. */
export const knownItem = ({ before, after }: Version): Item | undefined =>
  after.known && after.item ? after.item : before.known ? before.item : undefined

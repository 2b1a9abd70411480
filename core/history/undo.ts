/**
 * Takes a commit back: a unit of work that gives every record of the commit back what it replaced, where nobody has changed
 * the same since.
 *
 * @module
 */
import type { Item, ItemAddress } from '../data/item.ts'
import { printValue } from '../data/print-value.ts'
import { engineError } from '../errors.ts'
import { contains } from '../expression/condition.ts'
import { decodeBlock } from '../journal/block.ts'
import type { RecordReference } from '../journal/entry.ts'
import { TAIL, tailOf } from '../journal/tail.ts'
import { addressOf } from '../model/key.ts'
import type { AnyModel } from '../model/model.ts'
import type { EventReference } from './event.ts'
import type { HistoryParts } from './history-parts.ts'
import type { Source } from './source.ts'
import { knownItem, type Part, takeBack, UNDO } from './take-back.ts'
import { type Version, versionsBackwards } from './versions.ts'

export async function undoCommit(
  parts: HistoryParts,
  commit: string | EventReference,
  signal: AbortSignal | undefined,
): Promise<number> {
  const id = typeof commit === 'string' ? commit : commit?.commitId
  if (typeof id !== 'string' || id === '') {
    throw engineError('INVALID_ARGUMENT', `Expected a commit id or an event of a history, got ${printValue(commit)}.`, {
      argument: 'commit',
    })
  }
  const found = typeof commit === 'string' ? await search(parts, id, signal) : await partsOf(parts, commit, signal)
  if (found.length === 0 || found.some(({ version }) => version.entry.erased)) {
    throw engineError('RECORD_NOT_FOUND', `Commit ${id} is in no history here, or was erased.`, { model: '', key: {} })
  }
  await parts.unitOfWork.run(
    `${UNDO}${id}`,
    async (work) => {
      for (const part of found) await takeBack(parts, work, part)
    },
    { signal },
  )
  return found.length
}

async function partsOf(
  parts: HistoryParts,
  event: EventReference,
  signal: AbortSignal | undefined,
): Promise<readonly Part[]> {
  const model = [...parts.models].find(({ name }) => name === event.model)
  const own = model && (await partAt(parts, model, addressOf(model, event.key as never), event.commitId, signal))
  return own ? completed(parts, own, signal) : []
}

/** All records of the part's commit: its first record names the others, and they name it. */
async function completed(parts: HistoryParts, own: Part, signal: AbortSignal | undefined): Promise<readonly Part[]> {
  const all = new Map([[keyOf(own), own]])
  const add = async (references: readonly RecordReference[]) => {
    for (const reference of references) {
      const part = await partNamed(parts, reference, own.version.commit, signal)
      if (part) all.set(keyOf(part), part)
    }
  }
  await add(own.version.entry.others)
  for (const part of [...all.values()]) if (part !== own) await add(part.version.entry.others)
  return [...all.values()]
}

const keyOf = ({ address }: Part): string => JSON.stringify([address.table, Object.values(address.key).map(String)])

async function partNamed(
  parts: HistoryParts,
  [name, ...values]: RecordReference,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<Part | undefined> {
  const model = [...parts.models].find((each) => each.name === name)
  if (!model) {
    throw engineError(
      'INVALID_ARGUMENT',
      `The commit also changed a record of ${name}, which this engine does not know.`,
      {
        argument: 'models',
      },
    )
  }
  const key = Object.fromEntries(model.definition.keyParts.map(({ attribute }, i) => [attribute, values[i]!]))
  return partAt(parts, model, { table: model.table, key }, commit, signal)
}

async function partAt(
  { store, journalTable }: HistoryParts,
  model: AnyModel,
  address: ItemAddress,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<Part | undefined> {
  const source: Source = { store, journalTable, address, signal }
  let found: Version | undefined
  for await (const version of versionsBackwards(source)) {
    if (version.commit !== commit) {
      if (found) break
    } else if (found) return { model, address, version: found, replaced: version }
    else if (version.entry.kind === 'created') found = version
    else return { model, address, version, replaced: undefined }
  }
  return found && { model, address, version: found, replaced: undefined }
}

/** Looks into every tail and every block. */
async function search(parts: HistoryParts, id: string, signal: AbortSignal | undefined): Promise<readonly Part[]> {
  const { store, journalTable, models } = parts
  const tables = new Set([...models].map(({ table }) => table))
  const partIn = async (address: ItemAddress): Promise<Part | undefined> => {
    const any = modelOf(models, address.table, undefined)
    const part = any && (await partAt(parts, any, address, id, signal))
    // Of models that share a table, the record itself tells which one is its own.
    return part && { ...part, model: modelOf(models, address.table, knownItem(part.version)) ?? part.model }
  }
  for (const table of tables) {
    for await (const item of itemsWith(store, table, TAIL, id, signal)) {
      if (!tailOf(item).some(({ commit }) => commit === id)) continue
      const { keyParts } = modelOf(models, table, item)?.definition ?? { keyParts: [] }
      const key = Object.fromEntries(keyParts.map(({ attribute }) => [attribute, item[attribute]]))
      const part = await partIn({ table, key: key as never })
      if (part) return completed(parts, part, signal)
    }
  }
  for await (const item of itemsWith(store, journalTable, 'h', id, signal)) {
    if (!decodeBlock(item).entries.some(({ commit }) => commit === id)) continue
    const part = await partIn({ table: String(item['t']), key: item['k'] as never })
    if (part) return completed(parts, part, signal)
  }
  return []
}

async function* itemsWith(
  store: HistoryParts['store'],
  table: string,
  attribute: string,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item> {
  const filter = contains([attribute], id)
  let from: Parameters<typeof store.scan>[0]['from']
  do {
    const page = await store.scan({ table, consistent: true, filter, from }, { signal })
    yield* page.items
    from = page.next
  } while (from)
}

function modelOf(models: ReadonlySet<AnyModel>, table: string, item: Item | undefined): AnyModel | undefined {
  return [...models].find(({ table: own, definition: { type } }) => {
    return own === table && (!type || item?.[type.attribute] === undefined || item[type.attribute] === type.value)
  })
}

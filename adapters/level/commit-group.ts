/**
 * Several plans, decided one after the other on what is stored and written as one batch: each sees what those before it
 * did, and none is answered before the batch is on the disk.
 *
 * @module
 */
import type { Item, ItemAddress, ItemKey } from '../../core/data/item.ts'
import { acceptPlan, invalid, itemProblem } from '../../core/store/accept-plan.ts'
import { acceptBatch, type BulkWrite, itemAfter } from '../../core/store/bulk-write.ts'
import { impliedSchema, keyProblem } from '../../core/store/check-keys.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import { decide } from '../../core/store/decide.ts'
import type { StoreLimits } from '../../core/store/limits.ts'
import type { WriteAction, WritePlan } from '../../core/store/write-plan.ts'
import type { ItemChange } from './change-log.ts'
import type { Database } from './database.ts'
import { decodeItem, encodeItem } from './item-encoding.ts'
import { type Operation, write } from './operation.ts'
import { planDigest } from './plan-digest.ts'
import type { StoredTable } from './stored-table.ts'

/** An item that some plan of the group names: as it is stored, and as the plans so far have it. */
interface Slot {
  readonly table: StoredTable
  readonly key: Buffer
  readonly stored: Item | undefined
  item: Item | undefined
}

export class CommitGroup {
  readonly #database: Database
  readonly #limits: StoreLimits
  readonly #slots = new Map<string, Slot>()
  /** Tables that the group's plans imply. */
  readonly #tables = new Map<string, StoredTable>()
  readonly #digests = new Map<string, string>()
  /** What each plan did, also where a later one of the group undid it. */
  readonly #changes: ItemChange[] = []
  readonly #texts = new WeakMap<Item, string>()

  private constructor(database: Database, limits: StoreLimits) {
    this.#database = database
    this.#limits = limits
  }

  /** A group for these plans; to be made, filled and written without another one in between. */
  static async open(
    database: Database,
    limits: StoreLimits,
    plans: readonly { readonly actions: readonly ItemAddress[] }[],
  ): Promise<CommitGroup> {
    const group = new CommitGroup(database, limits)
    await group.#load(plans.flatMap(({ actions }) => actions))
    return group
  }

  /** What becomes of the plan, if the group can be written. */
  decide(plan: WritePlan): CommitOutcome {
    const { tableOf, keep } = this.#tablesToWrite()
    const actions = acceptPlan(plan, (action) => tableOf(action).definition, this.#limits)
    if ('kind' in actions) return actions
    const repeated = this.#digests.get(plan.id) ?? this.#database.plans.find(plan.id)
    if (repeated !== undefined) {
      const same = repeated === planDigest(actions)
      return same ? { kind: 'committed' } : invalid(`Another plan was committed under the id ${plan.id}`)
    }
    const slots = actions.map((action) => this.#slotOf(tableOf(action), action.key))
    const problemOf = (action: WriteAction, item: Item) => itemProblem(item, tableOf(action).definition, this.#limits)
    const present = slots.map(({ item }) => item)
    const { outcome, next } = decide(actions, present, problemOf)
    if (next === undefined) return outcome
    keep()
    for (const [position, slot] of slots.entries()) this.#change(slot, next[position])
    if (actions.length > 1) this.#digests.set(plan.id, planDigest(actions))
    return outcome
  }

  /** Each item once: the log of changes has it too, also as what the next change came from. */
  readonly #encode = (item: Item): string => {
    const text = this.#texts.get(item) ?? encodeItem(item)
    this.#texts.set(item, text)
    return text
  }

  /** The only place where the group makes something else of an item. */
  #change(slot: Slot, item: Item | undefined): void {
    if (item !== slot.item) this.#changes.push({ table: slot.table, before: slot.item, after: item })
    slot.item = item
  }

  /** Bulk writes, whatever is there; returns what is wrong with them, if anything, and applies none then. */
  apply(writes: readonly BulkWrite[]): string | undefined {
    const { tableOf, keep } = this.#tablesToWrite()
    const accepted = acceptBatch(writes, (write) => tableOf(write).definition, this.#limits)
    if ('problem' in accepted) return accepted.problem
    keep()
    for (const write of accepted) this.#change(this.#slotOf(tableOf(write), write.key), itemAfter(write))
    return undefined
  }

  /** Tables that are not there yet are made on the way, and belong to the group only if `keep` is called. */
  #tablesToWrite() {
    const implied = new Map<string, StoredTable>()
    const tableOf = ({ table, key }: ItemAddress): StoredTable => {
      const found = this.#database.tables.get(table) ?? this.#tables.get(table) ?? implied.get(table)
      if (found) return found
      const made = this.#database.tables.make({ table, ...impliedSchema(key), indexes: [] }, true)
      implied.set(table, made)
      return made
    }
    const keep = (): void => {
      for (const [name, table] of implied) this.#tables.set(name, table)
    }
    return { tableOf, keep }
  }

  async #load(actions: readonly ItemAddress[]): Promise<void> {
    const found = new Map<string, Pick<Slot, 'table' | 'key'>>()
    for (const { table: name, key } of actions) {
      const table = this.#database.tables.get(name)
      // A table that is not there has no items, and a plan with a wrong key is going to be refused.
      if (table === undefined || typeof key !== 'object' || keyProblem(table.definition, key) !== undefined) continue
      const itemKey = table.itemKey(key)
      found.set(slotName(itemKey), { table, key: itemKey })
    }
    const texts = await this.#database.level.getMany([...found.values()].map(({ key }) => key))
    for (const [i, [name, { table, key }]] of [...found].entries()) {
      const text = texts[i]
      const stored = text === undefined ? undefined : decodeItem(text)
      if (text !== undefined && stored !== undefined) this.#texts.set(stored, text)
      this.#slots.set(name, { table, key, stored, item: stored })
    }
  }

  #slotOf(table: StoredTable, key: ItemKey): Slot {
    const itemKey = table.itemKey(key)
    const name = slotName(itemKey)
    const slot = this.#slots.get(name) ?? { table, key: itemKey, stored: undefined, item: undefined }
    this.#slots.set(name, slot)
    return slot
  }

  /** Once it returns, everything that was committed stays so. */
  async write(): Promise<void> {
    const { level, plans, tables, log } = this.#database
    const entries = log?.entriesOf(this.#changes, this.#encode) ?? []
    const operations = [
      ...[...this.#tables.values()].map((table) => tables.recordOf(table)),
      ...[...this.#slots.values()].flatMap((slot) => changes(slot, this.#encode)),
      ...[...this.#digests].map(([id, digest]) => plans.recordOf(id, digest)),
      ...entries,
    ]
    if (operations.length > 0) await write(level, [...plans.takeForgotten(), ...operations])
    for (const table of this.#tables.values()) tables.add(table)
    for (const [id, digest] of this.#digests) plans.add(id, digest)
    log?.written(entries)
  }
}

const slotName = (key: Buffer): string => key.toString('latin1')

/** What makes the database hold what the slot does, its indexes too. */
function changes({ table, key, stored, item }: Slot, encode: (item: Item) => string): readonly Operation[] {
  if (item === stored) return []
  const operations: Operation[] = [
    item === undefined ? { type: 'del', key } : { type: 'put', key, value: encode(item) },
  ]
  for (const { name } of table.definition.indexes) {
    const before = stored && table.indexEntry(name, stored)
    const now = item && table.indexEntry(name, item)
    if (before && now && before.key.equals(now.key)) continue
    if (before) operations.push({ type: 'del', key: before.key })
    if (now) operations.push({ type: 'put', key: now.key, value: now.itemKey, valueEncoding: 'buffer' })
  }
  return operations
}

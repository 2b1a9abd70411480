/**
 * The tables of a database: their definitions, in memory and as records. Tables are made and deleted one at a time, and
 * never while a commit is at work.
 *
 * @module
 */
import type { Item } from '../../core/data/item.ts'
import { changeTable } from '../../core/store/change-table.ts'
import { assertSameKeys } from '../../core/store/check-keys.ts'
import type { IndexDefinition, TableChange, TableDefinition } from '../../core/store/table-definition.ts'
import { decodeItem } from './item-encoding.ts'
import { uint32 } from './key-encoding.ts'
import { definitions, deletedTables, LAST_ID_KEY, rangeOf, tableRange } from './key-space.ts'
import type { Level } from './open-level.ts'
import { type Operation, write } from './operation.ts'
import { rejected } from './refusals.ts'
import { StoredTable } from './stored-table.ts'

/** Entries that are written at once when an index is made over items that are there. */
const BATCH = 1000

export class Tables {
  readonly #level: Level
  readonly #byName = new Map<string, StoredTable>()
  /** No table gets an id a second time, also after a restart: the log of changes tells tables apart by it. */
  #lastId: number

  private constructor(level: Level, lastId: number) {
    this.#level = level
    this.#lastId = lastId
  }

  static async load(level: Level): Promise<Tables> {
    const tables = new Tables(level, Number((await level.get(LAST_ID_KEY)) ?? 0))
    for await (const text of level.values(definitions.all)) {
      const { id, definition, implied, numbers } = JSON.parse(text) as StoredTable
      tables.add(new StoredTable(id, definition, implied, numbers))
    }
    // What a crash kept from being cleared.
    for await (const key of level.keys(deletedTables.all)) await tables.#clear(deletedTables.restOf(key).readUInt32BE())
    return tables
  }

  get(table: string): StoredTable | undefined {
    return this.#byName.get(table)
  }

  /** A table that is not there yet: whoever asks for it writes `recordOf` it and calls `add` then. */
  make(definition: TableDefinition, implied: boolean): StoredTable {
    this.#lastId += 1
    return new StoredTable(this.#lastId, definition, implied)
  }

  recordOf({ id, definition, implied, numbers }: StoredTable): Operation {
    return { type: 'put', key: keyOf(definition.table), value: JSON.stringify({ id, definition, implied, numbers }) }
  }

  add(table: StoredTable): void {
    this.#byName.set(table.definition.table, table)
    this.#lastId = Math.max(this.#lastId, table.id)
  }

  async create(definition: TableDefinition): Promise<void> {
    const { table } = definition
    const present = this.#byName.get(table)
    if (present) assertSameKeys(present.definition, definition)
    if (present && !present.implied) return
    const created = present ? new StoredTable(present.id, definition, false) : this.make(definition, false)
    if (present) await this.#index(created, definition.indexes)
    await write(this.#level, [this.recordOf(created)])
    this.add(created)
  }

  async delete(table: string): Promise<void> {
    const present = this.#byName.get(table)
    if (present === undefined) return
    const deleted: Operation = { type: 'put', key: deletedTables.keyOf(uint32(present.id)), value: '' }
    const last: Operation = { type: 'put', key: LAST_ID_KEY, value: String(this.#lastId) }
    await write(this.#level, [{ type: 'del', key: keyOf(table) }, deleted, last])
    this.#byName.delete(table)
    await this.#clear(present.id)
  }

  /**
   * The record of the table is what counts: an index that is added is whole before the record names it, one that is
   * removed is cleared after. Entries that a crash leaves behind are nobody's, and are cleared before their place is used.
   */
  async update(change: TableChange): Promise<void> {
    const present = this.#byName.get(change.table)
    if (present === undefined) throw rejected(`Table ${change.table} does not exist`)
    const definition = changeTable(present.definition, change)
    if (typeof definition === 'string') throw rejected(definition)
    if (definition === present.definition) return
    const updated = present.with(definition)
    const lacks = (table: StoredTable) => (index: IndexDefinition) => table.numbers[index.name] === undefined
    await this.#index(updated, definition.indexes.filter(lacks(present)))
    await write(this.#level, [this.recordOf(updated)])
    this.add(updated)
    for (const { name } of present.definition.indexes.filter(lacks(updated))) {
      await this.#level.clear(rangeOf(present.beginning(name)))
    }
  }

  /** Makes these indexes over the items that are there. The table does not have them before its record was written. */
  async #index(table: StoredTable, indexes: readonly IndexDefinition[]): Promise<void> {
    if (indexes.length === 0) return
    // A crash may have left entries of an earlier time.
    for (const { name } of indexes) await this.#level.clear(rangeOf(table.beginning(name)))
    let batch: Operation[] = []
    for await (const text of this.#level.values(rangeOf(table.beginning(undefined)))) {
      const item = decodeItem(text)
      batch.push(...indexes.flatMap(({ name }) => entryOf(table, name, item)))
      if (batch.length < BATCH) continue
      await write(this.#level, batch)
      batch = []
    }
    await write(this.#level, batch)
  }

  /** The record goes last, so that a crash in between is made up for on opening. */
  async #clear(id: number): Promise<void> {
    await this.#level.clear(tableRange(id))
    await write(this.#level, [{ type: 'del', key: deletedTables.keyOf(uint32(id)) }])
  }
}

const keyOf = (table: string): Buffer => definitions.keyOf(Buffer.from(table))

function entryOf(table: StoredTable, index: string, item: Item): readonly Operation[] {
  const entry = table.indexEntry(index, item)
  return entry === undefined ? [] : [{ type: 'put', key: entry.key, value: entry.itemKey, valueEncoding: 'buffer' }]
}

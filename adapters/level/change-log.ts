/**
 * The changes of all tables, numbered, in the database itself: each is written in the batch that makes it, so that a crash
 * at any moment neither loses one nor invents one.
 *
 * What is too old is cleared beside the commits, not by them. What was dropped is known by the first number that is left,
 * or, where a log was given up, by its record.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { equal } from '../../core/data/attribute-value.ts'
import { type Item, keyOf } from '../../core/data/item.ts'
import { Bell } from '../../core/store/bell.ts'
import type { Change } from '../../core/store/changes.ts'
import { keyNames } from '../../core/store/check-keys.ts'
import type { ChangeLog, Stretch } from '../../core/store/follow-log.ts'
import { decodePair, encodePair } from './item-encoding.ts'
import { uint48 } from './key-encoding.ts'
import { CHANGE_LOG_KEY, changes } from './key-space.ts'
import type { Level } from './open-level.ts'
import { type Operation, write } from './operation.ts'
import type { StoredTable } from './stored-table.ts'
import type { Tables } from './tables.ts'

/** What a commit made of an item. */
export interface ItemChange {
  readonly table: StoredTable
  readonly before: Item | undefined
  readonly after: Item | undefined
}

interface LogRecord {
  readonly id: string
  /** All changes up to this number are gone, whatever is left of them. */
  readonly dropped: number
}

/** Entries of the log that are looked at for one page, or fewer where they are large. */
const STRETCH = 100
const STRETCH_BYTES = 1024 * 1024

export class LevelChangeLog implements ChangeLog {
  readonly kind = 'level1'
  readonly id: string
  readonly bell = new Bell()
  readonly #level: Level
  readonly #tables: Tables
  readonly #keep: number
  #dropped: number
  #last: number
  #clearing: Promise<void> | undefined

  private constructor(level: Level, tables: Tables, keep: number, record: LogRecord, last: number) {
    this.#level = level
    this.#tables = tables
    this.#keep = keep
    this.id = record.id
    this.#dropped = record.dropped
    this.#last = last
  }

  /** The log of the database; undefined, and no log any more, where none is to be kept. */
  static async load(level: Level, tables: Tables, keep: number | undefined): Promise<LevelChangeLog | undefined> {
    const text = await level.get(CHANGE_LOG_KEY)
    const [first] = await level.keys({ ...changes.all, limit: 1 }).all()
    const [newest] = await level.keys({ ...changes.all, limit: 1, reverse: true }).all()
    const record: LogRecord = text === undefined ? { id: randomUUID().slice(0, 8), dropped: 0 } : JSON.parse(text)
    const last = newest === undefined ? record.dropped : Math.max(record.dropped, numberOf(newest))
    if (keep === undefined) {
      // Commits go by without a log from now on: one number that no change has keeps every token from going on after them.
      if (text !== undefined) await save(level, { ...record, dropped: last + 1 })
      await level.clear(changes.all)
      return undefined
    }
    if (text === undefined) await save(level, record)
    const dropped = first === undefined ? record.dropped : Math.max(record.dropped, numberOf(first) - 1)
    const log = new LevelChangeLog(level, tables, keep, { ...record, dropped }, last)
    log.#trim()
    return log
  }

  get dropped(): number {
    return this.#dropped
  }

  get last(): number {
    return this.#last
  }

  /**
   * What a batch has to hold that makes these changes; `written` is to be called after it was written. `encode` is
   * `encodeItem`, of somebody who has the texts of most items anyway.
   */
  entriesOf(made: readonly ItemChange[], encode: (item: Item) => string): readonly Operation[] {
    return made
      .filter(({ before, after }) => !(before && after && equal(before, after)))
      .map((change, i) => ({ type: 'put', key: keyAt(this.#last + 1 + i), value: encodeEntry(change, encode) }))
  }

  written(entries: readonly Operation[]): void {
    this.#last += entries.length
    this.#trim()
    if (entries.length > 0) this.bell.ring()
  }

  async read(after: number, tables: ReadonlySet<string>): Promise<Stretch> {
    const watched = new Map([...tables].map((name) => [this.#tables.get(name)?.id, this.#tables.get(name)]))
    const read = await this.#next(after)
    const told: Change[] = []
    let through = after
    for (const [key, text] of read) {
      // Cleared since the caller looked at `dropped`, which then says so.
      if (numberOf(key) !== through + 1) break
      through += 1
      // A table that was deleted has no id any more, and one that was made again has another.
      const table = watched.get(Number.parseInt(text, 10))
      if (table) told.push(decodeEntry(table, text))
    }
    return { changes: told, through }
  }

  async #next(after: number) {
    const range = { gte: keyAt(after + 1), lt: changes.all.lt, limit: STRETCH, highWaterMarkBytes: STRETCH_BYTES }
    const iterator = this.#level.iterator(range)
    try {
      return await iterator.nextv(STRETCH)
    } finally {
      await iterator.close()
    }
  }

  /** Resolves when nothing is being cleared any more. */
  async settled(): Promise<void> {
    await this.#clearing
  }

  /** Clears what is too old, once it is a tenth of what is kept: clearing costs hardly more for many than for one. */
  #trim(): void {
    const tooOld = this.#last - this.#keep
    if (this.#clearing !== undefined || tooOld - this.#dropped < this.#keep / 10) return
    this.#dropped = tooOld
    // If it fails, what was not cleared is cleared with the next; the disk's trouble is told by the commits.
    this.#clearing = this.#level.clear({ gte: changes.all.gte, lt: keyAt(tooOld + 1) }).then(
      () => this.#cleared(),
      () => this.#cleared(),
    )
  }

  #cleared(): void {
    this.#clearing = undefined
  }
}

const keyAt = (number: number): Buffer => changes.keyOf(uint48(number))

const numberOf = (key: Buffer): number => changes.restOf(key).readUIntBE(0, 6)

const save = (level: Level, record: LogRecord): Promise<void> =>
  write(level, [{ type: 'put', key: CHANGE_LOG_KEY, value: JSON.stringify(record) }])

/** `<id of the table> [before,after]`, so that entries of other tables need not be decoded. */
const encodeEntry = ({ table, before, after }: ItemChange, encode: (item: Item) => string): string =>
  `${table.id} ${encodePair(before && encode(before), after && encode(after))}`

function decodeEntry({ definition }: StoredTable, text: string): Change {
  const [before, after] = decodePair(text.slice(text.indexOf(' ') + 1))
  const key = Object.freeze(keyOf((after ?? before)!, keyNames(definition)))
  return Object.freeze({ table: definition.table, key, before, after })
}

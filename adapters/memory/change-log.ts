/**
 * The last changes of all tables of a memory store. Written in the same synchronous step as the tables, so that the two
 * never disagree.
 *
 * @module
 */
import { equal } from '../../core/data/attribute-value.ts'
import { type Item, keyOf } from '../../core/data/item.ts'
import { Bell } from '../../core/store/bell.ts'
import type { Change } from '../../core/store/changes.ts'
import { keyNames } from '../../core/store/check-keys.ts'
import type { ChangeLog, Stretch } from '../../core/store/follow-log.ts'
import { give } from '../../core/store/stored-value.ts'
import type { TableDefinition } from '../../core/store/table-definition.ts'

interface Entry {
  readonly definition: TableDefinition
  readonly before: Item | undefined
  readonly after: Item | undefined
}

/** Changes on one page, and entries that are looked at for one. */
const [PAGE, STRETCH] = [100, 1_000]

export class MemoryChangeLog implements ChangeLog {
  readonly kind = 'memory1'
  readonly id = globalThis.crypto.randomUUID().slice(0, 8)
  readonly bell = new Bell()
  readonly #keep: number
  /** The newest last; undefined for those of a table that was deleted. Up to twice as many as are kept. */
  #entries: (Entry | undefined)[] = []
  #last = 0

  constructor(keep: number) {
    this.#keep = keep
  }

  get last(): number {
    return this.#last
  }

  get dropped(): number {
    return Math.max(0, this.#last - this.#keep)
  }

  add(entry: Entry): void {
    const { before, after } = entry
    if (before && after && equal(before, after)) return
    this.#entries.push(entry)
    this.#last += 1
    // Rarely and many at once, as all that stay have to move.
    if (this.#entries.length >= 2 * this.#keep) this.#entries = this.#entries.slice(-this.#keep)
    this.bell.ring()
  }

  /** What was deleted with its table is no longer told, but still counted. */
  drop(table: string): void {
    this.#entries = this.#entries.map((entry) => (entry?.definition.table === table ? undefined : entry))
  }

  async read(after: number, tables: ReadonlySet<string>): Promise<Stretch> {
    const changes: Change[] = []
    const first = this.#last - this.#entries.length + 1
    let through = after
    for (; through < this.#last && changes.length < PAGE && through - after < STRETCH; through++) {
      const entry = this.#entries[through + 1 - first]
      if (entry && tables.has(entry.definition.table)) changes.push(changeOf(entry))
    }
    return { changes, through }
  }
}

function changeOf({ definition, before, after }: Entry): Change {
  const key = Object.freeze(keyOf(give((after ?? before)!), keyNames(definition)))
  return Object.freeze({ table: definition.table, key, before: before && give(before), after: after && give(after) })
}

/**
 * One table in memory: its items in key order, and the same for each secondary index. Synchronous, so that whatever
 * happens within one call happens at one instant.
 *
 * @module
 */
import { type ScalarValue, scalarKey } from '../../core/data/attribute-value.ts'
import { type Item, type ItemKey, itemSize } from '../../core/data/item.ts'
import { valuesProblem } from '../../core/store/check-keys.ts'
import { indexed } from '../../core/store/indexed.ts'
import { PageBuilder } from '../../core/store/page-builder.ts'
import type { Page, QueryRequest, ScanRequest } from '../../core/store/store.ts'
import { give } from '../../core/store/stored-value.ts'
import type { IndexDefinition, TableDefinition } from '../../core/store/table-definition.ts'
import type { MemoryChangeLog } from './change-log.ts'
import { comparePositions, type Entry, entryAt, type Position, positionOf } from './key-order.ts'
import { queryRange, scanRange } from './range.ts'
import { SortedList } from './sorted-list.ts'

interface Index {
  readonly definition: IndexDefinition
  readonly order: SortedList<Entry, Position>
}

export class Table {
  readonly definition: TableDefinition
  /** By `#keyText`. */
  readonly #entries = new Map<string, Entry>()
  readonly #order = new SortedList<Entry, Position>(comparePositions)
  readonly #indexes: ReadonlyMap<string, Index>
  readonly #log: MemoryChangeLog | undefined

  /** `items` are those it starts with; what changes later is told to the log. */
  constructor(definition: TableDefinition, items: Iterable<Item> = [], log?: MemoryChangeLog) {
    this.definition = definition
    this.#indexes = new Map(
      definition.indexes.map((index) => [
        index.name,
        { definition: index, order: new SortedList<Entry, Position>(comparePositions) },
      ]),
    )
    for (const item of items) this.set(item, item)
    this.#log = log
  }

  get(key: ItemKey | Item): Item | undefined {
    return this.#entries.get(this.#keyText(key))?.item
  }

  /** Puts the item under its key, or removes what is there when undefined. */
  set(key: ItemKey | Item, item: Item | undefined): void {
    const text = this.#keyText(key)
    const present = this.#entries.get(text)
    const before = present?.item
    if (item === before) return
    this.#log?.add({ definition: this.definition, before, after: item })
    for (const index of this.#indexes.values()) this.#reindex(index, text, before, item)
    if (item === undefined) {
      this.#entries.delete(text)
      if (present) this.#order.delete(present)
    } else if (present) {
      present.item = item
      present.size = itemSize(item)
    } else {
      const entry = entryAt(this.#position(key), item)
      this.#entries.set(text, entry)
      this.#order.insert(entry)
    }
  }

  #reindex({ definition, order }: Index, text: string, before: Item | undefined, item: Item | undefined): void {
    // An index that was added over items may meet values that are no key of it.
    const isKeyed = (item: Item | undefined): item is Item => item !== undefined && !valuesProblem(definition, item)
    const old = isKeyed(before) ? positionOf(definition, before, text) : undefined
    const now = isKeyed(item) ? positionOf(definition, item, text) : undefined
    if (old) order.delete(old)
    if (now) order.insert(entryAt(now, indexed(this.definition, definition, item!)))
  }

  *items(): Generator<Item, undefined> {
    for (const { item } of this.#order.ascending(() => true)) yield item
  }

  query(request: QueryRequest): Page {
    return this.#page(request, queryRange(request), request.reverse)
  }

  scan(request: ScanRequest): Page {
    return this.#page(request, scanRange(request.segment), false)
  }

  #page(request: QueryRequest | ScanRequest, range: ReturnType<typeof scanRange>, reverse: boolean): Page {
    const index = request.index === undefined ? undefined : this.#indexes.get(request.index)
    const order = index?.order ?? this.#order
    const from = request.from && this.#fromPosition(request.from, index?.definition)
    const walk = reverse
      ? order.descending((entry) => range.above(entry) || (from !== undefined && comparePositions(entry, from) >= 0))
      : order.ascending((entry) => !range.below(entry) && (from === undefined || comparePositions(entry, from) > 0))
    const page = new PageBuilder(request, this.definition)
    for (const entry of walk) {
      if (reverse ? range.below(entry) : range.above(entry)) break
      const full = page.add(entry.item, entry.size)
      if (full) return givePage(full)
    }
    return givePage(page.end())
  }

  #fromPosition(from: ItemKey, index: IndexDefinition | undefined): Position | undefined {
    return index === undefined ? this.#position(from) : positionOf(index, from, this.#keyText(from))
  }

  #position(key: ItemKey | Item): Position {
    const position = positionOf(this.definition, key, '')
    if (position === undefined) throw new TypeError(`Expected a key of table ${this.definition.table}`)
    return position
  }

  /** One text for each key; also orders entries of equal index keys by the items they stand for. */
  #keyText(key: ItemKey | Item): string {
    const { partition, sort } = this.definition
    const text = scalarKey(key[partition.name] as ScalarValue)
    return sort === undefined ? text : JSON.stringify([text, scalarKey(key[sort.name] as ScalarValue)])
  }
}

const givePage = ({ items, count, next }: Page): Page => ({
  items: items.map(give),
  count,
  next: next && (give(next) as ItemKey),
})

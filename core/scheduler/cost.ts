/**
 * What requests cost in DynamoDB's units: an estimate before they are sent, from the sizes of items as far as they are
 * known and from what the likes of them cost before.
 *
 * A unit of writing is 1 KB of the larger of an item's two images, and twice that in a transaction, checks included; a unit
 * of reading is 4 KB of an item, or of a whole page, and half of that where it may be stale.
 *
 * @module
 */
import { type Item, type ItemAddress, itemSize, valueSize } from '../data/item.ts'
import type { Update } from '../expression/update.ts'
import type { BulkWrite } from '../store/bulk-write.ts'
import { type ConsumedCapacity, readUnits, WRITE_BYTES, writeUnits } from '../store/capacity.ts'
import type { CommitOutcome } from '../store/commit-outcome.ts'
import type { Page, QueryRequest, ScanRequest } from '../store/store.ts'
import type { WriteAction, WritePlan } from '../store/write-plan.ts'
import type { Kind } from './resource.ts'
import { RunningMean } from './running-mean.ts'
import { Sizes } from './sizes.ts'

export interface Cost {
  readonly table: string
  readonly index?: string | undefined
  readonly kind: Kind
  readonly units: number
}

const PAGE_BYTES = 1024 * 1024

interface TableCosts {
  /** Units of writing an item of which nothing is known. */
  readonly write: RunningMean
  /** Bytes of an item that is read. */
  readonly itemBytes: RunningMean
  /** What writing costs each global index, for one unit of the table. */
  readonly indexes: Map<string, RunningMean>
  /** Consistent units of a page, by kind of request. */
  readonly pages: Map<string, RunningMean>
}

/** What DynamoDB asks for looking at nothing. */
const LEAST_PAGE = 0.5

export class Costs {
  readonly #sizes = new Sizes()
  readonly #tables = new Map<string, TableCosts>()

  /** Writes to the table also cost this index, as much as the table until more is known. */
  knowIndex(table: string, index: string): void {
    const { indexes } = this.#table(table)
    if (!indexes.has(index)) indexes.set(index, new RunningMean(1))
  }

  commit({ actions }: WritePlan): readonly Cost[] {
    const factor = actions.length === 1 && actions[0]?.kind !== 'check' ? 1 : 2
    const tables = new Map<string, { writes: number; checks: number }>()
    for (const action of actions) {
      const sum = tables.get(action.table) ?? { writes: 0, checks: 0 }
      tables.set(action.table, sum)
      sum[action.kind === 'check' ? 'checks' : 'writes'] += this.#actionUnits(action) * factor
    }
    return [...tables].flatMap(([table, { writes, checks }]) => [
      { table, kind: 'write' as const, units: writes + checks },
      ...this.#indexUnits(table, writes),
    ])
  }

  /** Puts and deletes of one batch. */
  batch(writes: readonly BulkWrite[]): readonly Cost[] {
    const tables = new Map<string, number>()
    for (const write of writes) {
      const old = this.#sizes.of(write) ?? 0
      const units = write.kind === 'put' ? writeUnits(Math.max(old, itemSize(write.item))) : this.#unitsOfStored(write)
      tables.set(write.table, (tables.get(write.table) ?? 0) + units)
    }
    return [...tables].flatMap(([table, units]) => [
      { table, kind: 'write' as const, units },
      ...this.#indexUnits(table, units),
    ])
  }

  read(addresses: readonly ItemAddress[], consistent: boolean): readonly Cost[] {
    const tables = new Map<string, number>()
    for (const address of addresses) {
      const bytes = this.#sizes.of(address) ?? this.#table(address.table).itemBytes.value
      tables.set(address.table, (tables.get(address.table) ?? 0) + readUnits(bytes, consistent))
    }
    return [...tables].map(([table, units]) => ({ table, kind: 'read' as const, units }))
  }

  page(request: QueryRequest | ScanRequest): readonly Cost[] {
    const { table, index, consistent } = request
    // An empty page costs something too, whatever a server tells.
    const units = Math.max(LEAST_PAGE, this.#pageUnits(request).value * (consistent ? 1 : 0.5))
    return [{ table, index, kind: 'read', units }]
  }

  learnBatch(written: readonly BulkWrite[]): void {
    for (const write of written) this.#sizes.see(write, write.kind === 'put' ? itemSize(write.item) : 0)
  }

  learnCommit({ actions }: WritePlan, outcome: CommitOutcome, consumed: readonly ConsumedCapacity[]): void {
    for (const action of actions) {
      if (action.kind === 'put' && outcome.kind === 'committed') this.#sizes.see(action, itemSize(action.item))
    }
    if (outcome.kind === 'conflict') {
      for (const { position, present } of outcome.failures) {
        const action = actions[position]
        if (action) this.#sizes.see(action, present ? itemSize(present) : 0)
      }
    }
    const [only] = actions
    for (const { table, index, writeUnits: units } of consumed) {
      const costs = this.#table(table)
      if (index !== undefined) {
        this.knowIndex(table, index)
        continue
      }
      const own = actions.filter((action) => action.table === table)
      if (own.length > 0) costs.write.add(units / own.length / (actions.length === 1 ? 1 : 2))
      // One unit more or less says between which two sizes the item is.
      if (actions.length === 1 && only?.kind === 'update') {
        const known = this.#sizes.of(only) ?? 0
        this.#sizes.see(only, Math.min(units * WRITE_BYTES, Math.max((units - 1) * WRITE_BYTES + 1, known)))
      }
      for (const [name, ratio] of costs.indexes) {
        const ofIndex = consumed.find((each) => each.table === table && each.index === name)
        if (units > 0) ratio.add((ofIndex?.writeUnits ?? 0) / units)
      }
    }
  }

  /** What the items cost that were read, told by their sizes. */
  learnRead(addresses: readonly ItemAddress[], items: readonly (Item | undefined)[], consistent: boolean) {
    const tables = new Map<string, number>()
    for (const [position, address] of addresses.entries()) {
      const item = items[position]
      const bytes = item ? itemSize(item) : 0
      this.#sizes.see(address, bytes)
      this.#table(address.table).itemBytes.add(bytes)
      tables.set(address.table, (tables.get(address.table) ?? 0) + readUnits(bytes, consistent))
    }
    return [...tables].map(([table, units]) => ({ table, readUnits: units, writeUnits: 0 }))
  }

  /** Undefined where what was read is not told, nor to be seen by what came back. */
  learnPage(
    request: QueryRequest | ScanRequest,
    page: Page,
    consumed: readonly ConsumedCapacity[] | undefined,
  ): readonly ConsumedCapacity[] | undefined {
    const { table, index, filter, projection, consistent } = request
    const factor = consistent ? 1 : 0.5
    let units = consumed?.find((each) => each.table === table && each.index === index)?.readUnits
    if (units === undefined && consumed !== undefined) units = consumed.reduce((sum, each) => sum + each.readUnits, 0)
    if (units === undefined && filter === undefined && projection === undefined) {
      units = readUnits(
        page.items.reduce((sum, item) => sum + itemSize(item), 0),
        consistent,
      )
    }
    if (units === undefined) return undefined
    this.#pageUnits(request).add(units / factor)
    return consumed ?? [{ table, index, readUnits: units, writeUnits: 0 }]
  }

  #actionUnits(action: WriteAction): number {
    switch (action.kind) {
      case 'put':
        return writeUnits(Math.max(itemSize(action.item), this.#sizes.of(action) ?? 0))
      case 'update': {
        const known = this.#sizes.of(action)
        const brought = itemSize(action.key) + broughtBytes(action.update)
        if (known !== undefined) return writeUnits(Math.max(known, brought))
        return Math.max(writeUnits(brought), this.#table(action.table).write.value)
      }
      case 'delete':
      case 'check':
        return this.#unitsOfStored(action)
      default:
        return action satisfies never
    }
  }

  #unitsOfStored(address: ItemAddress): number {
    const known = this.#sizes.of(address)
    return known === undefined ? Math.max(1, this.#table(address.table).write.value) : writeUnits(known)
  }

  #indexUnits(table: string, units: number): readonly Cost[] {
    return [...this.#table(table).indexes].flatMap(([index, ratio]) =>
      ratio.value > 0.001 ? [{ table, index, kind: 'write' as const, units: units * ratio.value }] : [],
    )
  }

  #pageUnits(request: QueryRequest | ScanRequest): RunningMean {
    const { table, index, limit } = request
    const { pages, itemBytes } = this.#table(table)
    const kind = JSON.stringify(['partition' in request, index, limit])
    const known = pages.get(kind)
    if (known) return known
    const most = 'partition' in request && limit === undefined ? itemBytes.value : (limit ?? Infinity) * itemBytes.value
    const mean = new RunningMean(readUnits(Math.min(PAGE_BYTES, most), true))
    pages.set(kind, mean)
    return mean
  }

  #table(table: string): TableCosts {
    const known = this.#tables.get(table)
    if (known) return known
    const costs = { write: new RunningMean(1), itemBytes: new RunningMean(1024), indexes: new Map(), pages: new Map() }
    this.#tables.set(table, costs)
    return costs
  }
}

function broughtBytes(update: Update): number {
  let bytes = 0
  for (const action of update) {
    switch (action.kind) {
      case 'set':
        bytes += valueSize(action.value)
        break
      case 'append':
        bytes += valueSize(action.values)
        break
      case 'increment':
        bytes += valueSize(action.by)
        break
      case 'add-to-set':
        bytes += valueSize(action.elements)
        break
      case 'remove':
      case 'remove-from-set':
        break
      default:
        action satisfies never
    }
  }
  return bytes
}

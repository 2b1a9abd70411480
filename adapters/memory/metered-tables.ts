/**
 * Tables behind a meter: every request costs units as DynamoDB counts them, and is throttled where they are not there.
 * Synchronous, as the tables themselves.
 *
 * @module
 */
import { equal, scalarKey } from '../../core/data/attribute-value.ts'
import { addressKey, type Item, type ItemAddress, itemSize } from '../../core/data/item.ts'
import { engineError } from '../../core/errors.ts'
import { apply } from '../../core/expression/apply.ts'
import { all } from '../../core/expression/condition.ts'
import { evaluate } from '../../core/expression/evaluate.ts'
import type { BulkOutcome, BulkWrite } from '../../core/store/bulk-write.ts'
import { type ConsumedCapacity, readUnits, writeUnits } from '../../core/store/capacity.ts'
import { keyNames } from '../../core/store/check-keys.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import { entryIn } from '../../core/store/indexed.ts'
import type { Page, QueryRequest, ReadOptions, RequestOptions, ScanRequest } from '../../core/store/store.ts'
import type { IndexDefinition, TableDefinition } from '../../core/store/table-definition.ts'
import type { WriteAction, WritePlan } from '../../core/store/write-plan.ts'
import type { CapacityMeter, Charge } from './capacity-meter.ts'
import type { Tables } from './tables.ts'

/** What the store asks of its tables. */
export interface Requests {
  read(addresses: readonly ItemAddress[], options: ReadOptions): readonly (Item | undefined)[]
  query(request: QueryRequest, options?: RequestOptions): Page
  scan(request: ScanRequest, options?: RequestOptions): Page
  commit(plan: WritePlan, options?: RequestOptions): CommitOutcome
  write(writes: readonly BulkWrite[], options?: RequestOptions): BulkOutcome
}

const always = all([])

export class MeteredTables implements Requests {
  readonly #tables: Tables
  readonly #meter: CapacityMeter

  constructor(tables: Tables, meter: CapacityMeter) {
    this.#tables = tables
    this.#meter = meter
  }

  read(addresses: readonly ItemAddress[], options: ReadOptions): readonly (Item | undefined)[] {
    const items = this.#tables.read(addresses)
    const done = new Map<string, boolean>()
    const charged: Charge[] = []
    const reasons = new Set<string>()
    for (const [at, address] of addresses.entries()) {
      const key = addressKey(address)
      if (done.has(key)) continue
      const charge = readCharge(address, items[at], options.consistent)
      const lacking = this.#meter.lacks([charge])
      done.set(key, lacking.length === 0)
      for (const reason of lacking) reasons.add(reason)
      if (lacking.length > 0) continue
      this.#meter.take([charge])
      charged.push(charge)
    }
    if (charged.length === 0 && reasons.size > 0) throw throttled([...reasons])
    tell(options, charged)
    const unread = addresses.filter((address) => !done.get(addressKey(address)))
    if (unread.length === 0) return items
    if (!options.onUnprocessed) throw throttled([...new Set(unread.map(({ table }) => `UnprocessedKeys ${table}`))])
    options.onUnprocessed(unread)
    return items.map((item, at) => (done.get(addressKey(addresses[at]!)) ? item : undefined))
  }

  query(request: QueryRequest, options?: RequestOptions): Page {
    const { filter: _, projection: __, countOnly: ___, ...whole } = request
    const looked = () => this.#tables.query(whole)
    return this.#page(request, looked, () => this.#tables.query(request), options, scalarKey(request.partition.value))
  }

  scan(request: ScanRequest, options?: RequestOptions): Page {
    const { filter: _, projection: __, countOnly: ___, ...whole } = request
    return this.#page(
      request,
      () => this.#tables.scan(whole),
      () => this.#tables.scan(request),
      options,
      undefined,
    )
  }

  commit(plan: WritePlan, options?: RequestOptions): CommitOutcome {
    const charges = this.#writeCharges(plan)
    const reasons = this.#meter.lacks(charges)
    if (reasons.length > 0) return { kind: 'throttled', reasons }
    const outcome = this.#tables.commit(plan)
    if (outcome.kind === 'invalid') return outcome
    this.#meter.take(charges)
    // As DynamoDB, which bills for a condition that failed, but does not tell.
    if (outcome.kind === 'committed') tell(options, charges)
    return outcome
  }

  /** Each write by itself, as BatchWriteItem: what there is no capacity for is given back. */
  write(writes: readonly BulkWrite[], options?: RequestOptions): BulkOutcome {
    const reasons = new Set<string>()
    const charged: Charge[] = []
    const affordable = writes.filter((write) => {
      const charges = this.#writeCharges({ id: '', actions: [{ ...write, condition: always }] })
      const lacking = this.#meter.lacks(charges)
      for (const reason of lacking) reasons.add(reason)
      if (lacking.length > 0) return false
      this.#meter.take(charges)
      charged.push(...charges)
      return true
    })
    this.#tables.write(affordable)
    tell(options, charged)
    const done = new Set(affordable)
    return { unprocessed: writes.filter((write) => !done.has(write)), reasons: [...reasons] }
  }

  /** What was looked at is what costs, whatever a filter leaves of it. */
  #page(
    { table, index, consistent }: QueryRequest | ScanRequest,
    look: () => Page,
    answer: () => Page,
    options: RequestOptions | undefined,
    partition: string | undefined,
  ): Page {
    const bytes = look().items.reduce((sum, item) => sum + itemSize(item), 0)
    const isLocal = this.#tables.definitionOf(table)?.indexes.find(({ name }) => name === index)?.kind === 'local'
    const units = readUnits(bytes, consistent)
    const charge: Charge = { table, index: isLocal ? undefined : index, kind: 'read', units, partition }
    const reasons = this.#meter.lacks([charge])
    if (reasons.length > 0) throw throttled(reasons)
    this.#meter.take([charge])
    tell(options, [charge])
    return answer()
  }

  #writeCharges({ actions }: WritePlan): readonly Charge[] {
    const factor = actions.length === 1 && actions[0]?.kind !== 'check' ? 1 : 2
    const presents = actions.map((action) => this.#present(action))
    const holds = actions.every((action, at) => evaluate(action.condition, presents[at]))
    return actions.flatMap((action, at) => {
      const before = presents[at]
      const after = action.kind === 'delete' ? undefined : nextOf(action, before)
      const bytes = Math.max(before ? itemSize(before) : 0, after ? itemSize(after) : 0)
      const [key] = Object.values(action.key)
      const partition = key === undefined ? undefined : scalarKey(key)
      const own: Charge = { table: action.table, kind: 'write', units: writeUnits(bytes) * factor, partition }
      const definition = this.#tables.definitionOf(action.table)
      if (!holds || !definition || action.kind === 'check') return [own]
      return [own, ...indexCharges(definition, before, after, factor)]
    })
  }

  #present(action: WriteAction): Item | undefined {
    try {
      return this.#tables.read([action])[0]
    } catch {
      // A key that the table refuses, as it will refuse the plan.
      return undefined
    }
  }
}

function readCharge({ table, key }: ItemAddress, item: Item | undefined, consistent: boolean): Charge {
  const [value] = Object.values(key)
  const partition = value === undefined ? undefined : scalarKey(value)
  return { table, kind: 'read', units: readUnits(item ? itemSize(item) : 0, consistent), partition }
}

/** The item as the action would leave it; as it is where the action cannot be applied. */
function nextOf(action: WriteAction, before: Item | undefined): Item | undefined {
  if (action.kind === 'put') return action.item
  if (action.kind !== 'update') return before
  try {
    return apply(action.update, before ?? action.key)
  } catch {
    return before
  }
}

/** A local index lives on the table's capacity. */
function indexCharges(
  definition: TableDefinition,
  before: Item | undefined,
  after: Item | undefined,
  factor: number,
): readonly Charge[] {
  return definition.indexes.flatMap((index) => {
    const [old, now] = [before, after].map((item) => item && entryIn(definition, index, item))
    const units = indexUnits(old, now, index)
    if (units === 0) return []
    const name = index.kind === 'global' ? index.name : undefined
    return [{ table: definition.table, index: name, kind: 'write' as const, units: units * factor }]
  })
}

/** An entry that moves is deleted in one place and written in another. */
function indexUnits(before: Item | undefined, after: Item | undefined, index: IndexDefinition): number {
  if (!before || !after) return before || after ? writeUnits(itemSize((before ?? after)!)) : 0
  const hasMoved = keyNames(index).some((name) => !equal(before[name], after[name]))
  if (hasMoved) return writeUnits(itemSize(before)) + writeUnits(itemSize(after))
  return equal(before, after) ? 0 : writeUnits(Math.max(itemSize(before), itemSize(after)))
}

function tell({ onConsumed }: RequestOptions = {}, charges: readonly Charge[]): void {
  if (!onConsumed) return
  const sums = new Map<string, { table: string; index: string | undefined; readUnits: number; writeUnits: number }>()
  for (const { table, index, kind, units } of charges) {
    const name = JSON.stringify([table, index])
    const sum = sums.get(name) ?? { table, index, readUnits: 0, writeUnits: 0 }
    sums.set(name, sum)
    sum[kind === 'read' ? 'readUnits' : 'writeUnits'] += units
  }
  onConsumed([...sums.values()] satisfies ConsumedCapacity[])
}

const throttled = (reasons: readonly string[]) =>
  engineError('THROTTLED', `Throttled: ${reasons.join(', ')}`, { reasons, attempts: 1 })

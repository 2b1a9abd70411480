/**
 * All tables of one memory store, and what the port's operations mean to them. Synchronous throughout: each call happens
 * at one instant. `memory-store.ts` puts the waiting around it.
 *
 * @module
 */
import { type AttributeValue, equal } from '../../core/data/attribute-value.ts'
import { type Item, type ItemAddress, itemSize } from '../../core/data/item.ts'
import { engineError } from '../../core/errors.ts'
import { acceptPlan, invalid, itemProblem } from '../../core/store/accept-plan.ts'
import { acceptBatch, type BulkOutcome, type BulkWrite, itemAfter } from '../../core/store/bulk-write.ts'
import { changeTable } from '../../core/store/change-table.ts'
import { assertSameKeys, impliedSchema, keyProblem } from '../../core/store/check-keys.ts'
import { requestProblem } from '../../core/store/check-request.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import { decide } from '../../core/store/decide.ts'
import type { StoreLimits } from '../../core/store/limits.ts'
import { RecentPlans } from '../../core/store/recent-plans.ts'
import type { Page, QueryRequest, ScanRequest } from '../../core/store/store.ts'
import { give } from '../../core/store/stored-value.ts'
import type { TableChange, TableDefinition, TableDescription } from '../../core/store/table-definition.ts'
import type { WriteAction, WritePlan } from '../../core/store/write-plan.ts'
import type { MemoryChangeLog } from './change-log.ts'
import { Table } from './table.ts'

export class Tables {
  readonly #limits: StoreLimits
  readonly #recent: RecentPlans<readonly WriteAction[]>
  readonly #tables = new Map<string, Table>()
  /** Tables that nobody created: their keys are what the first write implied. */
  readonly #implied = new Set<string>()
  /** Knows every change when the call that made it returns. */
  readonly log: MemoryChangeLog | undefined

  constructor(limits: StoreLimits, now: () => number, log?: MemoryChangeLog) {
    this.#limits = limits
    this.#recent = new RecentPlans(now)
    this.log = log
  }

  read(addresses: readonly ItemAddress[]): readonly (Item | undefined)[] {
    return addresses.map(({ table, key }) => {
      const found = this.#tables.get(table)
      const problem = keyProblem(found?.definition ?? impliedSchema(key), key)
      if (problem) throw rejected(problem)
      const item = found?.get(key)
      return item && give(item)
    })
  }

  query(request: QueryRequest): Page {
    return this.#tableToRead(request)?.query(request) ?? emptyPage
  }

  scan(request: ScanRequest): Page {
    return this.#tableToRead(request)?.scan(request) ?? emptyPage
  }

  commit(plan: WritePlan): CommitOutcome {
    const { tableOf, keep } = this.#tablesToWrite()
    const actions = acceptPlan(plan, (action) => tableOf(action).definition, this.#limits)
    if ('kind' in actions) return actions
    const repeated = this.#recent.find(plan.id)
    if (repeated !== undefined) {
      // As they were accepted: what changes nothing is left out of both.
      const same = equal(repeated as unknown as AttributeValue, actions as unknown as AttributeValue)
      return same ? { kind: 'committed' } : invalid(`Another plan was committed under the id ${plan.id}`)
    }
    const present = actions.map((action) => tableOf(action).get(action.key))
    const problemOf = (action: WriteAction, item: Item) => itemProblem(item, tableOf(action).definition, this.#limits)
    const { outcome, next } = decide(actions, present, problemOf)
    if (next === undefined) return outcome
    keep()
    for (const [position, action] of actions.entries()) {
      if (action.kind !== 'check') tableOf(action).set(action.key, next[position])
    }
    if (actions.length > 1) this.#recent.add(plan.id, actions)
    return outcome
  }

  write(writes: readonly BulkWrite[]): BulkOutcome {
    if (writes.length === 0) return nothingLeft
    const { tableOf, keep } = this.#tablesToWrite()
    const accepted = acceptBatch(writes, (write) => tableOf(write).definition, this.#limits)
    if ('problem' in accepted) throw rejected(accepted.problem)
    keep()
    for (const write of accepted) tableOf(write).set(write.key, itemAfter(write))
    return nothingLeft
  }

  definitionOf(table: string): TableDefinition | undefined {
    return this.#tables.get(table)?.definition
  }

  create(definition: TableDefinition): void {
    const { table } = definition
    const present = this.#tables.get(table)
    if (present) assertSameKeys(present.definition, definition)
    if (present && !this.#implied.delete(table)) return
    this.#tables.set(table, new Table(definition, present?.items(), this.log))
  }

  drop(table: string): void {
    this.#tables.delete(table)
    this.#implied.delete(table)
    this.log?.drop(table)
  }

  describe(name: string): TableDescription | undefined {
    const table = this.#tables.get(name)
    if (table === undefined) return undefined
    const sizes = Array.from(table.items(), itemSize)
    const bytes = sizes.reduce((total, size) => total + size, 0)
    return Object.freeze({ ...table.definition, status: 'active', items: sizes.length, bytes })
  }

  /** An index that is added holds the items that are there from this instant on. */
  update(change: TableChange): void {
    const present = this.#tables.get(change.table)
    if (present === undefined) throw rejected(`Table ${change.table} does not exist`)
    const next = changeTable(present.definition, change)
    if (typeof next === 'string') throw rejected(next)
    if (next === present.definition) return
    this.#tables.set(change.table, new Table(next, present.items(), this.log))
    this.#implied.delete(change.table)
  }

  /** Tables that are not there yet are made on the way, and stay only if `keep` is called. */
  #tablesToWrite() {
    const fresh = new Map<string, Table>()
    const tableOf = ({ table, key }: ItemAddress): Table => {
      const found = this.#tables.get(table) ?? fresh.get(table)
      if (found) return found
      const made = new Table({ table, ...impliedSchema(key), indexes: [] }, [], this.log)
      fresh.set(table, made)
      return made
    }
    const keep = (): void => {
      for (const [name, table] of fresh) {
        this.#tables.set(name, table)
        this.#implied.add(name)
      }
    }
    return { tableOf, keep }
  }

  #tableToRead(request: QueryRequest | ScanRequest): Table | undefined {
    const table = this.#tables.get(request.table)
    const problem = table && requestProblem(table.definition, request)
    if (problem) throw rejected(problem)
    return table
  }
}

const nothingLeft: BulkOutcome = Object.freeze({ unprocessed: Object.freeze([]), reasons: Object.freeze([]) })

const emptyPage: Page = Object.freeze({ items: Object.freeze([]), count: 0, next: undefined })

const rejected = (reason: string) => engineError('REJECTED', reason, { reason })

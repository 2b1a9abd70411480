/**
 * What a case works with: a store, fresh tables, and short ways to write and to look.
 *
 * @module
 */
import type { Item, ItemKey } from '../../core/data/item.ts'
import { all, type Condition } from '../../core/expression/condition.ts'
import type { Update } from '../../core/expression/update.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { Store } from '../../core/store/store.ts'
import type { TableDefinition } from '../../core/store/table-definition.ts'
import type { WriteAction } from '../../core/store/write-plan.ts'
import { expect, expectEqual } from './expect.ts'

export type Cases = Readonly<Record<string, (bench: Bench) => Promise<void>>>

export interface Bench {
  readonly store: Store
  /** A second store as `createStore` gives it, which the bench closes. */
  another(): Promise<Store>
  /** A new, empty table; its partition key is the text `id` unless told otherwise. */
  table(definition?: Partial<Omit<TableDefinition, 'table'>>): Promise<string>
  /** A name that no table has; the bench deletes the table at the end. */
  tableName(): string
  commit(...actions: readonly WriteAction[]): Promise<CommitOutcome>
  /** Puts items whatever is there. */
  seed(table: string, items: readonly Item[], keyAttributes?: readonly string[]): Promise<void>
  /** The item as a consistent read has it. */
  look(table: string, id: string): Promise<Item | undefined>
}

export async function openBench(createStore: () => Store | Promise<Store>) {
  const stores = [await createStore()]
  const store = stores[0]!
  const names: string[] = []
  const bench: Bench = {
    store,
    async another() {
      const other = await createStore()
      stores.push(other)
      return other
    },
    async table(definition) {
      const table = bench.tableName()
      await store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [], ...definition })
      return table
    },
    tableName() {
      const table = `conformance-${newId()}`
      names.push(table)
      return table
    },
    commit: (...actions) => store.commit({ id: newId(), actions }),
    async seed(table, items, keyAttributes = ['id']) {
      for (let i = 0; i < items.length; i += store.limits.actions) {
        const actions = items.slice(i, i + store.limits.actions).map((item) => put(table, item, anyItem, keyAttributes))
        expectCommitted(await bench.commit(...actions))
      }
    },
    look: async (table, id) => (await store.read([{ table, key: { id } }], { consistent: true }))[0],
  }
  return {
    bench,
    async end() {
      for (const each of stores) await each.close()
      const janitor = await createStore()
      for (const name of names) await janitor.deleteTable(name)
      await janitor.close()
    },
  }
}

/** A plan's id: 36 characters, as DynamoDB's token takes. */
export const newId = (): string => globalThis.crypto.randomUUID()

/** Holds of everything. */
const anyItem: Condition = all([])

export const put = (
  table: string,
  item: Item,
  condition: Condition = anyItem,
  keyAttributes: readonly string[] = ['id'],
): WriteAction => {
  const key = Object.fromEntries(keyAttributes.map((name) => [name, item[name]])) as ItemKey
  return { kind: 'put', table, key, item, condition }
}

export const update = (table: string, id: string, update: Update, condition: Condition = anyItem): WriteAction => ({
  kind: 'update',
  table,
  key: { id },
  update,
  condition,
})

export const remove = (table: string, id: string, condition: Condition = anyItem): WriteAction => ({
  kind: 'delete',
  table,
  key: { id },
  condition,
})

export const check = (table: string, id: string, condition: Condition): WriteAction => ({
  kind: 'check',
  table,
  key: { id },
  condition,
})

export function expectCommitted(outcome: CommitOutcome, what = 'outcome'): void {
  expect(outcome.kind === 'committed', `${what}: expected committed, got ${describe(outcome)}`)
}

/** Exactly these positions failed, with these items at present. */
export function expectConflict(
  outcome: CommitOutcome,
  failures: readonly (readonly [position: number, present: Item | undefined])[],
  what = 'outcome',
): void {
  if (outcome.kind !== 'conflict') throw new Error(`${what}: expected a conflict, got ${describe(outcome)}`)
  expectEqual(
    outcome.failures.map(({ position }) => position),
    failures.map(([position]) => position),
    `${what}: positions`,
  )
  for (const [i, [position, present]] of failures.entries()) {
    expectEqual(outcome.failures[i]?.present, present, `${what}: item at ${position}`)
  }
}

export function expectInvalid(outcome: CommitOutcome, position?: number, what = 'outcome'): void {
  if (outcome.kind !== 'invalid') throw new Error(`${what}: expected invalid, got ${outcome.kind}`)
  expect(outcome.reason !== '', `${what}: expected a reason`)
  if (position !== undefined) expectEqual(outcome.position, position, `${what}: position`)
}

const describe = (outcome: CommitOutcome): string =>
  'reason' in outcome ? `${outcome.kind} (${outcome.reason})` : outcome.kind

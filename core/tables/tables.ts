/**
 * The tables of an engine's models, from creation to deletion. Tables of no model are never changed or deleted.
 *
 * @module
 */
import { assertObject, assertOptions, assertSignal, unexpected } from '../arguments.ts'
import { type AnyModel, isModel } from '../model/model.ts'
import type { RequestOptions, Store } from '../store/store.ts'
import type { TableDefinition, TableDescription } from '../store/table-definition.ts'
import { type CloudFormationTemplate, cloudFormation } from './cloud-formation.ts'
import { changesOf, type Difference } from './difference.ts'
import { planTables, type TablePlan } from './plan.ts'

/** Options of whatever waits for tables. */
export interface TableOptions {
  /** Gives up waiting; what DynamoDB has begun goes on. */
  readonly signal?: AbortSignal | undefined
}

/** Options of `describe`. */
export interface DescribeOptions extends TableOptions {
  /** Asks the store again. Default false. */
  readonly refresh?: boolean | undefined
}

/** Options of `apply`. */
export interface ApplyOptions extends TableOptions {
  /** Also does what loses something that somebody may use, such as an index that no model has. Default false. */
  readonly prune?: boolean | undefined
}

/** What `apply` did, and what it left: what is not doable, and what would have needed `prune`. */
export interface ApplyReport {
  readonly applied: readonly Difference[]
  readonly left: readonly Difference[]
}

/** The tables of an engine's models, with the journal table. */
export interface Tables {
  /**
   * Creates the tables of all models and the journal table, and waits until they can be used. Tables that exist with the
   * same keys stay as they are, but for a stream that a change feed needs; `apply` is for what else differs.
   */
  create(options?: TableOptions): Promise<void>

  /** Deletes the tables of all models and the journal table, with everything in them. */
  delete(options?: TableOptions): Promise<void>

  /** The table as it is, undefined where there is none; the same answer until this engine changes it or `refresh` asks again. */
  describe(table: AnyModel | string, options?: DescribeOptions): Promise<TableDescription | undefined>

  /** How the tables differ from what the models want. Changes nothing. */
  plan(options?: TableOptions): Promise<TablePlan>

  /**
   * Makes the tables as the models want them, as far as DynamoDB allows in place: creates tables, adds indexes (one at a
   * time, each over all items, which may take hours), turns on expiry and streams, sets capacity. Given a plan it does
   * nothing that the plan does not list, and of that only what is still so. May be repeated at any time.
   *
   * @throws `REJECTED` what the store refuses; what was applied before stays
   */
  apply(options?: ApplyOptions): Promise<ApplyReport>
  /** With a plan, only what it lists. */
  apply(plan: TablePlan, options?: ApplyOptions): Promise<ApplyReport>

  /**
   * A CloudFormation template of all tables, as `create` would make them. Tables stay when the stack is deleted.
   *
   * @throws `REJECTED` for names that DynamoDB does not take
   */
  toCloudFormation(): CloudFormationTemplate
}

export function engineTables(store: Store, definitions: readonly TableDefinition[]): Tables {
  const known = new Map<string, TableDescription>()

  async function all(act: (definition: TableDefinition) => Promise<void>): Promise<void> {
    await Promise.all(definitions.map(act))
  }

  async function plan(options: RequestOptions): Promise<TablePlan> {
    const found = await Promise.all(definitions.map(({ table }) => store.describeTable(table, options)))
    return planTables(definitions, found)
  }

  async function apply(given: TablePlan | undefined, { prune, ...options }: ApplyOptions): Promise<ApplyReport> {
    const { differences } = await plan(options)
    const listed = given && new Set(given.differences.map(sameText))
    const chosen = differences.filter((difference) => listed?.has(sameText(difference)) ?? true)
    const applied = chosen.filter(({ doable, removes }) => doable && (prune || !removes))
    const isDone = new Set(applied)
    // One change at a time in each table.
    await all(async ({ table }) => {
      for (const difference of applied) if (difference.table === table) await applyOne(difference, options)
    })
    return Object.freeze({ applied, left: chosen.filter((difference) => !isDone.has(difference)) })
  }

  async function applyOne(difference: Difference, options: RequestOptions): Promise<void> {
    known.delete(difference.table)
    if (difference.kind === 'missing-table') await store.createTable(difference.wanted, options)
    for (const change of changesOf(difference)) await store.updateTable(change, options)
    known.delete(difference.table)
  }

  return Object.freeze<Tables>({
    async create(options) {
      const request = checked(options)
      await all(async (definition) => {
        await store.createTable(definition, request)
        known.delete(definition.table)
      })
    },
    async delete(options) {
      const request = checked(options)
      await all(async ({ table }) => {
        await store.deleteTable(table, request)
        known.delete(table)
      })
    },
    async describe(table, options) {
      const { refresh = false, ...request } = checked<DescribeOptions>(options, 'refresh')
      const name = nameOf(table)
      const cached = refresh ? undefined : known.get(name)
      if (cached) return cached
      const found = await store.describeTable(name, request)
      // Only what will still be so in a moment.
      if (found?.status === 'active') known.set(name, found)
      else known.delete(name)
      return found
    },
    plan: async (options) => plan(checked(options)),
    async apply(...args: [TablePlan | ApplyOptions | undefined, ApplyOptions?]) {
      const [first, second] = args
      if (!isPlan(first)) return apply(undefined, checked<ApplyOptions>(first, 'prune'))
      for (const difference of first.differences) assertObject(difference, 'differences')
      return apply(first, checked<ApplyOptions>(second, 'prune'))
    },
    toCloudFormation: () => cloudFormation(definitions),
  })
}

const isPlan = (given: TablePlan | ApplyOptions | undefined): given is TablePlan =>
  typeof given === 'object' && given !== null && 'differences' in given && Array.isArray(given.differences)

/** Equal for the same difference, also of a plan that was stored as JSON. */
const sameText = ({ table, kind, wanted, found }: Difference): string => JSON.stringify({ table, kind, wanted, found })

function nameOf(table: AnyModel | string): string {
  if (typeof table === 'string') return table
  if (isModel(table)) return table.table
  throw unexpected('table', 'a model or the name of a table', table)
}

function checked<Options extends TableOptions>(given: Options | undefined, flag?: string & keyof Options): Options {
  assertOptions(given, 'options', flag ? ['signal', flag] : ['signal'])
  const options = given ?? ({} as Options)
  assertSignal(options.signal)
  const value = flag && options[flag]
  if (value !== undefined && typeof value !== 'boolean') throw unexpected(flag!, 'true or false', value)
  return options
}

/**
 * The one file that knows the whole route: a store, models, and what the two make together.
 *
 * @module
 */
import { assertOptions, assertSignal, unexpected } from './arguments.ts'
import { isName } from './data/name.ts'
import { type Environment, systemEnvironment } from './environment.ts'
import { engineError } from './errors.ts'
import { DEFAULT_JOURNAL_TABLE, journalTable } from './journal/journal-table.ts'
import { Trimmer } from './journal/trimmer.ts'
import { tableDefinition } from './model/key.ts'
import { type AnyModel, isModel } from './model/model.ts'
import { checkScheduler, type SchedulerOptions } from './scheduler/options.ts'
import { pacedStore } from './scheduler/paced-store.ts'
import type { ResourceReport } from './scheduler/resource.ts'
import type { RequestOptions, Store } from './store/store.ts'
import type { TableDefinition } from './store/table-definition.ts'
import { type UnitOfWorkRunner, unitOfWorkRunner } from './unit-of-work/run.ts'

export interface EngineOptions {
  readonly store: Store
  /** Every model that units of work of this engine use. Several may share a table. */
  readonly models: readonly AnyModel[]
  /** Where outcomes of idempotent units of work are kept. Default `draftwork-journal`. */
  readonly journalTable?: string | undefined
  /**
   * Paces requests to the capacity that was paid for. On by default for stores that have a `throughput` to tell, as
   * DynamoDB's has; options turn it on for any store, and false turns it off.
   */
  readonly scheduler?: SchedulerOptions | false | undefined
  /** Clock and chance, for simulations. Default: the machine's. */
  readonly environment?: Environment | undefined
}

export interface Tables {
  /** Creates the tables of all models and the journal table, and waits until they can be used. Tables that exist with the same keys stay. */
  create(options?: RequestOptions): Promise<void>
  /** Deletes the tables of all models, with everything in them. */
  delete(options?: RequestOptions): Promise<void>
}

export interface Engine {
  readonly unitOfWork: UnitOfWorkRunner
  readonly tables: Tables
  /** How every table and index stands that was used so far, reads and writes apart; nothing where nothing is paced. */
  capacity(): readonly ResourceReport[]
  /** Waits for work that goes on behind commits, then closes the store. Units of work that start later fail with `CLOSED`. */
  close(): Promise<void>
}

/** @throws `INVALID_ARGUMENT`, `INVALID_MODEL` where two models contradict each other about a table or share a name */
export function createEngine(options: EngineOptions): Engine {
  assertOptions(options ?? null)
  const { store: given, models, journalTable: journal = DEFAULT_JOURNAL_TABLE } = options
  const { environment = systemEnvironment, scheduler = given?.throughput ? {} : false } = options
  if (typeof given?.commit !== 'function') {
    throw engineError('INVALID_ARGUMENT', 'Expected a store, such as memoryStore() or dynamodbStore({ client }).', {
      argument: 'store',
    })
  }
  if (!isName(journal)) {
    throw unexpected('journalTable', 'the name of a table', journal)
  }
  const missing = (['now', 'random', 'sleep'] as const).find((name) => typeof environment?.[name] !== 'function')
  if (missing) throw unexpected(`environment.${missing}`, 'a function', environment?.[missing])
  const paced =
    scheduler === false ? undefined : pacedStore(given, { ...checked(scheduler), environment, journalTable: journal })
  const store: Store = paced ?? given
  const tables = [...tablesOf(models), journalTable(journal)]
  const trimmer = new Trimmer(store, environment)
  let closed: Promise<void> | undefined
  return Object.freeze({
    unitOfWork: unitOfWorkRunner({
      store,
      models: new Set(models),
      environment,
      trimmer,
      journalTable: journal,
      isClosed: () => closed !== undefined,
    }),
    tables: Object.freeze({
      async create(options: RequestOptions = {}) {
        assertOptions(options)
        assertSignal(options.signal)
        await Promise.all(tables.map((table) => store.createTable(table, options)))
      },
      async delete(options: RequestOptions = {}) {
        assertOptions(options)
        assertSignal(options.signal)
        await Promise.all(tables.map(({ table }) => store.deleteTable(table, options)))
      },
    }),
    capacity: () => paced?.capacity() ?? [],
    close() {
      closed ??= trimmer.settled().then(() => store.close())
      return closed
    },
  })
}

function checked(scheduler: SchedulerOptions): SchedulerOptions {
  if (typeof scheduler !== 'object') throw unexpected('scheduler', 'options or false', scheduler)
  return checkScheduler(scheduler)
}

/** One definition a table; models that share one must agree on its keys. */
function tablesOf(models: readonly AnyModel[]): readonly TableDefinition[] {
  if (!Array.isArray(models))
    throw engineError('INVALID_ARGUMENT', 'Expected models to be a list.', { argument: 'models' })
  const byName = new Map<string, AnyModel>()
  const tables = new Map<string, { readonly definition: TableDefinition; readonly model: AnyModel }>()
  // `from` also visits the gaps of a sparse list.
  for (const model of Array.from(models)) {
    if (!isModel(model)) {
      throw engineError('INVALID_ARGUMENT', 'Expected models made by defineModel.', { argument: 'models' })
    }
    if (byName.has(model.name)) {
      throw engineError('INVALID_MODEL', `Two models are named ${model.name}; give one of them another name.`, {
        model: model.name,
      })
    }
    byName.set(model.name, model)
    const definition = tableDefinition(model)
    const known = tables.get(model.table)
    if (!known) tables.set(model.table, { definition, model })
    else if (keysOf(known.definition) !== keysOf(definition)) {
      throw engineError(
        'INVALID_MODEL',
        `${known.model.name} and ${model.name} share table ${model.table} but have different keys: ` +
          `${keysOf(known.definition)} and ${keysOf(definition)}.`,
        { model: model.name },
      )
    } else if (!model.definition.type || !known.model.definition.type) {
      throw engineError(
        'INVALID_MODEL',
        `${known.model.name} and ${model.name} share table ${model.table}; give each a type.`,
        { model: model.name },
      )
    }
  }
  return [...tables.values()].map(({ definition }) => definition)
}

const keysOf = ({ partition, sort }: TableDefinition): string =>
  [partition, sort]
    .map((key) => (key ? `${key.name} (${key.type})` : ''))
    .join(' ')
    .trim()

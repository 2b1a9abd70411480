/**
 * The one file that knows the whole route: a store, models, and what the two make together.
 *
 * @module
 */
import { assertObject, assertOptions, invalidArgument, unexpected } from './arguments.ts'
import { isTableName } from './data/name.ts'
import { type Environment, systemEnvironment } from './environment.ts'
import { engineError } from './errors.ts'
import { type History, historyOf } from './history/history.ts'
import { DEFAULT_JOURNAL_TABLE, journalTable } from './journal/journal-table.ts'
import { NumberSource } from './journal/number-source.ts'
import { Sealer } from './journal/sealer.ts'
import { type MigrationsOfTables, migrationsOfTables } from './migrations/migrations.ts'
import { type AnyModel, isModel } from './model/model.ts'
import { joinObservers } from './observation/join-observers.ts'
import { type LogOptions, logObserver } from './observation/log.ts'
import type { Logger } from './observation/logger.ts'
import { observedStore } from './observation/observed-store.ts'
import { observedWaits } from './observation/observed-waits.ts'
import type { Observer } from './observation/observer.ts'
import { type Records, recordsOf } from './records/records.ts'
import { checkScheduler, type SchedulerOptions } from './scheduler/options.ts'
import { pacedStore } from './scheduler/paced-store.ts'
import type { ResourceReport } from './scheduler/resource.ts'
import { inBackground } from './store/in-background.ts'
import type { Store } from './store/store.ts'
import type { TableDefinition } from './store/table-definition.ts'
import { modelTables, namesOf, type TableSettings, withSettings } from './tables/model-tables.ts'
import { engineTables, type Tables } from './tables/tables.ts'
import { type UnitOfWorkRunner, unitOfWorkRunner } from './unit-of-work/run.ts'

/** What an engine works with. Only the store and the models are needed. */
export interface EngineOptions {
  /** Where records are. `close` of the engine closes it. */
  readonly store: Store
  /** Every model that units of work of this engine use. Several may share a table. */
  readonly models: readonly AnyModel[]
  /**
   * Where the engine keeps what is beside records: blocks of histories, outcomes, counters, progress of migrations, leases.
   * Default `draftwork-journal`.
   */
  readonly journalTable?: string | undefined
  /**
   * What every entry of the history tells besides its changes, such as who acts and for which request: plain data. Asked
   * once for each unit of work, when it starts; `options.metadata` of `run` is put over it.
   */
  readonly metadata?: (() => Readonly<Record<string, unknown>> | undefined) | undefined
  /** What tables cost, by name of the table; default on demand. The journal table's among them. */
  readonly tables?: Readonly<Record<string, TableSettings>> | undefined
  /**
   * Paces requests to the capacity that was paid for. On by default for stores that have a `throughput` to tell, as
   * DynamoDB's has; options turn it on for any store, and false turns it off.
   */
  readonly scheduler?: SchedulerOptions | false | undefined
  /**
   * Where the engine's three loggers write, `model`, `model.database-access` and `transactions`: pino, the console, or
   * one for each. Keys are logged, values of attributes are not unless asked for. Default silent.
   */
  readonly log?: Logger | LogOptions | undefined
  /** Whoever else watches, such as `opentelemetry()` of `draftwork/opentelemetry`. Default nobody. */
  readonly telemetry?: Observer | undefined
  /** Clock and chance, for simulations. Default: the machine's. */
  readonly environment?: Environment | undefined
}

/**
 * One store with its models: what programs call. Several engines may be over the same tables, also in other
 * processes.
 */
export interface Engine {
  /** Runs domain functions as units of work. */
  readonly unitOfWork: UnitOfWorkRunner
  /** What happened to records, and what they were. */
  readonly history: History
  /** Reads and writes in bulk, outside of units of work. */
  readonly records: Records
  /** The tables that the models need: made, compared, changed. */
  readonly tables: Tables
  /** Brings the items of whole tables to another schema version. */
  readonly migrations: MigrationsOfTables
  /** How every table and index stands that was used so far, reads and writes apart; nothing where nothing is paced. */
  capacity(): readonly ResourceReport[]
  /**
   * Waits for work that goes on beside commits, cuts the tails that wait for a commit, then closes the store. Units of work
   * that are under way are not waited for: what they have not committed by then fails with `CLOSED`, as do those that start
   * later.
   */
  close(): Promise<void>
}

const optionNames = Object.keys({
  store: 1,
  models: 1,
  journalTable: 1,
  metadata: 1,
  tables: 1,
  scheduler: 1,
  log: 1,
  telemetry: 1,
  environment: 1,
} satisfies Record<keyof EngineOptions, 1>)

/** @throws `INVALID_ARGUMENT`, `INVALID_MODEL` where two models contradict each other about a table or share a name */
export function createEngine(options: EngineOptions): Engine {
  assertObject(options, 'options', optionNames)
  const { store: given, models, tables: settings, environment = systemEnvironment, metadata } = options
  const { journalTable: journal = DEFAULT_JOURNAL_TABLE, scheduler = given?.throughput ? {} : false } = options
  if (typeof given?.commit !== 'function') {
    throw invalidArgument('store', 'Expected a store, such as memoryStore() or dynamodbStore({ client }).')
  }
  if (!isTableName(journal)) {
    throw unexpected('journalTable', 'the name of a table', journal)
  }
  const missing = (['now', 'random', 'sleep'] as const).find((name) => typeof environment?.[name] !== 'function')
  if (missing) throw unexpected(`environment.${missing}`, 'a function', environment?.[missing])
  if (metadata !== undefined && typeof metadata !== 'function') throw unexpected('metadata', 'a function', metadata)
  const tables = withSettings(
    [...modelTables(checkModels(models), given.needsStreams === true), journalTable(journal)],
    settings,
  )
  const observer = joinObservers([
    ...(options.log === undefined ? [] : [logObserver(options.log, () => environment.now())]),
    ...(options.telemetry === undefined ? [] : [checkedObserver(options.telemetry)]),
  ])
  // Watched as they are sent: what waits for capacity is no request yet.
  const sent = observer ? observedStore(given, observer) : given
  const paced =
    scheduler === false
      ? undefined
      : pacedStore(sent, {
          ...checkedScheduler(scheduler, tables),
          environment,
          journalTable: journal,
          onWait: observer && observedWaits(observer),
        })
  const store: Store = paced ?? sent
  for (const { name, table, definition } of models) {
    observer?.note?.({
      kind: 'defined',
      model: name,
      table,
      key: definition.keyNames,
    })
  }
  const sealer = new Sealer({ store, environment, journalTable: journal })
  let closed: Promise<void> | undefined
  const isClosed = () => closed !== undefined
  const known = new Set(models)
  const numbers = new NumberSource(store, journal, environment)
  const parts = { models: known, environment, sealer, numbers, metadata, journalTable: journal, isClosed, observer }
  const unitOfWork = unitOfWorkRunner({ ...parts, store })
  return Object.freeze({
    unitOfWork,
    history: historyOf({ store, environment, models: known, journalTable: journal, unitOfWork }),
    records: recordsOf({ store, models: known, environment, isClosed }),
    migrations: migrationsOfTables({
      ...{ store, models: known, environment, journalTable: journal, observer },
      background(rate) {
        const behind = inBackground(store, rate)
        return { store: behind, unitOfWork: unitOfWorkRunner({ ...parts, store: behind }) }
      },
    }),
    tables: engineTables(store, tables),
    capacity: () => paced?.capacity() ?? [],
    close() {
      closed ??= sealer.close().then(() => store.close())
      return closed
    },
  })
}

function checkedScheduler(scheduler: SchedulerOptions, tables: readonly TableDefinition[]): SchedulerOptions {
  if (typeof scheduler !== 'object') throw unexpected('scheduler', 'options or false', scheduler)
  const options = checkScheduler(scheduler)
  // A limit of a table that nobody uses would pace nothing, and say nothing of it.
  assertOptions(options.limits, 'scheduler.limits', namesOf(tables))
  return options
}

function checkedObserver(observer: Observer): Observer {
  if (typeof observer === 'object' && observer !== null) return observer
  throw unexpected('telemetry', 'an observer, such as opentelemetry()', observer)
}

/** Throws for what is no list of models, or one in which two have the same name. */
function checkModels(models: readonly AnyModel[]): readonly AnyModel[] {
  if (!Array.isArray(models)) throw invalidArgument('models', 'Expected models to be a list.')
  const names = new Set<string>()
  // `from` also visits the gaps of a sparse list.
  for (const model of Array.from(models)) {
    if (!isModel(model)) {
      throw invalidArgument('models', 'Expected models made by defineModel.')
    }
    if (names.has(model.name)) {
      throw engineError('INVALID_MODEL', `Two models are named ${model.name}; give one of them another name.`, {
        model: model.name,
      })
    }
    names.add(model.name)
  }
  return models
}

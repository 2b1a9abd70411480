/**
 * Migrating all records of a model at once, beside whatever else goes on in the table.
 *
 * Never needed for reading: records of older versions are migrated as they are read. It makes old items new, so that steps
 * can be dropped and indexes find what they are to find; or takes them back.
 *
 * @module
 */
import { unexpected } from '../arguments.ts'
import type { Item } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { type EngineError, engineError, isEngineError } from '../errors.ts'
import { keyOfItem } from '../model/invalid-item.ts'
import { assertKnown } from '../model/known-models.ts'
import { itemAs, schemaVersionOf } from '../model/migrate.ts'
import type { AnyModel } from '../model/model.ts'
import { decodeItem } from '../model/record.ts'
import type { Observer } from '../observation/observer.ts'
import { anySignal } from '../store/any-signal.ts'
import type { Store } from '../store/store.ts'
import type { UnitOfWorkRunner } from '../unit-of-work/run.ts'
import { migrateRecord } from './migrate-record.ts'
import { type CheckedOptions, checkedOptions, type MigrationRunOptions } from './migration-options.ts'
import { freshSegments, MigrationProgress, type RunProgress } from './migration-progress.ts'
import {
  addCounts,
  type Counts,
  MAX_FAILURES,
  type MigrationFailure,
  type MigrationReport,
  noCounts,
  reportOf,
} from './migration-report.ts'
import { RateLimiter } from './rate-limiter.ts'

/** Where a model's table stands. */
export interface MigrationStatus {
  readonly model: string
  /** What records are written as. */
  readonly version: number
  /** The last run that wrote, finished or not; undefined where there never was one. It keeps no failures, only their number. */
  readonly lastRun: MigrationReport | undefined
}

/** Migrates whole tables, which reading alone never needs: `engine.migrations`. */
export interface MigrationsOfTables {
  /**
   * Brings all records of a model to one schema version. May run beside units of work that change them, and again after
   * it was killed. Items that cannot be migrated are counted and listed, and stay as they are. In a table of several models
   * only items that bear the model's type are its own.
   *
   * @throws `INVALID_ARGUMENT`; `ABORTED`, after which `resume` goes on; what the store throws
   */
  run(model: AnyModel, options?: MigrationRunOptions): Promise<MigrationReport>
  /** Which version is written, and how the last run that wrote stands, also one of another process. */
  status(model: AnyModel): Promise<MigrationStatus>
}

interface MigrationsParts {
  readonly store: Store
  readonly models: ReadonlySet<AnyModel>
  readonly environment: Environment
  readonly journalTable: string
  readonly observer: Observer | undefined
  /** What a run works with: behind everybody else, with at most this share of each table's capacity. */
  readonly background: (rate: number | undefined) => { readonly store: Store; readonly unitOfWork: UnitOfWorkRunner }
}

const SEGMENTS = 4
/** Items a page: what is looked at again, at most, after a kill. */
const PAGE = 100

export function migrationsOfTables(parts: MigrationsParts): MigrationsOfTables {
  const { models, environment } = parts
  const progress = new MigrationProgress(parts.store, parts.journalTable, environment)

  async function run(model: AnyModel, options: MigrationRunOptions = {}): Promise<MigrationReport> {
    assertKnown(models, model)
    const checked = checkedOptions(model, options)
    const { to, dryRun, signal } = checked
    const { store, unitOfWork } = parts.background(checked.share)
    const begun = await begin(model, checked)
    const segments = [...begun.segments]
    const failures: MigrationFailure[] = []
    const limiter = new RateLimiter(checked.perSecond, environment)
    const report = () => reportOf(model, { ...begun, segments }, dryRun, failures)
    // Where one segment fails, the others stop as well.
    const failing = new AbortController()
    const { signal: stop, release } = anySignal([signal, failing.signal])

    const isWritten = async (item: Item): Promise<boolean> => {
      if (schemaVersionOf(model, item) === to) return false
      if (dryRun) {
        const target = itemAs(model, item, to)
        if (to === model.version) decodeItem(model, target)
        return true
      }
      await limiter.turn(stop)
      return migrateRecord(unitOfWork, model, item, to, stop)
    }

    const visit = async (item: Item): Promise<Counts> => {
      try {
        return { ...noCounts, scanned: 1, [(await isWritten(item)) ? 'migrated' : 'untouched']: 1 }
      } catch (thrown) {
        if (!isOfTheItem(thrown)) throw thrown
        if (failures.length < MAX_FAILURES) failures.push({ key: keyOfItem(model, item), error: thrown })
        return { ...noCounts, scanned: 1, failed: 1 }
      }
    }

    const walk = async (index: number): Promise<void> => {
      const segment = segments.length > 1 ? { index, of: segments.length } : undefined
      for (let at = segments[index]!; !at.isDone; at = segments[index]!) {
        const request = { table: model.table, consistent: true, limit: PAGE, from: at.from, segment }
        const page = await store.scan(request, { signal: stop })
        let { counts } = at
        for (const item of page.items) {
          if (stop.aborted) throw aborted(stop)
          if (belongsTo(model, item)) counts = addCounts(counts, await visit(item))
        }
        segments[index] = { from: page.next, isDone: page.next === undefined, counts }
        if (!dryRun) await progress.save(model, begun, index, segments[index])
        await checked.onProgress?.(report())
      }
    }

    const walks = segments.map((_, index) => walk(index).catch((thrown: unknown) => failing.abort(thrown)))
    await Promise.all(walks)
    release()
    if (signal?.aborted) throw aborted(signal)
    if (failing.signal.aborted) throw failing.signal.reason
    const done = report()
    const { scanned, migrated, untouched, failed } = done
    if (!dryRun)
      parts.observer?.note?.({ kind: 'migrated', model: model.name, to, scanned, migrated, untouched, failed })
    return done
  }

  async function begin(model: AnyModel, { to, segments, dryRun, resume }: CheckedOptions): Promise<RunProgress> {
    const last = resume ? await progress.find(model) : undefined
    if (last?.to === to) {
      if (segments === undefined || segments === last.segments.length) return last
      throw unexpected('segments', `${last.segments.length}, as of the run that is resumed`, segments)
    }
    const count = segments ?? SEGMENTS
    return dryRun ? { run: '', to, segments: freshSegments(count) } : progress.start(model, to, count)
  }

  async function status(model: AnyModel): Promise<MigrationStatus> {
    assertKnown(models, model)
    const last = await progress.find(model)
    const { name, version } = model
    return Object.freeze({ model: name, version, lastRun: last && reportOf(model, last, false, []) })
  }

  return Object.freeze({ run, status })
}

/** In a table of several models, only what says that it is this model's. */
const belongsTo = ({ definition: { type } }: AnyModel, item: Item): boolean =>
  !type || item[type.attribute] === type.value

/** What is wrong with one item, and not with the run. */
const isOfTheItem = (thrown: unknown): thrown is EngineError =>
  (['INVALID_RECORD', 'UNKNOWN_SCHEMA_VERSION', 'TOO_LARGE', 'CONFLICT'] as const).some((code) =>
    isEngineError(thrown, code),
  )

const aborted = ({ reason }: AbortSignal): EngineError =>
  engineError('ABORTED', 'The migration was aborted; go on with it by resume: true.', {}, { cause: reason })

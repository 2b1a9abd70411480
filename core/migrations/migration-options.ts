/**
 * How a table is migrated, as callers say it.
 *
 * @module
 */
import { assertOptions, assertSignal, invalidArgument, unexpected } from '../arguments.ts'
import type { AnyModel } from '../model/model.ts'
import type { MigrationReport } from './migration-report.ts'

/** How a table is brought to another version, and how fast. */
export interface MigrationRunOptions {
  /** The version to bring items to. An older one takes them back by `down`: stop newer code first. Default: the model's. */
  readonly to?: number | undefined
  /** Parts of the table that are walked at the same time, each one record after the other. Default 4. */
  readonly segments?: number | undefined
  /**
   * Up to 1: at most this share of the table's capacity, as in all bulk work; where the engine paces. Above 1: records
   * written a second, at most, all segments together. Default: all that others leave, as fast as the store allows.
   */
  readonly rate?: number | undefined
  /** Writes nothing: counts what would be migrated, and finds what could not be. Default false. */
  readonly dryRun?: boolean | undefined
  /** Goes on where the last run to the same version was interrupted, with its segments. Default false: from the beginning. */
  readonly resume?: boolean | undefined
  /** Called after each page of a segment. `progressBar()` shows it on a terminal. A promise is waited for; what is thrown ends the run. */
  readonly onProgress?: ((report: MigrationReport) => unknown) | undefined
  /** Stops between two records; `resume` goes on later. */
  readonly signal?: AbortSignal | undefined
}

const names = ['to', 'segments', 'rate', 'dryRun', 'resume', 'onProgress', 'signal']
const MAX_SEGMENTS = 1000

/** With defaults. Throws INVALID_ARGUMENT. */
export function checkedOptions(model: AnyModel, options: MigrationRunOptions) {
  assertOptions(options, 'options', names)
  const { to = model.version, segments, rate, dryRun = false, resume = false, onProgress, signal } = options
  assertReachable(model, to)
  if (segments !== undefined && !(Number.isInteger(segments) && segments >= 1 && segments <= MAX_SEGMENTS)) {
    throw unexpected('segments', `a whole number from 1 to ${MAX_SEGMENTS}`, segments)
  }
  if (rate !== undefined && !(Number.isFinite(rate) && rate > 0))
    throw unexpected('rate', 'a share of the capacity up to 1, or records a second', rate)
  for (const [name, value] of Object.entries({ dryRun, resume })) {
    if (typeof value !== 'boolean') throw unexpected(name, 'true or false', value)
  }
  if (dryRun && resume) throw unexpected('resume', 'left out of a dry run, which keeps no progress', resume)
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw unexpected('onProgress', 'a function', onProgress)
  }
  assertSignal(signal)
  const isShare = rate !== undefined && rate <= 1
  const pace = { share: isShare ? rate : undefined, perSecond: isShare ? undefined : rate }
  return { to, segments, ...pace, dryRun, resume, onProgress, signal }
}

export type CheckedOptions = ReturnType<typeof checkedOptions>

function assertReachable({ name, version, definition: { migrations } }: AnyModel, to: number): void {
  if (!migrations) {
    throw invalidArgument('model', `${name} has no migrations; name them in its defineModel.`)
  }
  if (!Number.isInteger(to) || to < migrations.first || to > version) {
    throw unexpected('to', `a version from ${migrations.first} to ${version}`, to)
  }
  const from = to + migrations.steps.slice(to - migrations.first).findLastIndex((step) => !step.down)
  if (from >= to) {
    throw unexpected('to', `a version that can be gone back to, but the step ${from}→${from + 1} has no down`, to)
  }
}

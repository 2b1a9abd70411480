/**
 * What a scheduler is told, and what it takes where it is told nothing.
 *
 * @module
 */
import { assertOptions, unexpected } from '../arguments.ts'
import type { TableThroughput } from '../store/capacity.ts'

/** How requests are paced. The defaults suit a process that has its tables to itself. */
export interface SchedulerOptions {
  /**
   * Units a second by table. What is not given is asked of the store, or learned from throttles; of a table whose reads and
   * writes are both given nothing is asked, not of its indexes either. An engine refuses tables that are not its own.
   */
  readonly limits?: { readonly [table: string]: TableThroughput } | undefined
  /** Of each limit, above 0 and up to 1: what is left is for others. Default 1. */
  readonly share?: number | undefined
  /**
   * Divides each limit among all processes that use the table, which find each other through leases in the journal table.
   * Default false: this process takes its `share`, whoever else there is.
   */
  readonly coordinate?: boolean | undefined
  /** Uses what DynamoDB keeps of unused capacity for up to five minutes, as well as it can. Default false. */
  readonly burst?: boolean | undefined
  /** Requests under way at once. Default 100. */
  readonly concurrency?: number | undefined
  /** Requests that wait for capacity at once; more are refused with `THROTTLED`. Default 10,000. */
  readonly maxQueue?: number | undefined
  /** Milliseconds that a commit or a read waits for capacity at most, unless it says otherwise. Default 30,000. */
  readonly maxWait?: number | undefined
}

export type CheckedOptions = {
  readonly [Name in Exclude<keyof SchedulerOptions, 'limits'>]-?: NonNullable<SchedulerOptions[Name]>
} & { readonly limits: NonNullable<SchedulerOptions['limits']> }

const defaults: CheckedOptions = {
  limits: {},
  share: 1,
  coordinate: false,
  burst: false,
  concurrency: 100,
  maxQueue: 10_000,
  maxWait: 30_000,
}

/** @throws `INVALID_ARGUMENT` */
export function checkScheduler(given: SchedulerOptions | undefined): CheckedOptions {
  assertOptions(given, 'scheduler', Object.keys(defaults))
  const own = Object.entries(given ?? {}).filter(([, value]) => value !== undefined)
  const options: CheckedOptions = { ...defaults, ...Object.fromEntries(own) }
  for (const name of ['coordinate', 'burst'] as const) {
    if (typeof options[name] !== 'boolean') throw unexpected(`scheduler.${name}`, 'true or false', options[name])
  }
  for (const name of ['concurrency', 'maxQueue'] as const) {
    if (!(Number.isSafeInteger(options[name]) && options[name] > 0)) {
      throw unexpected(`scheduler.${name}`, 'an integer, at least 1', options[name])
    }
  }
  checkRate(options.share, 'scheduler.share')
  checkMaxWait(options.maxWait, 'scheduler.maxWait')
  assertOptions(options.limits, 'scheduler.limits')
  const limits = Object.entries(options.limits).filter(([, own]) => own !== undefined)
  for (const [table, own] of limits) checkLimits(own, `scheduler.limits.${table}`)
  return { ...options, limits: Object.fromEntries(limits) }
}

export function checkRate(rate: unknown, argument: string): void {
  if (!(typeof rate === 'number' && rate > 0 && rate <= 1)) {
    throw unexpected(argument, 'a share, above 0 and up to 1', rate)
  }
}

export function checkMaxWait(maxWait: unknown, argument: string): void {
  if (!(typeof maxWait === 'number' && maxWait >= 0)) throw unexpected(argument, 'a number of milliseconds', maxWait)
}

function checkLimits(limits: TableThroughput, argument: string): void {
  assertOptions(limits, argument)
  for (const [name, value] of Object.entries(limits ?? {})) {
    if (value === undefined) continue
    if (name === 'indexes') {
      assertOptions(value, `${argument}.indexes`)
      for (const [index, own] of Object.entries(value))
        checkLimits(own as TableThroughput, `${argument}.indexes.${index}`)
    } else if (name !== 'read' && name !== 'write') throw unexpected(argument, 'read, write and indexes', name)
    else if (!(typeof value === 'number' && value > 0)) {
      throw unexpected(`${argument}.${name}`, 'a number of units a second, above 0', value)
    }
  }
}

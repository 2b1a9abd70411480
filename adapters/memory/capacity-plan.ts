/**
 * Provisioned capacity as a memory store may be given it: what is paid for, and what is kept of it.
 *
 * @module
 */
import { assertObject, assertOptions, unexpected } from '../../core/arguments.ts'

/** Units a second. */
export interface ProvisionedUnits {
  readonly read: number
  readonly write: number
}

/** What was paid for on one table, and what becomes of it when it is not used. */
export interface ProvisionedTable extends ProvisionedUnits {
  /** Seconds of unused capacity that are kept, by the table and by each index; all of it is there at first. Default 300. */
  readonly burstSeconds?: number | undefined
  /**
   * How many partitions the keys are spread over, each of which gives at most 1,000 units of writing and 3,000 of reading
   * a second. Default: as many as the table needs at least.
   */
  readonly partitions?: number | undefined
  /** Of global indexes; those that are not named have no limit. */
  readonly indexes?: { readonly [name: string]: ProvisionedUnits } | undefined
}

/** Which tables are provisioned, and with how much. */
export interface CapacityPlan {
  /** Tables that are not named are on demand. */
  readonly tables: { readonly [table: string]: ProvisionedTable }
}

/** @throws `INVALID_ARGUMENT` */
export function checkCapacity(plan: CapacityPlan): void {
  assertObject(plan, 'adversity.capacity', ['tables'])
  assertObject(plan.tables, 'adversity.capacity.tables')
  for (const [table, provisioned] of Object.entries(plan.tables)) {
    checkProvisioned(provisioned, `adversity.capacity.tables.${table}`)
  }
}

/** @throws `INVALID_ARGUMENT` */
export function checkProvisioned(provisioned: ProvisionedTable, argument: string): void {
  assertObject(provisioned, argument, ['read', 'write', 'burstSeconds', 'partitions', 'indexes'])
  checkUnits(provisioned, argument)
  const { burstSeconds = 300, partitions = 1, indexes = {} } = provisioned
  if (!(typeof burstSeconds === 'number' && burstSeconds > 0)) {
    throw unexpected(`${argument}.burstSeconds`, 'a number of seconds, above 0', burstSeconds)
  }
  if (!(Number.isSafeInteger(partitions) && partitions > 0)) {
    throw unexpected(`${argument}.partitions`, 'an integer, at least 1', partitions)
  }
  assertOptions(indexes, `${argument}.indexes`)
  for (const [name, units] of Object.entries(indexes)) {
    assertObject(units, `${argument}.indexes.${name}`, ['read', 'write'])
    checkUnits(units, `${argument}.indexes.${name}`)
  }
}

function checkUnits(units: ProvisionedUnits, argument: string): void {
  for (const kind of ['read', 'write'] as const) {
    const value: unknown = units[kind]
    if (!(typeof value === 'number' && value > 0))
      throw unexpected(`${argument}.${kind}`, 'units a second, above 0', value)
  }
}

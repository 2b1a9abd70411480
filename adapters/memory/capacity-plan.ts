/**
 * Provisioned capacity as a memory store may be given it: what is paid for, and what is kept of it.
 *
 * @module
 */
import { engineError } from '../../core/errors.ts'

/** Units a second. */
export interface ProvisionedUnits {
  readonly read: number
  readonly write: number
}

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

export interface CapacityPlan {
  /** Tables that are not named are on demand. */
  readonly tables: { readonly [table: string]: ProvisionedTable }
}

/** @throws `INVALID_ARGUMENT` */
export function checkCapacity(plan: CapacityPlan): void {
  for (const [table, provisioned] of Object.entries(plan?.tables ?? {})) {
    checkProvisioned(provisioned, `adversity.capacity.tables.${table}`)
  }
}

/** @throws `INVALID_ARGUMENT` */
export function checkProvisioned(provisioned: ProvisionedTable, argument: string): void {
  checkUnits(provisioned, argument)
  const { burstSeconds = 300, partitions = 1, indexes = {} } = provisioned
  if (!(burstSeconds > 0)) throw refusal(`${argument}.burstSeconds`, 'a number of seconds, above 0', burstSeconds)
  if (!(Number.isSafeInteger(partitions) && partitions > 0)) {
    throw refusal(`${argument}.partitions`, 'an integer, at least 1', partitions)
  }
  for (const [name, units] of Object.entries(indexes)) checkUnits(units, `${argument}.indexes.${name}`)
}

function checkUnits(units: ProvisionedUnits, argument: string): void {
  for (const kind of ['read', 'write'] as const) {
    const value: unknown = units?.[kind]
    if (!(typeof value === 'number' && value > 0))
      throw refusal(`${argument}.${kind}`, 'units a second, above 0', value)
  }
}

const refusal = (argument: string, expected: string, got: unknown) =>
  engineError('INVALID_ARGUMENT', `Expected ${argument} to be ${expected}, got ${String(got)}.`, { argument })

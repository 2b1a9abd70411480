/**
 * Reads a throttling reason as DynamoDB words it: `TableWriteProvisionedThroughputExceeded arn:…:table/players/index/byName`.
 *
 * @module
 */
import type { Kind, ResourceName } from './resource.ts'

export interface Throttle {
  /** Undefined where the reason names none: all that the request needed is suspect. */
  readonly table: string | undefined
  readonly index: string | undefined
  readonly kind: Kind | undefined
  /** A partition gave all it can, however much its table has left. */
  readonly isHot: boolean
}

const precise =
  /^(?:Table|Index)(Read|Write)(Provisioned|KeyRange|MaxOnDemand)ThroughputExceeded$|^(?:Table|Index)(Read|Write)AccountLimitExceeded$/

/** Of answers that name at most the table. */
const vague = new Set([
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'ThrottlingError',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'UnprocessedKeys',
  'UnprocessedItems',
])

/** Undefined for a reason that has nothing to do with capacity, such as a connection that was refused. */
export function readThrottle(reason: string): Throttle | undefined {
  const [what = '', where] = reason.split(' ')
  const { table, index } = placeOf(where)
  const match = precise.exec(what)
  if (!match) return vague.has(what) ? { table, index, kind: undefined, isHot: false } : undefined
  const kind = (match[1] ?? match[3]) === 'Read' ? 'read' : 'write'
  return { table, index, kind, isHot: match[2] === 'KeyRange' }
}

/** From an ARN or a plain name. */
function placeOf(where: string | undefined): {
  readonly table: string | undefined
  readonly index: string | undefined
} {
  if (where === undefined) return { table: undefined, index: undefined }
  const parts = /(?:^|:table\/)([^/:]+)(?:\/index\/([^/]+))?$/.exec(where)
  return { table: parts?.[1], index: parts?.[2] }
}

/** Whether the throttle is for the lack of this. */
export function concerns({ table, index, kind }: Throttle, resource: ResourceName): boolean {
  if (table === undefined) return kind === undefined || kind === resource.kind
  // A table may also be named by its ARN.
  const isTable = resource.table === table || resource.table.endsWith(`:table/${table}`)
  return isTable && resource.index === index && (kind === undefined || kind === resource.kind)
}

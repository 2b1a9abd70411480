/**
 * What a table was given to live on, as DescribeTable tells it.
 *
 * @module
 */
import type { DynamoDBClient, OnDemandThroughput, ProvisionedThroughputDescription } from '@aws-sdk/client-dynamodb'
import type { TableThroughput, Throughput } from '../../core/store/capacity.ts'
import { look } from './settled-table.ts'

/** Undefined for a table that is not there, and for one on demand without maxima. */
export async function describeThroughput(
  client: DynamoDBClient,
  table: string,
  signal: AbortSignal | undefined,
): Promise<TableThroughput | undefined> {
  const found = await look(table, { client, signal })
  const own = found && readThroughput(found)
  const indexes = (found?.GlobalSecondaryIndexes ?? []).map(
    (index) => [index.IndexName ?? '', readThroughput(index)] as const,
  )
  if (own === undefined && indexes.every(([, units]) => units === undefined)) return undefined
  return { ...own, indexes: Object.fromEntries(indexes.map(([name, units]) => [name, units ?? {}])) }
}

interface Described {
  readonly ProvisionedThroughput?: ProvisionedThroughputDescription | undefined
  readonly OnDemandThroughput?: OnDemandThroughput | undefined
}

/** A table on demand tells zeros as provisioned, and -1 for a maximum that is none. */
function readThroughput({ ProvisionedThroughput: given, OnDemandThroughput: most }: Described): Throughput | undefined {
  const read = positive(given?.ReadCapacityUnits) ?? positive(most?.MaxReadRequestUnits)
  const write = positive(given?.WriteCapacityUnits) ?? positive(most?.MaxWriteRequestUnits)
  return read === undefined && write === undefined ? undefined : { read, write }
}

const positive = (units: number | undefined): number | undefined =>
  units !== undefined && units > 0 ? units : undefined

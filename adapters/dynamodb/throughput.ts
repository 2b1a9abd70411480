/**
 * What a table was given to live on, as DescribeTable tells it.
 *
 * @module
 */
import {
  DescribeTableCommand,
  type DynamoDBClient,
  type OnDemandThroughput,
  type ProvisionedThroughputDescription,
} from '@aws-sdk/client-dynamodb'
import type { TableThroughput, Throughput } from '../../core/store/capacity.ts'

/** Undefined for a table that is not there, and for one on demand without maxima. */
export async function describeThroughput(
  client: DynamoDBClient,
  table: string,
  signal: AbortSignal | undefined,
): Promise<TableThroughput | undefined> {
  const answer = await client
    .send(new DescribeTableCommand({ TableName: table }), signal ? { abortSignal: signal } : {})
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
      throw error
    })
  const found = answer?.Table
  if (!found) return undefined
  const indexes = found.GlobalSecondaryIndexes ?? []
  const own = readThroughput(found)
  const ofIndexes = Object.fromEntries(indexes.map((index) => [index.IndexName ?? '', readThroughput(index)]))
  return own === undefined && indexes.every((index) => readThroughput(index) === undefined)
    ? undefined
    : { ...own, indexes: Object.fromEntries(Object.entries(ofIndexes).map(([name, units]) => [name, units ?? {}])) }
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

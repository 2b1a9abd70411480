/**
 * The DynamoDB that a suite talks to: the one that the command line names, or a DynamoDB Local of its own.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { dynamodbLocal, localClient } from '../test/support/dynamodb-local.ts'
import type { BenchOptions } from './suite.ts'

type MakeClient = (config?: DynamoDBClientConfig) => DynamoDBClient

/** Enough connections for all workers, so that none waits for another one's. */
const connections = { httpAgent: { maxSockets: 256 }, httpsAgent: { maxSockets: 256 } }

export async function connect({ endpoint, region }: BenchOptions): Promise<MakeClient> {
  if (region !== undefined) {
    const where = { region, ...(endpoint === undefined ? {} : { endpoint }) }
    return (config) => new DynamoDBClient({ ...where, requestHandler: connections, ...config })
  }
  const found = endpoint ?? (await dynamodbLocal())?.endpoint
  if (found === undefined)
    throw new Error('This suite needs DynamoDB Local, and so Java 17 or newer; or name an --endpoint')
  return (config) => localClient(found, { requestHandler: connections, ...config })
}

export const tableName = ({ tablePrefix }: BenchOptions, name: string): string =>
  `${tablePrefix}${name}-${randomUUID().slice(0, 8)}`

export interface Counted {
  readonly client: DynamoDBClient
  requests: number
  /** Of these, all that write, transactions among them. */
  writes: number
}

/** Counts requests as they are handed to the network, repeated ones too; the client stays one without middleware of ours. */
export function counting(client: DynamoDBClient): Counted {
  const counted = { client, requests: 0, writes: 0 }
  const { requestHandler } = client.config
  const handle = requestHandler.handle.bind(requestHandler)
  requestHandler.handle = (request, options) => {
    counted.requests++
    if (/\.(Put|Update|Delete|Transact|BatchWrite)/.test(request.headers['x-amz-target'] ?? '')) counted.writes++
    return handle(request, options)
  }
  return counted
}

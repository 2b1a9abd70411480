/**
 * Transactions of @pocketgems/dynamodb, on tables of its making: it keeps keys under names of its own.
 *
 * What it guards are whole top-level fields, so the hot record has its 64 fields there, which is the best for it: in one
 * map, as the other ways have them, all would conflict with each other. Its pauses between attempts are its own, only the
 * number of attempts is not limited. Two records are read by TransactGetItems, its way of a consistent read of several.
 *
 * @module
 */
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import DynamoDB from 'aws-sdk/clients/dynamodb.js'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { openPocketgems, type Transaction as Running } from '../pocketgems.ts'
import type { OpenWay, Setting } from './way.ts'

export async function pocketgemsWay({ counted, board }: Setting): Promise<OpenWay> {
  const client = await clientAlike(counted.client)
  const { S, Model, Transaction } = openPocketgems(client, `${board}-`, () => {
    counted.requests++
  })
  class Board extends Model {
    static override KEY = { id: S.str }
    static override FIELDS = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`f${i}`, S.double]))
  }
  class Account extends Model {
    declare balance: number
    static override KEY = { id: S.str }
    static override FIELDS = { balance: S.double }
  }

  async function until(work: (transaction: Running) => Promise<void>): Promise<number> {
    let attempts = 0
    await Transaction.run({ retries: 1000 }, (transaction) => {
      attempts++
      return work(transaction)
    })
    return attempts
  }

  const store = dynamodbStore({ client: counted.client })
  const close = async () => {
    for (const { fullTableName } of [Board, Account]) await store.deleteTable(fullTableName)
  }
  try {
    for (const model of [Board, Account]) {
      await model.createResources()
      await client.waitFor('tableExists', { TableName: model.fullTableName }).promise()
    }
    await until(async (transaction) => {
      transaction.create(Board, {
        id: 'hot',
        ...Object.fromEntries(Object.keys(Board.FIELDS).map((name) => [name, 0])),
      })
    })
    for (let i = 0; i < 100; i++) {
      await until(async (transaction) => {
        transaction.create(Account, { id: `a${i}`, balance: 1000 })
      })
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    add: (field) =>
      until(async (transaction) => {
        const found = (await transaction.get(Board, 'hot')) as unknown as Record<string, number>
        found[field]! += 1
      }),
    transfer: (from, to) =>
      until(async (transaction) => {
        const found = await transaction.get([Account.key(from), Account.key(to)])
        const [source, target] = found as [Account, Account]
        source.balance -= 1
        target.balance += 1
      }),
    close,
  }
}

/** A client of the AWS SDK v2 for the same DynamoDB. */
async function clientAlike({ config }: DynamoDBClient): Promise<DynamoDB> {
  const endpoint = await config.endpoint?.()
  const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials()
  // By default v2 opens a connection for each request, which would be measured instead of the library.
  const connections = { keepAlive: true, maxSockets: 256 }
  return new DynamoDB({
    region: await config.region(),
    ...(endpoint && { endpoint: `${endpoint.protocol}//${endpoint.hostname}:${endpoint.port ?? ''}` }),
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    httpOptions: { agent: endpoint?.protocol === 'http:' ? new Agent(connections) : new TlsAgent(connections) },
  })
}

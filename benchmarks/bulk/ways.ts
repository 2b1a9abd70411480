/**
 * Ways of reading and writing many records. Each looks at every one of them, as a program would; draftwork's are validated.
 *
 * @module
 */
import { BatchGetItemCommand, BatchWriteItemCommand, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { createEngine, defineModel } from '../../core/index.ts'
import { plainRecord, record, schema } from '../reference-record.ts'

/** Reads a table of that many items and returns how many it saw. */
type Way = (client: DynamoDBClient, table: string, items: number) => Promise<number>

const ids = (items: number): string[] => Array.from({ length: items }, (_, i) => `r${i}`)

function look(record: { readonly visits?: unknown }): number {
  return record.visits === 1043 ? 1 : 0
}

async function rawScan(client: DynamoDBClient, table: string, segment = 0, of = 1): Promise<number> {
  let seen = 0
  const input = { TableName: table, ...(of > 1 && { Segment: segment, TotalSegments: of }) }
  for await (const { Items = [] } of paginateScan({ client }, input)) {
    for (const item of Items) seen += look(unmarshall(item))
  }
  return seen
}

/** An engine and the model of that table, made once a process, as a program does. */
const open = (() => {
  const opened = new Map<string, ReturnType<typeof create>>()
  const create = (client: DynamoDBClient, table: string) => {
    const model = defineModel({ name: 'Reference', table, key: { partition: 'id' }, schema })
    return { model, ...createEngine({ store: dynamodbStore({ client }), models: [model] }) }
  }
  return (client: DynamoDBClient, table: string) => {
    const known = opened.get(table) ?? create(client, table)
    opened.set(table, known)
    return known
  }
})()

async function validatedScan(client: DynamoDBClient, table: string, segments = 1): Promise<number> {
  const { model, records } = open(client, table)
  let seen = 0
  for await (const page of records.scan(model, { segments }).pages())
    for (const each of page.records) seen += look(each)
  return seen
}

async function validatedGets(client: DynamoDBClient, table: string, items: number): Promise<number> {
  const { model, records } = open(client, table)
  let seen = 0
  for await (const found of records.getMany(
    model,
    ids(items).map((id) => ({ id })),
  ))
    seen += look(found!)
  return seen
}

async function validatedPuts(client: DynamoDBClient, table: string, items: number): Promise<number> {
  const { model, records } = open(client, table)
  return (await records.putMany(model, ids(items).map(record))).written
}

/** Whether the way is to be given a tuned client. */
export const isTuned = (name: string): boolean => name.includes('tunedClient')

const sum = async (counts: readonly Promise<number>[]): Promise<number> =>
  (await Promise.all(counts)).reduce((a, b) => a + b, 0)

const segments = [0, 1, 2, 3]

export const ways = {
  'raw paginateScan + unmarshall': (client, table) => rawScan(client, table),
  'raw, 4 segments + unmarshall': (client, table) => sum(segments.map((index) => rawScan(client, table, index, 4))),
  'draftwork scan': (client, table) => validatedScan(client, table),
  'draftwork scan, tunedClient': (client, table) => validatedScan(client, table),
  'draftwork scan, 4 segments, tunedClient': (client, table) => validatedScan(client, table, 4),

  'raw BatchGetItem, one after the other, + unmarshall': async (client, table, items) => {
    let seen = 0
    const all = ids(items)
    for (let i = 0; i < all.length; i += 100) {
      const Keys = all.slice(i, i + 100).map((id) => ({ id: { S: id } }))
      const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }))
      for (const item of Responses![table]!) seen += look(unmarshall(item))
    }
    return seen
  },
  'draftwork getMany': validatedGets,
  'draftwork getMany, tunedClient': validatedGets,

  'raw BatchWriteItem, one after the other, + marshall': async (client, table, items) => {
    const all = ids(items)
    for (let i = 0; i < all.length; i += 25) {
      const writes = all.slice(i, i + 25).map((id) => ({ PutRequest: { Item: marshall(plainRecord(id)) } }))
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: writes } }))
    }
    return items
  },
  'draftwork putMany': validatedPuts,
  'draftwork putMany, tunedClient': validatedPuts,
} satisfies Record<string, Way>

export type WayName = keyof typeof ways

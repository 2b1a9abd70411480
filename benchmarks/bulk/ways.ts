/**
 * Ways of reading many records. Each looks at every one of them, as a program would.
 *
 * @module
 */
import { BatchGetItemCommand, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { decodeItem } from '../../core/model/record.ts'
import type { ScanRequest } from '../../core/store/store.ts'
import { Reference } from '../reference-record.ts'

/** Reads a table of that many items and returns how many it saw. */
export type Way = (client: DynamoDBClient, table: string, items: number) => Promise<number>

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

/** Through the port and the model's decoder, which is what `engine.records` is made of. */
async function validatedScan(client: DynamoDBClient, table: string, segment?: ScanRequest['segment']): Promise<number> {
  const store = dynamodbStore({ client })
  let seen = 0
  let from: ScanRequest['from']
  do {
    const page = await store.scan({ table, consistent: false, segment, from })
    for (const item of page.items) seen += look(decodeItem(Reference, item))
    from = page.next
  } while (from)
  return seen
}

const sum = async (counts: readonly Promise<number>[]): Promise<number> =>
  (await Promise.all(counts)).reduce((a, b) => a + b, 0)

const segments = [0, 1, 2, 3]

export const ways = {
  'raw paginateScan + unmarshall': (client, table) => rawScan(client, table),
  'raw, 4 segments + unmarshall': (client, table) => sum(segments.map((index) => rawScan(client, table, index, 4))),
  'draftwork scan, validated': (client, table) => validatedScan(client, table),
  'draftwork scan, 4 segments, validated': (client, table) =>
    sum(segments.map((index) => validatedScan(client, table, { index, of: 4 }))),

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
  'draftwork getMany, validated': async (client, table, items) => {
    const store = dynamodbStore({ client })
    const addresses = ids(items).map((id) => ({ table, key: { id } }))
    let seen = 0
    for (const item of await store.read(addresses, { consistent: false })) seen += look(decodeItem(Reference, item!))
    return seen
  },
} satisfies Record<string, Way>

export type WayName = keyof typeof ways

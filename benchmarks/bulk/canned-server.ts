/**
 * A DynamoDB that only scans and takes and gives batches, as fast as a page can be taken out of a cupboard: the client is the limit.
 * Runs in a process of its own; prints its port.
 *
 * @module
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { wireRecord } from '../wire-record.ts'

const PAGE = 1000
const SCAN_MS = 25
const BATCH_MS = 8

interface Asked {
  readonly TableName: string
  readonly Segment?: number
  readonly TotalSegments?: number
  readonly ExclusiveStartKey?: { readonly id: { readonly S: string } }
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly { readonly id: { readonly S: string } }[] }>
  >
}

const item = JSON.stringify(wireRecord('#'))
const itemOf = (id: string): string => item.replace('#', id)
const pages = new Map<number, string>()

/** As DynamoDB tells when asked: who is asked does not matter here, as the raw ways do not read it. */
const told = (table: string, units: number): string =>
  `{"TableName":${JSON.stringify(table)},"CapacityUnits":${units},"Table":{"CapacityUnits":${units}}}`

/** The table's name ends with the number of its items. */
function scan({ TableName, Segment = 0, TotalSegments = 1, ExclusiveStartKey }: Asked): string {
  const total = Number(/\d+$/.exec(TableName)![0])
  const end = Math.ceil((total * (Segment + 1)) / TotalSegments)
  const start = ExclusiveStartKey ? Number(ExclusiveStartKey.id.S) + 1 : Math.ceil((total * Segment) / TotalSegments)
  const next = Math.min(end, start + PAGE)
  // The ids in a page do not matter to anybody, so all pages of one length are the same text.
  const length = next - start
  let items = pages.get(length)
  if (items === undefined) {
    items = Array.from({ length }, (_, i) => itemOf(`r${i}`)).join()
    pages.set(length, items)
  }
  const more = next < end ? `,"LastEvaluatedKey":{"id":{"S":"${next - 1}"}}` : ''
  return `{"Count":${length},"ScannedCount":${length},"Items":[${items}]${more},"ConsumedCapacity":${told(TableName, length / 8)}}`
}

function batchGet({ RequestItems }: Asked): string {
  const tables = Object.entries(RequestItems!).map(
    ([table, { Keys }]) => `${JSON.stringify(table)}:[${Keys.map(({ id }) => itemOf(id.S)).join()}]`,
  )
  const units = Object.entries(RequestItems!).map(([table, { Keys }]) => told(table, Keys.length / 2))
  return `{"ConsumedCapacity":[${units.join()}],"Responses":{${tables.join()}},"UnprocessedKeys":{}}`
}

function answer(operation: string | undefined, asked: Asked): string {
  if (operation === 'Scan') return scan(asked)
  if (operation === 'BatchGetItem') return batchGet(asked)
  if (operation === 'BatchWriteItem') return '{"UnprocessedItems":{}}'
  return '{"Table":{"BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"}}}'
}

const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const asked = JSON.parse(body) as Asked
  const operation = String(request.headers['x-amz-target']).split('.')[1]
  await setTimeout(operation === 'Scan' ? SCAN_MS : BATCH_MS)
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(answer(operation, asked))
})
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())

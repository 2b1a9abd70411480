/**
 * Bulk writes as BatchWriteItem, and what it did not get to, given back as it was asked for.
 *
 * @module
 */
import { BatchWriteItemCommand, type BatchWriteItemCommandInput } from '@aws-sdk/client-dynamodb'
import { addressKey, type ItemKey } from '../../core/data/item.ts'
import type { BulkOutcome, BulkWrite } from '../../core/store/bulk-write.ts'
import type { RequestOptions } from '../../core/store/store.ts'
import { mapFromWire, mapToWire, type WireMap } from './attribute-values.ts'
import { byTable } from './by-table.ts'
import { askConsumed, tellConsumed } from './consumed.ts'
import type { QuickClient } from './quick-client.ts'
import { sendRead } from './send-read.ts'
import { isRefusal, isThrottle, throttlingReasons } from './service-error.ts'

type WireWrites = NonNullable<BatchWriteItemCommandInput['RequestItems']>

/** Throws what the client throws, but for a throttled request, of which nothing was written. */
export async function writeBatch(
  client: QuickClient,
  writes: readonly BulkWrite[],
  options: RequestOptions,
): Promise<BulkOutcome> {
  const RequestItems = Object.fromEntries(byTable(writes, toWire))
  const command = new BatchWriteItemCommand({ RequestItems, ...askConsumed(options) })
  try {
    const { UnprocessedItems = {}, ConsumedCapacity } = await sendRead(client, command, options)
    tellConsumed(options, 'write', ConsumedCapacity)
    const unprocessed = asAsked(UnprocessedItems, writes)
    return { unprocessed, reasons: Object.keys(UnprocessedItems).map((table) => `UnprocessedItems ${table}`) }
  } catch (error) {
    if (isRefusal(error) && isThrottle(error)) return { unprocessed: writes, reasons: throttlingReasons(error) }
    throw error
  }
}

const toWire = (write: BulkWrite): WireWrites[string][number] =>
  write.kind === 'put'
    ? { PutRequest: { Item: mapToWire(write.item) } }
    : { DeleteRequest: { Key: mapToWire(write.key) } }

/** DynamoDB names a put that it gives back by its item alone, so the batch tells which attributes are the key. */
function asAsked(unprocessed: WireWrites, writes: readonly BulkWrite[]): readonly BulkWrite[] {
  const names = new Map(writes.map(({ table, key }) => [table, Object.keys(key)]))
  const left = new Set<string>()
  for (const [table, requests] of Object.entries(unprocessed)) {
    for (const { PutRequest, DeleteRequest } of requests) {
      const wire: WireMap = PutRequest?.Item ?? DeleteRequest?.Key ?? {}
      const key = Object.fromEntries((names.get(table) ?? []).map((name) => [name, wire[name]!]))
      left.add(addressKey({ table, key: mapFromWire(key) as ItemKey }))
    }
  }
  return writes.filter((write) => left.has(addressKey(write)))
}

/**
 * Reads items by key: one as GetItem, more as BatchGetItem, a hundred keys at a time.
 *
 * @module
 */
import { BatchGetItemCommand, type BatchGetItemCommandInput, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { addressKey, type Item, type ItemAddress, type ItemKey, keyOf } from '../../core/data/item.ts'
import { engineError } from '../../core/errors.ts'
import { readAnswer } from '../../core/store/read-answer.ts'
import type { ReadOptions } from '../../core/store/store.ts'
import { mapFromWire, mapToWire } from './attribute-values.ts'
import { byTable } from './by-table.ts'
import { askConsumed, tellConsumed } from './consumed.ts'
import { fullJitter, type Patience } from './patience.ts'
import type { QuickClient } from './quick-client.ts'
import { sendRead } from './send-read.ts'

const KEYS_PER_REQUEST = 100

/** Requests in a row that bring nothing new before a batch is given up. */
const MAX_FRUITLESS = 10

/** In the order of the addresses; undefined for absent ones. */
export async function readItems(
  client: QuickClient,
  addresses: readonly ItemAddress[],
  options: ReadOptions,
  patience: Patience,
): Promise<readonly (Item | undefined)[]> {
  if (addresses.length === 1) return [await readOne(client, addresses[0]!, options)]
  // DynamoDB refuses a batch that names a key twice.
  const wanted = [...new Map(addresses.map((address) => [addressKey(address), address])).values()]
  const found = new Map<string, Item | undefined>()
  if (wanted.length === 1) {
    found.set(addressKey(wanted[0]!), await readOne(client, wanted[0]!, options))
    return readAnswer(addresses, found)
  }
  const chunks: ItemAddress[][] = []
  for (let i = 0; i < wanted.length; i += KEYS_PER_REQUEST) chunks.push(wanted.slice(i, i + KEYS_PER_REQUEST))
  await Promise.all(chunks.map((chunk) => readChunk(client, chunk, options, patience, found)))
  return readAnswer(addresses, found)
}

async function readOne(client: QuickClient, { table, key }: ItemAddress, options: ReadOptions) {
  const { consistent } = options
  const input = { TableName: table, Key: mapToWire(key), ConsistentRead: consistent, ...askConsumed(options) }
  const { Item: item, ConsumedCapacity } = await sendRead(client, new GetItemCommand(input), options)
  tellConsumed(options, 'read', ConsumedCapacity)
  return item === undefined ? undefined : mapFromWire(item)
}

type RequestItems = NonNullable<BatchGetItemCommandInput['RequestItems']>

async function readChunk(
  client: QuickClient,
  chunk: readonly ItemAddress[],
  options: ReadOptions,
  patience: Patience,
  found: Map<string, Item | undefined>,
): Promise<void> {
  const { consistent, signal } = options
  const keyNames = new Map(chunk.map(({ table, key }) => [table, Object.keys(key)]))
  let pending: RequestItems = requestFor(chunk, consistent)
  for (let fruitless = 0; ; ) {
    const command = new BatchGetItemCommand({ RequestItems: pending, ...askConsumed(options) })
    const { Responses = {}, UnprocessedKeys = {}, ConsumedCapacity } = await sendRead(client, command, options)
    tellConsumed(options, 'read', ConsumedCapacity)
    const before = found.size
    for (const [table, items] of Object.entries(Responses)) {
      for (const wire of items) {
        const item = mapFromWire(wire)
        found.set(addressKey({ table, key: keyOf(item, keyNames.get(table) ?? []) }), item)
      }
    }
    const fewer = countKeys(UnprocessedKeys) < countKeys(pending)
    pending = UnprocessedKeys
    if (countKeys(pending) === 0) return
    if (options.once) {
      options.onUnprocessed?.(addressesOf(pending))
      return
    }
    // Keys come back for lack of capacity, or because the answer reached 16 MB.
    fruitless = fewer || found.size > before ? 0 : fruitless + 1
    if (fruitless === MAX_FRUITLESS) throw exhausted(Object.keys(pending))
    await patience.sleep(fullJitter(fruitless, patience), signal)
  }
}

function requestFor(chunk: readonly ItemAddress[], consistent: boolean): RequestItems {
  const keys = byTable(chunk, ({ key }) => mapToWire(key))
  return Object.fromEntries([...keys].map(([table, Keys]) => [table, { Keys, ConsistentRead: consistent }]))
}

const addressesOf = (request: RequestItems): readonly ItemAddress[] =>
  Object.entries(request).flatMap(([table, { Keys = [] }]) =>
    Keys.map((key) => ({ table, key: mapFromWire(key) as ItemKey })),
  )

const countKeys = (request: RequestItems): number =>
  Object.values(request).reduce((count, { Keys }) => count + (Keys?.length ?? 0), 0)

function exhausted(tables: readonly string[]): Error {
  const reasons = tables.map((table) => `UnprocessedKeys ${table}`)
  const message = `DynamoDB left keys of ${tables.join(', ')} unread ${MAX_FRUITLESS} times in a row; raise the capacity or read less at once`
  return engineError('THROTTLED', message, { reasons, attempts: MAX_FRUITLESS })
}

/**
 * Ways to write as fast as a table allows: ours, and those that people use without us.
 *
 * Each is a function that writes one item and resolves when it is written, however often it had to be sent; `errors` counts
 * what the way gave up on and handed to its caller, who tries again.
 *
 * @module
 */
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb'
import PQueue from 'p-queue'
import { mapToWire } from '../../adapters/dynamodb/attribute-values.ts'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import type { Item } from '../../core/data/item.ts'
import { all } from '../../core/expression/condition.ts'
import { type PacedStoreOptions, pacedStore } from '../../core/scheduler/paced-store.ts'
import type { Priority } from '../../core/store/capacity.ts'

export interface Counts {
  /** Requests that left the client, its own repetitions included, and those that were refused for lack of capacity. */
  sent: number
  throttled: number
  errors: number
}

export interface Way {
  readonly counts: Counts
  write(item: Item, priority?: Priority): Promise<void>
  close(): Promise<void>
}

export interface Target {
  readonly endpoint: string | undefined
  readonly region: string
  readonly table: string
  /** Units a second, for ways that must be told, and how many processes there are. */
  readonly limit: number
  readonly processes: number
}

export const wayNames = ['draftwork', 'sdk standard', 'sdk adaptive', 'batch backoff', 'p-queue interval'] as const
export type WayName = (typeof wayNames)[number]

export function openWay(name: WayName, target: Target): Way {
  switch (name) {
    case 'draftwork':
      return draftwork(target, { coordinate: target.processes > 1, maxWait: 600_000 })
    case 'sdk standard':
      return sdk(target, { retryMode: 'standard' })
    case 'sdk adaptive':
      return sdk(target, { retryMode: 'adaptive' })
    case 'batch backoff':
      return batches(target)
    case 'p-queue interval':
      return interval(target)
    default:
      return name satisfies never
  }
}

function clientOf({ endpoint, region }: Target, counts: Counts, options: DynamoDBClientConfig): DynamoDBClient {
  const local = endpoint === undefined ? {} : { endpoint, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } }
  const client = new DynamoDBClient({ region, ...local, ...options })
  client.middlewareStack.add(
    (next) => async (args) => {
      counts.sent++
      try {
        return await next(args)
      } catch (error) {
        if (isThrottle(error)) counts.throttled++
        throw error
      }
    },
    { name: 'count', step: 'deserialize', priority: 'high' },
  )
  return client
}

const isThrottle = (error: unknown): boolean =>
  error instanceof Error && ['ProvisionedThroughputExceededException', 'ThrottlingException'].includes(error.name)

const noCounts = (): Counts => ({ sent: 0, throttled: 0, errors: 0 })

function draftwork(target: Target, options: PacedStoreOptions): Way {
  const counts = noCounts()
  const client = clientOf(target, counts, {})
  const store = pacedStore(dynamodbStore({ client }), { journalTable: `${target.table}-journal`, ...options })
  let plans = 0
  return {
    counts,
    async write(item, priority) {
      const action = {
        kind: 'put',
        table: target.table,
        key: { id: item['id'] as string },
        item,
        condition: all([]),
      } as const
      for (;;) {
        const { kind } = await store.commit({ id: `plan-${++plans}`, actions: [action] }, { priority })
        if (kind === 'committed') return
        counts.errors++
      }
    },
    async close() {
      await store.close()
      client.destroy()
    },
  }
}

function sdk(target: Target, options: DynamoDBClientConfig): Way {
  const counts = noCounts()
  const client = clientOf(target, counts, options)
  return { counts, write: (item) => put(client, target, item, counts), close: async () => client.destroy() }
}

async function put(client: DynamoDBClient, { table }: Target, item: Item, counts: Counts): Promise<void> {
  for (;;) {
    try {
      await client.send(new PutItemCommand({ TableName: table, Item: mapToWire(item) }))
      return
    } catch (error) {
      if (!isThrottle(error)) throw error
      counts.errors++
    }
  }
}

/** Whatever waits goes as a batch of up to 25; what comes back waits twice as long as the time before, with jitter. */
function batches(target: Target): Way {
  const counts = noCounts()
  const client = clientOf(target, counts, {})
  const waiting: {
    readonly request: WriteRequest
    readonly done: () => void
    readonly failed: (error: unknown) => void
  }[] = []
  let isCollecting = false
  const send = async (): Promise<void> => {
    isCollecting = false
    let batch = waiting.splice(0, 25)
    if (waiting.length > 0) collect()
    for (let attempt = 0; batch.length > 0; attempt++) {
      if (attempt > 0) await sleep(Math.random() * Math.min(20_000, 50 * 2 ** attempt))
      try {
        const RequestItems = { [target.table]: batch.map(({ request }) => request) }
        const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems }))
        const left = UnprocessedItems[target.table] ?? []
        if (left.length > 0) counts.throttled++
        const ids = new Set(left.map(({ PutRequest }) => PutRequest?.Item?.['id']?.S))
        for (const { request, done } of batch) if (!ids.has(request.PutRequest?.Item?.['id']?.S)) done()
        batch = batch.filter(({ request }) => ids.has(request.PutRequest?.Item?.['id']?.S))
      } catch (error) {
        if (isThrottle(error)) counts.errors++
        else {
          for (const { failed } of batch) failed(error)
          return
        }
      }
    }
  }
  const collect = (): void => {
    if (isCollecting) return
    isCollecting = true
    setImmediate(() => void send())
  }
  return {
    counts,
    write: (item) =>
      new Promise((done, failed) => {
        waiting.push({ request: { PutRequest: { Item: mapToWire(item) } }, done, failed })
        collect()
      }),
    close: async () => client.destroy(),
  }
}

/** Counts requests, since it cannot know units. */
function interval(target: Target): Way {
  const counts = noCounts()
  const client = clientOf(target, counts, {})
  const queue = new PQueue({ intervalCap: Math.ceil(target.limit / target.processes), interval: 1000 })
  return {
    counts,
    write: (item) => queue.add(() => put(client, target, item, counts)) as Promise<void>,
    close: async () => client.destroy(),
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

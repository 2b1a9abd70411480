/**
 * The port `Store` over DynamoDB, through the caller's own client. Glue only: what is sent is rendered elsewhere, and what
 * comes back is read elsewhere, both without a client.
 *
 * @module
 */
import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandOutput,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { assertObject, unexpected } from '../../core/arguments.ts'
import type { Item, ItemAddress } from '../../core/data/item.ts'
import { engineError } from '../../core/errors.ts'
import { unsoundPlan } from '../../core/store/accept-plan.ts'
import { anySignal } from '../../core/store/any-signal.ts'
import type { BulkOutcome, BulkWrite } from '../../core/store/bulk-write.ts'
import type { TableThroughput } from '../../core/store/capacity.ts'
import { type ChangesPage, type ChangesRequest, checkChangesRequest } from '../../core/store/changes.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import { dynamodbLimits } from '../../core/store/limits.ts'
import { ownMethods } from '../../core/store/own-methods.ts'
import type { Page, QueryRequest, ReadOptions, RequestOptions, ScanRequest, Store } from '../../core/store/store.ts'
import type { TableChange, TableDefinition, TableDescription } from '../../core/store/table-definition.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'

import type { DocumentClient, StreamsClient } from './clients.ts'
import { askConsumed, tellConsumed } from './consumed.ts'
import { foldCondition } from './fold-condition.ts'
import { type Patience, patience } from './patience.ts'
import { type QuickClient, quickClient } from './quick-client.ts'
import { type Attempted, readFailure } from './read-failure.ts'
import { readItems } from './read-items.ts'
import { readOutcome } from './read-outcome.ts'
import { readPage } from './read-page.ts'
import { renderQuery, renderScan } from './render-page.ts'
import { renderPlan, type WriteRequest } from './render-plan.ts'
import { sendOnce, type WriteCommand } from './send-once.ts'
import { sendRead } from './send-read.ts'
import { messageOf } from './service-error.ts'
import { describeTable } from './settled-table.ts'
import { followStreams } from './streams.ts'
import { createTable, deleteTable } from './tables.ts'
import { describeThroughput } from './throughput.ts'
import { updateTable } from './update-table.ts'
import { writeBatch } from './write-batch.ts'

/** The clients through which everything goes. */
export interface DynamodbStoreOptions {
  /**
   * Your client, plain or document; region, credentials, retries of reads and timeouts are as you set them. The store
   * neither changes nor closes it. Writes are never repeated by the SDK, whatever its settings.
   */
  readonly client: DynamoDBClient | DocumentClient
  /**
   * For `changes` alone, from the package `@aws-sdk/client-dynamodb-streams`, with the same region and credentials. The
   * store neither changes nor closes it. Default none, and `changes` is refused.
   */
  readonly streams?: StreamsClient | undefined
  /** @internal Clock and dice, for tests. */
  readonly patience?: Patience | undefined
}

/** Items of the tables of one account and region. Tables are found by name, in the region of the client. */
export function dynamodbStore(options: DynamodbStoreOptions): Store {
  assertObject(options, 'options', ['client', 'streams', 'patience'])
  const { client, streams } = options
  if (!isClientOf('DynamoDB', client)) {
    throw unexpected('client', 'a DynamoDBClient or a DynamoDBDocumentClient', client)
  }
  if (streams !== undefined && !isClientOf('DynamoDB Streams', streams)) {
    throw unexpected('streams', 'a DynamoDBStreamsClient', streams)
  }
  const clients = [client as DynamoDBClient, streams as DynamoDBStreamsClient | undefined] as const
  return ownMethods(new DynamodbStore(...clients, options.patience ?? patience))
}

/** Also true of what only stands in for a client, and so says nothing of its service. */
const isClientOf = (service: string, client: DocumentClient | StreamsClient | undefined): boolean =>
  typeof client?.send === 'function' && (client.config?.serviceId ?? service) === service

class DynamodbStore implements Store {
  readonly system = 'aws.dynamodb'
  readonly limits = dynamodbLimits
  readonly needsStreams: boolean
  readonly #client: QuickClient
  readonly #patience: Patience
  readonly #streams: DynamoDBStreamsClient | undefined
  readonly #closing = new AbortController()
  #closed = false

  constructor(client: DynamoDBClient, streams: DynamoDBStreamsClient | undefined, patience: Patience) {
    this.#client = quickClient(client)
    this.#patience = patience
    this.#streams = streams
    this.needsStreams = streams !== undefined
  }

  read(addresses: readonly ItemAddress[], options: ReadOptions): Promise<readonly (Item | undefined)[]> {
    const tables = [...new Set(addresses.map(({ table }) => table))]
    return this.#attempt({ operation: 'read', tables, signal: options.signal }, () =>
      addresses.length === 0 ? [] : readItems(this.#client, addresses, options, this.#patience),
    )
  }

  query(request: QueryRequest, options: RequestOptions = {}): Promise<Page> {
    return this.#page('query', request, options, () =>
      sendRead(this.#client, new QueryCommand({ ...renderQuery(request), ...askConsumed(options) }), options),
    )
  }

  scan(request: ScanRequest, options: RequestOptions = {}): Promise<Page> {
    return this.#page('scan', request, options, () =>
      sendRead(this.#client, new ScanCommand({ ...renderScan(request), ...askConsumed(options) }), options),
    )
  }

  #page(
    operation: string,
    { table, filter }: QueryRequest | ScanRequest,
    options: RequestOptions,
    send: () => Promise<QueryCommandOutput | ScanCommandOutput>,
  ): Promise<Page> {
    const attempted = { operation, tables: [table] }
    return this.#attempt({ ...attempted, signal: options.signal }, async () => {
      // No expression says so of an index: DynamoDB refuses to filter by what its entries do not hold.
      if (filter && foldCondition(filter) === false) return nothing
      const output = await send()
      tellConsumed(options, 'read', output.ConsumedCapacity)
      return readPage(output, (error) => readFailure(error, attempted))
    })
  }

  async commit(plan: WritePlan, options: RequestOptions = {}): Promise<CommitOutcome> {
    const { signal } = options
    this.#check(signal)
    const unsound = unsoundPlan(plan.actions)
    if (unsound) return unsound
    let command: WriteCommand
    try {
      command = commandOf(renderPlan(plan), options)
    } catch (error) {
      // A value that has no wire form, such as an empty set.
      return { kind: 'invalid', reason: messageOf(error), cause: error }
    }
    const sent = await sendOnce(this.#client, command, signal)
    if (sent.kind === 'answered') {
      tellConsumed(options, 'write', sent.output.ConsumedCapacity)
      return { kind: 'committed' }
    }
    // Nothing was written, and the caller knows why.
    if (!sent.left) this.#check(signal)
    return readOutcome(sent.error, plan, sent.left)
  }

  async *changes(request: ChangesRequest): AsyncGenerator<ChangesPage, void> {
    checkChangesRequest(request)
    if (request.signal?.aborted) return
    this.#check(undefined)
    if (this.#streams === undefined) {
      const reason = 'this store has no client for DynamoDB Streams'
      throw engineError('REJECTED', `${reason}; make it with dynamodbStore({ client, streams })`, { reason })
    }
    const { signal, release } = anySignal([request.signal, this.#closing.signal])
    const context = { client: this.#client, streams: this.#streams, patience: this.#patience, signal }
    try {
      yield* followStreams(request, context)
    } catch (error) {
      // The consumer ended it, or the store: what that broke off is no failure.
      if (!signal.aborted) throw readFailure(error, { operation: 'change feed', tables: request.tables })
    } finally {
      release()
    }
  }

  write(writes: readonly BulkWrite[], options: RequestOptions = {}): Promise<BulkOutcome> {
    const tables = [...new Set(writes.map(({ table }) => table))]
    return this.#attempt({ operation: 'bulk write', tables, signal: options.signal }, () =>
      writes.length === 0 ? { unprocessed: [], reasons: [] } : writeBatch(this.#client, writes, options),
    )
  }

  createTable(definition: TableDefinition, { signal }: RequestOptions = {}): Promise<void> {
    return this.#attempt({ operation: 'creation', tables: [definition.table], signal }, () =>
      createTable(definition, { client: this.#client, patience: this.#patience, signal }),
    )
  }

  deleteTable(table: string, { signal }: RequestOptions = {}): Promise<void> {
    return this.#attempt({ operation: 'deletion', tables: [table], signal }, () =>
      deleteTable(table, { client: this.#client, patience: this.#patience, signal }),
    )
  }

  describeTable(table: string, { signal }: RequestOptions = {}): Promise<TableDescription | undefined> {
    return this.#attempt({ operation: 'description', tables: [table], signal }, () =>
      describeTable(table, { client: this.#client, patience: this.#patience, signal }),
    )
  }

  updateTable(change: TableChange, { signal }: RequestOptions = {}): Promise<void> {
    return this.#attempt({ operation: 'change', tables: [change.table], signal }, () =>
      updateTable(change, { client: this.#client, patience: this.#patience, signal }),
    )
  }

  throughput(table: string, { signal }: RequestOptions = {}): Promise<TableThroughput | undefined> {
    return this.#attempt({ operation: 'description', tables: [table], signal }, () =>
      describeThroughput(this.#client, table, signal),
    )
  }

  /** The client is the caller's, and the store starts nothing of its own. */
  async close(): Promise<void> {
    this.#closed = true
    this.#closing.abort()
  }

  async #attempt<Result>(attempted: Attempted, work: () => Result | Promise<Result>): Promise<Result> {
    this.#check(attempted.signal)
    try {
      return await work()
    } catch (error) {
      throw readFailure(error, attempted)
    }
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#closed)
      throw engineError('CLOSED', 'This store is closed; make a new one with dynamodbStore({ client })', {})
    if (signal?.aborted) throw engineError('ABORTED', 'Aborted before anything was sent', {}, { cause: signal.reason })
  }
}

const nothing: Page = Object.freeze({ items: Object.freeze([]), count: 0, next: undefined })

function commandOf(request: WriteRequest, options: RequestOptions): WriteCommand {
  const ask = askConsumed(options)
  switch (request.kind) {
    case 'put':
      return new PutItemCommand({ ...request.input, ...ask })
    case 'update':
      return new UpdateItemCommand({ ...request.input, ...ask })
    case 'delete':
      return new DeleteItemCommand({ ...request.input, ...ask })
    case 'transaction':
      return new TransactWriteItemsCommand({ ...request.input, ...ask })
    default:
      return request satisfies never
  }
}

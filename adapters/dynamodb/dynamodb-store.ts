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
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { assertOptions, unexpected } from '../../core/arguments.ts'
import type { Item, ItemAddress, ItemKey } from '../../core/data/item.ts'
import { engineError } from '../../core/errors.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import { dynamodbLimits } from '../../core/store/limits.ts'
import type { Page, QueryRequest, ReadOptions, RequestOptions, ScanRequest, Store } from '../../core/store/store.ts'
import type { TableDefinition } from '../../core/store/table-definition.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import { mapFromWire } from './attribute-values.ts'
import { checkPlan } from './check-plan.ts'
import { type Patience, patience } from './patience.ts'
import { type QuickClient, quickClient } from './quick-client.ts'
import { type Attempted, readFailure } from './read-failure.ts'
import { readItems } from './read-items.ts'
import { readOutcome } from './read-outcome.ts'
import { renderQuery, renderScan } from './render-page.ts'
import { renderPlan, type WriteRequest } from './render-plan.ts'
import { sendOnce, type WriteCommand } from './send-once.ts'
import { messageOf } from './service-error.ts'
import { createTable, deleteTable } from './tables.ts'

export interface DynamodbStoreOptions {
  /**
   * Your client, plain or document; region, credentials, retries of reads and timeouts are as you set them. The store
   * neither changes nor closes it. Writes are never repeated by the SDK, whatever its settings.
   */
  readonly client: DynamoDBClient | DynamoDBDocumentClient
  /** @internal Clock and dice, for tests. */
  readonly patience?: Patience | undefined
}

/** Items of the tables of one account and region. Tables are found by name, in the region of the client. */
export function dynamodbStore(options: DynamodbStoreOptions): Store {
  assertOptions(options ?? null)
  if (typeof options.client?.send !== 'function') {
    throw unexpected('client', 'a DynamoDBClient or a DynamoDBDocumentClient', options.client)
  }
  return new DynamodbStore(options.client as DynamoDBClient, options.patience ?? patience)
}

class DynamodbStore implements Store {
  readonly limits = dynamodbLimits
  readonly #client: QuickClient
  readonly #patience: Patience
  #closed = false

  constructor(client: DynamoDBClient, patience: Patience) {
    this.#client = quickClient(client)
    this.#patience = patience
  }

  read(addresses: readonly ItemAddress[], options: ReadOptions): Promise<readonly (Item | undefined)[]> {
    const tables = [...new Set(addresses.map(({ table }) => table))]
    return this.#attempt({ operation: 'read', tables, signal: options.signal }, () =>
      addresses.length === 0 ? [] : readItems(this.#client, addresses, options, this.#patience),
    )
  }

  query(request: QueryRequest, { signal }: RequestOptions = {}): Promise<Page> {
    return this.#attempt({ operation: 'query', tables: [request.table], signal }, async () =>
      readPage(await this.#client.send(new QueryCommand(renderQuery(request)), sendOptions(signal))),
    )
  }

  scan(request: ScanRequest, { signal }: RequestOptions = {}): Promise<Page> {
    return this.#attempt({ operation: 'scan', tables: [request.table], signal }, async () =>
      readPage(await this.#client.send(new ScanCommand(renderScan(request)), sendOptions(signal))),
    )
  }

  async commit(plan: WritePlan, { signal }: RequestOptions = {}): Promise<CommitOutcome> {
    this.#check(signal)
    const unsound = checkPlan(plan)
    if (unsound) return unsound
    let command: WriteCommand
    try {
      command = commandOf(renderPlan(plan))
    } catch (error) {
      // A value that has no wire form, such as an empty set.
      return { kind: 'invalid', reason: messageOf(error), cause: error }
    }
    const sent = await sendOnce(this.#client, command, signal)
    if (sent.kind === 'answered') return { kind: 'committed' }
    // Nothing was written, and the caller knows why.
    if (!sent.left) this.#check(signal)
    return readOutcome(sent.error, plan, sent.left)
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

  /** The client is the caller's, and the store starts nothing of its own. */
  async close(): Promise<void> {
    this.#closed = true
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

const sendOptions = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {})

function commandOf(request: WriteRequest): WriteCommand {
  switch (request.kind) {
    case 'put':
      return new PutItemCommand(request.input)
    case 'update':
      return new UpdateItemCommand(request.input)
    case 'delete':
      return new DeleteItemCommand(request.input)
    case 'transaction':
      return new TransactWriteItemsCommand(request.input)
    default:
      return request satisfies never
  }
}

const readPage = ({ Items = [], LastEvaluatedKey }: QueryCommandOutput | ScanCommandOutput): Page => ({
  items: Items.map(mapFromWire),
  next: LastEvaluatedKey && (mapFromWire(LastEvaluatedKey) as ItemKey),
})

/**
 * @pocketgems/dynamodb, which is plain JavaScript: all that the suites use of it, with types.
 *
 * It works over the AWS SDK v2, and keeps its client and the prefix of its tables' names once for the whole process.
 * Its main module makes a client of its own from environment variables, so it is entered one step below.
 *
 * @module
 */
import { createRequire } from 'node:module'
import DynamoDB from 'aws-sdk/clients/dynamodb.js'

/** Of one field; nothing is done with it but handing it back. */
export interface FieldSchema {
  readonly isTodeaSchema: true
}

/** Extend it, name the class as the table, and override `KEY` and `FIELDS`. Its records are instances, changed in place. */
export interface ModelClass {
  new (...args: never[]): object
  KEY: Readonly<Record<string, FieldSchema>>
  FIELDS: Readonly<Record<string, FieldSchema>>
  readonly fullTableName: string
  /** Makes the table where there is none, and prepares the class; does not wait until the table is active. */
  createResources(): Promise<void>
  /** Of a model with one key field; the class must have been prepared. */
  key(value: string): object
}

export interface Transaction {
  /** Strongly consistent. */
  get<Record>(model: new (...args: never[]) => Record, key: string): Promise<Record | undefined>
  /** By one TransactGetItems. */
  get(keys: readonly object[]): Promise<unknown[]>
  create(model: ModelClass, values: object): object
}

export interface Pocketgems {
  readonly S: {
    readonly str: FieldSchema
    readonly double: FieldSchema
    readonly bool: FieldSchema
    arr(of: FieldSchema): FieldSchema
    obj(fields: Readonly<Record<string, FieldSchema>>): FieldSchema
  }
  readonly Model: ModelClass
  readonly Transaction: {
    /** Runs it again after a conflict, `retries` times (3 unless told) with pauses of 0.5 s, doubled up to 10 s. */
    run<T>(options: { readonly retries?: number }, work: (transaction: Transaction) => Promise<T>): Promise<T>
  }
}

/** `sent` is called for each request that its records need, repeated ones too. */
export function openPocketgems(client: DynamoDB, tablePrefix: string, sent: () => void = () => {}): Pocketgems {
  process.env['SERVICE'] = tablePrefix
  silenceConflicts()
  const documents = new DynamoDB.DocumentClient({ service: client })
  // It has taken a copy of the client.
  const { service } = documents as unknown as { service: DynamoDB }
  const listen = service.setupRequestListeners.bind(service)
  service.setupRequestListeners = (request) => {
    listen(request)
    // First in line, so that what fails is told too.
    request.on('send', sent, true)
  }
  const setUp = createRequire(import.meta.url)('@pocketgems/dynamodb/src/dynamodb.js') as (config: object) => Pocketgems
  return setUp({ dynamoDBClient: client, dynamoDBDocumentClient: documents })
}

/** It prints a line for each conflict, which would stand between our figures. */
function silenceConflicts(): void {
  const { log } = console
  console.log = (...args) => {
    if (!String(args[0]).startsWith('Transaction commit attempt')) log(...args)
  }
}

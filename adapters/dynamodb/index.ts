/**
 * `draftwork/dynamodb`: the store for production.
 *
 * @module
 */
export type { DocumentClient, StreamsClient } from './clients.ts'
export { type DynamodbStoreOptions, dynamodbStore } from './dynamodb-store.ts'
export { tunedClient } from './tuned-client.ts'

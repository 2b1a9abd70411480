/**
 * `draftwork/dynamodb`: the store for production.
 *
 * @module
 */
export { type DynamodbStoreOptions, dynamodbStore } from './dynamodb-store.ts'

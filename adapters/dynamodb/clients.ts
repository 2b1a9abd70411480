/**
 * The clients that a caller may have beside a `DynamoDBClient`, by their shape. Their packages are not everybody's: a
 * declaration that imported them would not compile in programs without.
 *
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** A `DynamoDBDocumentClient` of the package `@aws-sdk/lib-dynamodb`. Its conversions of values are not used. */
export interface DocumentClient {
  readonly config: DynamoDBClient['config']
  /** Sends one request. */
  send(command: never, options?: never): Promise<unknown>
}

/** A `DynamoDBStreamsClient` of the package `@aws-sdk/client-dynamodb-streams`. */
export interface StreamsClient {
  /** What only other clients have. */
  readonly config: { readonly serviceId: string; readonly accountIdEndpointMode?: never }
  /** Sends one request. */
  send(command: never, options?: never): Promise<unknown>
}

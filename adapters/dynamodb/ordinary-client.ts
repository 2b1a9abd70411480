/**
 * Tells a client that is as the SDK makes it from one in which something of the caller's own takes part in making, signing
 * or hearing a request.
 *
 * Told by comparison with a client of ours, made by the same SDK: functions that each client gets anew count as the same
 * where their source is the same.
 *
 * @module
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Placed, placedIn, samePlace } from './placed.ts'

let ours: DynamoDBClient | undefined

/** Made once a process, and never sends anything. */
function untouched(): DynamoDBClient {
  ours ??= new DynamoDBClient({
    region: 'none',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    retryMode: 'standard',
  })
  return ours
}

/** Settings such as region, credentials, endpoint, time limits, retries and the request handler may be anything. */
export function isOrdinary(client: DynamoDBClient): boolean {
  const other = untouched()
  // What only stands in for a client, in a test or around one, may have nothing but this.
  if (client.send !== other.send) return false
  const [placed, otherPlaced] = [placedIn(client.middlewareStack), placedIn(other.middlewareStack)]
  const [config, otherConfig] = [client.config, other.config]
  return (
    placed.length === otherPlaced.length &&
    placed.every((each, i) => isSameMiddleware(each, otherPlaced[i]!)) &&
    config.httpAuthSchemeProvider === otherConfig.httpAuthSchemeProvider &&
    config.sha256 === otherConfig.sha256 &&
    config.streamCollector === otherConfig.streamCollector &&
    config.logger.constructor === otherConfig.logger.constructor &&
    config.protocol.constructor === otherConfig.protocol.constructor &&
    String(config.signer) === String(otherConfig.signer) &&
    !('signerConstructor' in config) &&
    schemes(config) === schemes(otherConfig)
  )
}

/** What hears of each success, since it gives back what failures may use up. */
interface StandardRetries {
  acquireInitialRetryToken(scope: string): Promise<object>
  recordSuccess(token: object): void
}

/** Undefined for retries of the caller's own, and for the SDK's adaptive ones, which hold requests back before they are sent. */
export async function standardRetries({ config }: DynamoDBClient): Promise<StandardRetries | undefined> {
  const [strategy, standard] = await Promise.all([config.retryStrategy(), untouched().config.retryStrategy()])
  const isStandard = Object.getPrototypeOf(strategy) === Object.getPrototypeOf(standard)
  return isStandard ? (strategy as unknown as StandardRetries) : undefined
}

const isSameMiddleware = ([middleware, place]: Placed, [other, otherPlace]: Placed): boolean =>
  samePlace(place, otherPlace) && place['name'] === otherPlace['name'] && String(middleware) === String(other)

const schemes = ({ httpAuthSchemes }: DynamoDBClient['config']): string =>
  httpAuthSchemes
    .map(({ schemeId, signer, identityProvider }) => `${schemeId} ${signer.constructor} ${identityProvider}`)
    .join()

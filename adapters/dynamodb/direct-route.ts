/**
 * The short way of a tuned client: a request is rendered, signed and read without the SDK's pipeline, which is nine tenths
 * of what a request costs.
 *
 * What is to be sent where is the SDK's decision all the same: the first request of each kind, and the first under each
 * credentials, goes through its pipeline, and what the pipeline made of it is the form of the later ones. So is whatever
 * goes wrong: anything but a whole answer with status 200 is handed to the pipeline as if it had sent the request itself, so
 * that errors, retries and the correction of a wrong clock are the SDK's. A client with middleware of its own, or whose
 * requests look in any way unusual, always goes through the pipeline.
 *
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Placed, placedIn, samePlaces } from './placed.ts'
import { type Credentials, Signer } from './signature.ts'
import { readJson, requestJson } from './wire-json.ts'

/** What is handed to the network and what comes back. */
type Network = (args: { readonly request: HttpRequest }) => Promise<{ readonly response: HttpResponse }>
export type AtNetwork = (next: (args: object) => Promise<object>) => (args: object) => Promise<object>

interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

interface HttpResponse {
  readonly statusCode: number
  readonly body: unknown
}

export interface Command {
  readonly input: object
}

/** What all requests of one kind have in common. */
interface Form {
  readonly request: HttpRequest
  readonly headers: Readonly<Record<string, string>>
  readonly host: string
  readonly target: string
  readonly signer: Signer
}

/** The middleware of tuned clients as the SDK made it. */
const madeWith = new WeakMap<object, readonly Placed[]>()

/** Lets the store take the short way with this client, for as long as its middleware stays what it is now. */
export const allowDirect = (client: DynamoDBClient): void => {
  madeWith.set(client, placedIn(client.middlewareStack))
}

/** The route, for a client that allows it. */
export function directRoute(client: DynamoDBClient): DirectRoute | undefined {
  const placed = madeWith.get(client)
  return placed && new DirectRoute(client, placed)
}

export class DirectRoute {
  readonly #client: DynamoDBClient
  readonly #placed: readonly Placed[]
  readonly #makeSigner: unknown
  readonly #logger: unknown
  #credentials: Credentials | undefined
  /** By the command's class. */
  #forms = new Map<unknown, Form>()

  constructor(client: DynamoDBClient, placed: readonly Placed[]) {
    this.#client = client
    this.#placed = placed
    this.#makeSigner = client.config.signer
    this.#logger = client.config.logger
  }

  /**
   * Sends the command and gives its output. `pipeline` runs the SDK's, with a handler of ours at the network; `atNetwork` is
   * the caller's own, around each sending.
   */
  async send<Output>(
    command: Command,
    signal: AbortSignal | undefined,
    atNetwork: AtNetwork,
    pipeline: (atNetwork: AtNetwork) => Promise<Output>,
  ): Promise<Output> {
    const form = await this.#form(command)
    if (form === undefined) return pipeline((next) => this.#learning(command, atNetwork(next)))
    const body = requestJson(command.input)
    const { config } = this.#client
    const signed = form.signer.sign({ ...form, body }, Date.now() + (config.systemClockOffset ?? 0))
    const headers = { ...form.headers, 'content-length': String(Buffer.byteLength(body)), ...signed }
    const request = Object.assign(Object.create(Object.getPrototypeOf(form.request)), form.request, { headers, body })
    let first: () => Promise<object>
    try {
      const handle = (args: { readonly request: unknown }) =>
        config.requestHandler.handle(args.request as never, signal ? { abortSignal: signal } : {})
      const answer = await (atNetwork(handle as never) as Network)({ request })
      if (answer.response.statusCode === 200) return readJson(await this.#text(answer.response.body)) as Output
      first = async () => answer
    } catch (error) {
      first = () => Promise.reject(error)
    }
    return pipeline((next) => {
      const again = atNetwork(next)
      let isFirst = true
      return (args) => {
        if (!isFirst) return again(args)
        isFirst = false
        return first()
      }
    })
  }

  /** Undefined where the pipeline is to send the request. */
  async #form(command: Command): Promise<Form | undefined> {
    const { config, middlewareStack } = this.#client
    if (config.signer !== this.#makeSigner || config.logger !== this.#logger) return undefined
    if (!samePlaces(placedIn(middlewareStack), this.#placed)) return undefined
    let credentials: Credentials
    try {
      credentials = await config.credentials()
    } catch {
      // The pipeline fails in the SDK's own words.
      return undefined
    }
    if (credentials !== this.#credentials) {
      // The endpoint may be the account's own.
      this.#forms = new Map()
      this.#credentials = credentials
    }
    return this.#forms.get(command.constructor)
  }

  #learning(command: Command, next: (args: object) => Promise<object>): (args: object) => Promise<object> {
    const credentials = this.#credentials
    return (args) => {
      const form = credentials && formOf((args as { request: HttpRequest }).request, credentials)
      if (form && credentials === this.#credentials) this.#forms.set(command.constructor, form)
      return next(args)
    }
  }

  async #text(body: unknown): Promise<string> {
    const bytes = body instanceof Uint8Array ? body : await this.#client.config.streamCollector(body)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  }
}

/** Headers that belong to one request alone. */
const ofOneRequest = new Set([
  ...['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'content-length'],
  ...['amz-sdk-invocation-id', 'amz-sdk-request', 'x-amzn-trace-id'],
])

/** The form of a request that the pipeline made and signed; undefined where there is anything unusual about it. */
function formOf(request: HttpRequest, credentials: Credentials): Form | undefined {
  const { method, path, query = {}, headers } = request
  const { authorization = '', host, 'x-amz-target': target, 'x-amz-security-token': token } = headers
  const scope = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,/.exec(authorization)
  const [, accessKeyId, region, service] = scope ?? []
  if (!region || !service || !host || !target || method !== 'POST' || path !== '/') return undefined
  if (Object.keys(query).length > 0) return undefined
  if (accessKeyId !== credentials.accessKeyId || token !== credentials.sessionToken) return undefined
  const common = Object.entries(headers).filter(([name]) => !ofOneRequest.has(name))
  return {
    request: Object.assign(Object.create(Object.getPrototypeOf(request)), request, { body: undefined }),
    headers: Object.fromEntries(common),
    host,
    target,
    signer: new Signer(credentials, { region, service }),
  }
}

/**
 * The short way: a request is rendered, signed and read without the SDK's pipeline, which is nine tenths of what a request
 * costs. For clients that are as the SDK makes them, and tuned ones.
 *
 * What is to be sent where is the SDK's decision all the same: the first request of each kind and minute, and the first under new
 * credentials, goes through its pipeline, and what the pipeline made of it is the form of the later ones. So is whatever
 * goes wrong: anything but a whole answer with status 200 is handed to the pipeline as if it had sent the request itself, so
 * that errors, retries and the correction of a wrong clock are the SDK's. A client with middleware of its own, or whose
 * requests look in any way unusual, always goes through the pipeline, and so does a request that names a table by its ARN.
 *
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { isOrdinary, standardRetries } from './ordinary-client.ts'
import { type Handler, type Placed, placedIn, samePlaces } from './placed.ts'
import { type Credentials, Signer } from './signature.ts'
import { readJson, requestJson } from './wire-json.ts'

/** Around the handler that hands a request to the network. */
export type AtNetwork = (next: Handler) => Handler

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

interface Command {
  readonly input: object
}

/** One request, and the pipeline that would send it. */
interface Sending<Output> {
  readonly command: Command
  readonly signal: AbortSignal | undefined
  /** The caller's own, around each sending. */
  readonly atNetwork: AtNetwork
  /** Runs the SDK's pipeline, with a handler of ours at the network. */
  readonly pipeline: (atNetwork: AtNetwork) => Promise<Output>
  /** Whether the pipeline repeats what fails. */
  readonly isRetried: boolean
}

/** What all requests of one kind have in common, for as long as it may be taken for granted. */
interface Form {
  readonly request: HttpRequest
  readonly headers: Readonly<Record<string, string>>
  readonly host: string
  readonly target: string
  readonly signer: Signer
  /** Of the credentials, which the SDK replaces some time before. */
  readonly expiration: Date | undefined
}

interface Learned extends Form {
  /** Milliseconds since 1970: endpoints may be discovered anew, whatever was configured may be looked up again. */
  readonly until: number
  /** The provider that the credentials came from. */
  readonly provider: unknown
  /** Tells the SDK's retries of a success: each adds to what failures may use up. */
  readonly succeeded: () => void
}

/** Milliseconds that a form is used for, and before their end that the SDK asks for new credentials. */
const [LIFETIME, BEFORE_EXPIRY] = [60_000, 5 * 60_000]

/** The middleware of tuned clients as the SDK made it. */
const madeWith = new WeakMap<object, readonly Placed[]>()

/** Lets the store take the short way with this client, for as long as its middleware stays what it is now. */
export const allowDirect = (client: DynamoDBClient): void => {
  madeWith.set(client, placedIn(client.middlewareStack))
}

/** The route, for a client that allows it or has nothing against it. */
export function directRoute(client: DynamoDBClient): DirectRoute | undefined {
  const placed = madeWith.get(client) ?? (isOrdinary(client) ? placedIn(client.middlewareStack) : undefined)
  return placed && new DirectRoute(client, placed)
}

export class DirectRoute {
  readonly #client: DynamoDBClient
  readonly #placed: readonly Placed[]
  readonly #makeSigner: unknown
  readonly #logger: unknown
  /** By the command's class. */
  readonly #forms = new Map<unknown, Learned>()
  /** What tells the service of the caller's trace, which is another for each request. */
  readonly #trace: ((next: Handler) => Handler) | undefined

  constructor(client: DynamoDBClient, placed: readonly Placed[]) {
    this.#client = client
    this.#placed = placed
    this.#makeSigner = client.config.signer
    this.#logger = client.config.logger
    const trace = placed.find(([, { name }]) => name === 'recursionDetectionMiddleware')
    const { AWS_LAMBDA_FUNCTION_NAME } = process.env
    this.#trace = trace && AWS_LAMBDA_FUNCTION_NAME ? (next) => trace[0](next, {}) : undefined
  }

  async send<Output>(sending: Sending<Output>): Promise<Output> {
    const { command, signal, atNetwork, pipeline } = sending
    if (!this.#isUntouched() || namesAccount(command)) return pipeline(atNetwork)
    const form = this.#form(command)
    if (form === undefined) return pipeline((next) => this.#learning(command, atNetwork(next)))
    const { config } = this.#client
    const handle = atNetwork((args) =>
      config.requestHandler.handle((args as { request: never }).request, signal ? { abortSignal: signal } : {}),
    )
    let first: () => Promise<object>
    try {
      const request = requestOf(form, command, Date.now() + (config.systemClockOffset ?? 0))
      const answer = (await (this.#trace?.(handle) ?? handle)({ request })) as { readonly response: HttpResponse }
      if (answer.response.statusCode === 200) {
        const output = readJson(await this.#text(answer.response.body)) as Output
        if (sending.isRetried) form.succeeded()
        return output
      }
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

  /** Nobody has come to take part in requests since the route was made. */
  #isUntouched(): boolean {
    const { config, middlewareStack } = this.#client
    if (config.signer !== this.#makeSigner || config.logger !== this.#logger) return false
    return samePlaces(placedIn(middlewareStack), this.#placed)
  }

  /** Undefined where the pipeline is to show how such a request is made. */
  #form(command: Command): Learned | undefined {
    const form = this.#forms.get(command.constructor)
    const now = Date.now()
    if (form === undefined || now >= form.until) return undefined
    if (form.expiration !== undefined && now >= form.expiration.getTime() - BEFORE_EXPIRY) return undefined
    return this.#client.config.credentials === form.provider ? form : undefined
  }

  #learning(command: Command, next: Handler): Handler {
    return async (args) => {
      const { config } = this.#client
      const provider = config.credentials
      const credentials = await provider().catch(() => undefined)
      const form = credentials && formOf((args as { request: HttpRequest }).request, credentials)
      const retries = form && (await standardRetries(this.#client))
      const token = await retries?.acquireInitialRetryToken('')
      if (form && retries && token) {
        const succeeded = (): void => retries.recordSuccess(token)
        this.#forms.set(command.constructor, { ...form, until: Date.now() + LIFETIME, provider, succeeded })
      }
      return next(args)
    }
  }

  async #text(body: unknown): Promise<string> {
    const bytes = body instanceof Uint8Array ? body : await this.#client.config.streamCollector(body)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  }
}

interface Acting {
  readonly TableName?: string
}

/** Whether a table is named by its ARN, and the SDK thus sends to an endpoint of the account in it, not of the caller's. */
function namesAccount({ input }: Command): boolean {
  const { TableName, RequestItems, TransactItems } = input as Acting & {
    readonly RequestItems?: object
    readonly TransactItems?: readonly Readonly<Record<string, Acting>>[]
  }
  const actions = TransactItems?.flatMap((item) => Object.values(item)) ?? []
  const tables = [TableName, ...Object.keys(RequestItems ?? {}), ...actions.map((action) => action.TableName)]
  return tables.some((table) => table?.startsWith('arn:'))
}

function requestOf({ request, headers, signer, host, target }: Form, command: Command, now: number): HttpRequest {
  const body = requestJson(command.input)
  const signed = signer.sign({ host, target, body }, now)
  const own = { ...headers, 'content-length': String(Buffer.byteLength(body)), ...signed }
  return changed(request, { headers: own, body })
}

/** A copy of the same class, as a request handler may look for. */
function changed(request: HttpRequest, parts: Partial<HttpRequest>): HttpRequest {
  const Request = request.constructor as new (request: HttpRequest) => HttpRequest
  return new Request({ ...request, ...parts })
}

type Expiring = Credentials & { readonly expiration?: Date | undefined }

/** Headers that belong to one request alone. */
const ofOneRequest = new Set([
  ...['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'content-length'],
  ...['amz-sdk-invocation-id', 'amz-sdk-request', 'x-amzn-trace-id', 'traceparent', 'tracestate', 'baggage'],
])

/** The form of a request that the pipeline made and signed; undefined where there is anything unusual about it. */
function formOf(request: HttpRequest, credentials: Expiring): Form | undefined {
  const { method, path, query = {}, headers } = request
  const { authorization = '', host, 'x-amz-target': target, 'x-amz-security-token': token } = headers
  const scope = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,/.exec(authorization)
  const [, accessKeyId, region, service] = scope ?? []
  if (!region || !service || !host || !target || method !== 'POST' || path !== '/') return undefined
  if (Object.keys(query).length > 0) return undefined
  if (accessKeyId !== credentials.accessKeyId || token !== credentials.sessionToken) return undefined
  const common = Object.entries(headers).filter(([name]) => !ofOneRequest.has(name.toLowerCase()))
  return {
    request: changed(request, { body: undefined }),
    headers: Object.fromEntries(common),
    host,
    target,
    signer: new Signer(credentials, { region, service }),
    expiration: credentials.expiration,
  }
}

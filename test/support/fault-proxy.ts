/**
 * An HTTP proxy on loopback in front of DynamoDB Local: counts and records requests, and loses answers by plan.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { localClient } from './dynamodb-local.ts'

/** One request as it arrived. */
interface SeenRequest {
  /** `PutItem`, `TransactWriteItems` … */
  readonly operation: string
  readonly body: Record<string, unknown>
}

export type Fate =
  | 'pass'
  /** Applied, and the answer replaced by a 500. */
  | 'lose-after:500'
  /** Applied, and the connection cut instead of an answer. */
  | 'lose-after:drop'
  /** Applied, and the connection cut in the middle of the answer. */
  | 'lose-after:truncate'
  /** The connection cut, nothing applied. */
  | 'drop-before'
  | '500-before'
  /** Nothing applied; this answer instead. */
  | { readonly status: number; readonly body: unknown }

/** `n` counts the requests of this operation, from 1. */
export type FaultPlan = (request: SeenRequest, n: number) => Fate

export interface FaultProxy {
  readonly endpoint: string
  /** In order of arrival; `reset` empties it. */
  readonly requests: readonly SeenRequest[]
  /** Of one operation, or all. */
  count(operation?: string): number
  /** From now on; the default passes everything. */
  plan(plan: FaultPlan): void
  /** Forgets requests and plan. */
  reset(): void
  client(config?: DynamoDBClientConfig, make?: (config: DynamoDBClientConfig) => DynamoDBClient): DynamoDBClient
  close(): Promise<void>
}

/** Neither it nor its connections keep the process alive. */
export async function faultProxy(upstream: string): Promise<FaultProxy> {
  const seen: SeenRequest[] = []
  let plan: FaultPlan = () => 'pass'
  const count = (operation?: string): number =>
    operation === undefined ? seen.length : seen.filter((each) => each.operation === operation).length

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await buffer(request)
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^.*\./, '')
    const record: SeenRequest = { operation, body: JSON.parse(bytes.toString() || '{}') }
    seen.push(record)
    const fate = plan(record, count(operation))
    if (fate === 'drop-before') return void response.destroy()
    if (fate === '500-before') return answer(response, 500, internalError)
    if (typeof fate === 'object') return answer(response, fate.status, fate.body)
    const { status, headers, body } = await forward(upstream, request, bytes)
    if (fate === 'lose-after:drop') return void response.destroy()
    if (fate === 'lose-after:500') return answer(response, 500, internalError)
    response.writeHead(status, headers)
    if (fate === 'pass') return void response.end(body)
    // The headers promise the whole body.
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
  }

  server.on('connection', (socket) => socket.unref())
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    endpoint,
    requests: seen,
    count,
    plan: (next) => {
      plan = next
    },
    reset: () => {
      seen.length = 0
      plan = () => 'pass'
    },
    client: (config, make) => localClient(endpoint, config, make),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const internalError = { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'lost on purpose' }

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

async function forward(upstream: string, { method, url, headers }: IncomingMessage, bytes: Buffer) {
  const request = httpRequest(new URL(url ?? '/', upstream), {
    method,
    headers: { ...headers, 'content-length': bytes.length },
    agent: false,
  })
  request.end(bytes)
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  const body = await buffer(answer)
  const kept = { ...answer.headers, 'content-length': String(body.length) }
  delete kept['transfer-encoding']
  delete kept.connection
  return { status: answer.statusCode ?? 502, headers: kept, body }
}

/**
 * The stub transport for the AWS SDK v2: the same bytes, at that SDK's own seam, the HTTP client, of which it has one for
 * the whole process.
 *
 * What differs: there the answer is an emitter of events whose body is read in chunks, here of one chunk; and a response
 * carries no checksum, which v2 would verify where DynamoDB sends it.
 *
 * @module
 */
import { EventEmitter } from 'node:events'
import AWS from 'aws-sdk/lib/core.js'
import { answer, counted } from './stub-transport.ts'

interface Asked {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

class Answer extends EventEmitter {
  #body: Buffer | null

  constructor(body: Uint8Array) {
    super()
    this.#body = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  }

  read(): Buffer | null {
    const body = this.#body
    this.#body = null
    return body
  }
}

const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'stub' }

function handleRequest(asked: Asked, _options: object, answered: (response: Answer) => void): EventEmitter {
  counted.requests++
  const response = new Answer(answer(asked.headers['X-Amz-Target']!.slice('DynamoDB_20120810.'.length), asked.body))
  queueMicrotask(() => {
    answered(response)
    response.emit('headers', 200, headers, 'OK')
    response.emit('readable')
    response.emit('end')
  })
  return new EventEmitter()
}

/** From then on no client of the SDK v2 in this process opens a connection. */
export function stubHttpClient(): void {
  const { HttpClient } = AWS as unknown as { HttpClient: { prototype: object } }
  Object.assign(HttpClient.prototype, { handleRequest })
}

/**
 * Answers requests from memory at the SDK's own seam, the request handler: what is left is the client's CPU.
 *
 * @module
 */
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { wireRecord } from '../wire-record.ts'

/** What every attribute `_v` and `_h` of a record that has been changed before looks like. */
const engineAttributes = {
  _v: { N: '4' },
  _h: { L: ['01JD0000000000000000000001', '01JD0000000000000000000002'].map((id) => ({ S: id })) },
}

interface Asked {
  readonly headers: Readonly<Record<string, string>>
  /** Text, or a view of its bytes that complains when it is used as text. */
  readonly body: string | Uint8Array
}

/** The answer to any request, as bytes: the same record for each read, nothing for each write unless it asks for images. */
export function answer(operation: string, body: string | Uint8Array): Uint8Array {
  if (operation === 'GetItem') return item
  if (operation === 'UpdateItem' && wantsImages(body)) return attributes
  if (operation === 'BatchGetItem' || operation === 'TransactGetItems') return transacted
  return nothing
}

const wantsImages = (body: string | Uint8Array): boolean =>
  (typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)).includes(
    '"ReturnValues":"',
  )

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const stored = { ...wireRecord('a'), ...engineAttributes }
const item = bytes({ Item: stored })
const attributes = bytes({ Attributes: stored })
const transacted = bytes({ Responses: [{ Item: stored }] })
const nothing = bytes({})

class Answer {
  readonly statusCode = 200
  readonly headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'stub' }
  readonly body: Uint8Array
  constructor(body: Uint8Array) {
    this.body = body
  }
}

export const counted = { requests: 0 }

export const stubTransport = {
  async handle({ headers, body }: Asked) {
    counted.requests++
    return { response: new Answer(answer(headers['x-amz-target']!.slice('DynamoDB_20120810.'.length), body)) }
  },
  destroy() {},
}

/** What each client of this suite is made with, and nothing else: the SDK's defaults otherwise. */
export const stubConfig = {
  region: 'eu-north-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  requestHandler: stubTransport,
} as unknown as DynamoDBClientConfig

/**
 * Answers requests from memory at the SDK's own seam, the request handler: what is left is the client's CPU.
 *
 * @module
 */
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { tableWithoutHistory } from '../reference-record.ts'
import { wireRecord } from '../wire-record.ts'

/** An entry of a record's history as a change of one nested field leaves it. */
const entry = '["set volume",[[["settings","volume"],5,7]]]'

/** What the engine's own attributes are in a record that is often changed: between two seals, some four entries. */
const engineAttributes = {
  _v: { N: '12' },
  _g: { S: '01JD0000000000000000000000' },
  _h: { L: [1, 2, 3, 4].map((n) => ({ S: `01JD000000000000000000000${n}${entry}` })) },
}

interface Asked {
  readonly headers: Readonly<Record<string, string>>
  /** Text, or a view of its bytes that complains when it is used as text. */
  readonly body: string | Uint8Array
}

/** The answer to any request, as bytes: the same record for each read, nothing for each write unless it asks for images. */
export function answer(operation: string, body: string | Uint8Array): Uint8Array {
  if (operation === 'GetItem') return includes(body, `"${tableWithoutHistory}"`) ? itemWithoutHistory : item
  if (operation === 'UpdateItem' && wantsImages(body)) return attributes
  if (operation === 'BatchGetItem' || operation === 'TransactGetItems') return transacted
  return nothing
}

const wantsImages = (body: string | Uint8Array): boolean => includes(body, '"ReturnValues":"')

const includes = (body: string | Uint8Array, text: string): boolean =>
  (typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)).includes(text)

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const stored = { ...wireRecord('a'), ...engineAttributes }
const item = bytes({ Item: stored })
const itemWithoutHistory = bytes({ Item: { ...wireRecord('a'), _v: { N: '12' } } })
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

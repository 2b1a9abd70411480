/**
 * Requests and answers as DynamoDB's JSON: all of it is JSON as it stands, but for binary values, which travel as base64.
 *
 * @module
 */
import { pageJson } from './page-json.ts'

export const requestJson = (input: object): string => JSON.stringify(input, holdsBytes(input) ? base64 : undefined)

/** To call back for each member costs more than all else. */
const holdsBytes = (value: object): boolean =>
  value instanceof Uint8Array || Object.values(value).some((member) => isObject(member) && holdsBytes(member))

function base64(this: unknown, name: string, value: unknown): unknown {
  // What `value` is was asked of `toJSON` already, which a Buffer has.
  const given = value !== null && typeof value === 'object' ? (this as Record<string, unknown>)[name] : value
  if (!(given instanceof Uint8Array)) return value
  return Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString('base64')
}

/** Absent members are absent, as in the SDK's outputs. Throws SyntaxError, also from the items of a large page. */
export const readJson = (text: string): object => (text === '' ? {} : (pageJson(text, parse) ?? parse(text)))

function parse(text: string): object {
  const value = JSON.parse(text) as Record<string, unknown>
  // Nothing else of an answer has such members: where it is the name of an attribute or table, its value is no text. (Looked
  // for from the B on, since quotes are everywhere.)
  if (text.includes('B":"') || text.includes('BS":[')) reviveBytes(value)
  return value
}

function reviveBytes(value: Record<string, unknown> | readonly unknown[]): void {
  if (Array.isArray(value)) {
    for (const each of value) if (isObject(each)) reviveBytes(each)
    return
  }
  const object = value as Record<string, unknown>
  for (const name of Object.keys(object)) {
    const member = object[name]
    if (name === 'B' && typeof member === 'string') object[name] = bytes(member)
    else if (name === 'BS' && Array.isArray(member) && typeof member[0] === 'string') object[name] = member.map(bytes)
    else if (isObject(member)) reviveBytes(member)
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

// Of its own memory: small Buffers share theirs.
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

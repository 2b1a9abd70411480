/**
 * Values as text and back, exactly.
 *
 * JSON rather than `v8.serialize`: it is faster for items of usual size, stays readable whatever version of Node.js wrote
 * it, and can be looked at. What JSON lacks is an object whose only name is empty, which no attribute has: a string there
 * begins with `N` for a number or `B` for bytes, a list is a set. This is part of stored formats.
 *
 * @module
 */
import { type AttributeMap, type AttributeValue, isList, isNumber, isSet, type ScalarValue } from './attribute-value.ts'
import { numberText, parseNumber } from './number.ts'

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/** A string that `parseValue` makes the same value of, to the last digit. */
export const valueText = (value: AttributeValue): string => JSON.stringify(toJson(value))

/** What `valueText` made, deeply frozen. */
export const parseValue = (text: string): AttributeValue => fromJson(JSON.parse(text) as Json)

function toJson(value: AttributeValue): Json {
  // JSON keeps every finite double.
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (isNumber(value)) return { '': `N${numberText(value)}` }
  if (value instanceof Uint8Array)
    return { '': `B${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}` }
  if (isSet(value)) return { '': [...value].map(toJson) }
  if (isList(value)) return value.map(toJson)
  const map: Record<string, Json> = {}
  for (const name of Object.keys(value)) {
    const json = toJson((value as AttributeMap)[name]!)
    // Assigned, it would be the prototype, and be lost.
    if (name === '__proto__') Object.defineProperty(map, name, { value: json, enumerable: true })
    else map[name] = json
  }
  // Other stores than DynamoDB may have such a map.
  return '' in map ? { '': map } : map
}

/** Deeply frozen. Fills in place, so nobody else may hold what was parsed. */
export function fromJson(json: Json): AttributeValue {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) {
    for (let i = 0; i < json.length; i++) json[i] = fromJson(json[i]!) as Json
    return Object.freeze(json) as readonly AttributeValue[]
  }
  const told = json['']
  if (told === undefined) return mapOf(json)
  if (Array.isArray(told)) return new Set(told.map((element) => fromJson(element) as ScalarValue))
  if (typeof told === 'object' && told !== null) return mapOf(told)
  if (typeof told === 'string' && told.startsWith('N')) return parseNumber(told.slice(1))
  if (typeof told === 'string' && told.startsWith('B')) return Uint8Array.from(Buffer.from(told.slice(1), 'base64'))
  throw new TypeError(`Expected the text of a value to tell a number, bytes or a set, got ${JSON.stringify(told)}`)
}

function mapOf(json: { [name: string]: Json }): AttributeMap {
  for (const name of Object.keys(json)) json[name] = fromJson(json[name]!) as Json
  return Object.freeze(json) as AttributeMap
}

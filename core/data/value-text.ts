/**
 * Values as text and back, exactly.
 *
 * JSON rather than `v8.serialize`: it is faster for items of usual size, stays readable whatever version of Node.js wrote
 * it, and can be looked at. What JSON lacks is a list that ends with a tag; plain lists end with one too, so nothing else
 * does. This is part of stored formats.
 *
 * @module
 */
import { type AttributeMap, type AttributeValue, isList, isNumber, isSet, type ScalarValue } from './attribute-value.ts'
import { numberText, parseNumber } from './number.ts'

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/** A text that `parseValue` makes the same value of, to the last digit. */
export const valueText = (value: AttributeValue): string => JSON.stringify(toJson(value))

/** What `valueText` made, deeply frozen. */
export const parseValue = (text: string): AttributeValue => fromJson(JSON.parse(text) as Json)

function toJson(value: AttributeValue): Json {
  // JSON keeps every finite double.
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (isNumber(value)) return [numberText(value), 'N']
  if (value instanceof Uint8Array)
    return [Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'), 'B']
  if (isSet(value)) return [...[...value].map(toJson), 'set']
  if (isList(value)) return [...value.map(toJson), 'list']
  const map: Record<string, Json> = {}
  for (const name of Object.keys(value)) map[name] = toJson((value as AttributeMap)[name]!)
  return map
}

/** Deeply frozen. Fills in place, so nobody else may hold what was parsed. */
export function fromJson(json: Json): AttributeValue {
  if (typeof json !== 'object' || json === null) return json
  if (!Array.isArray(json)) {
    for (const name of Object.keys(json)) json[name] = fromJson(json[name]!) as Json
    return Object.freeze(json) as AttributeMap
  }
  const tag = json.pop()
  switch (tag) {
    case 'N':
      return parseNumber(json[0] as string)
    case 'B':
      return Uint8Array.from(Buffer.from(json[0] as string, 'base64'))
    case 'set':
      return new Set(json.map((element) => fromJson(element) as ScalarValue))
    case 'list':
      for (let i = 0; i < json.length; i++) json[i] = fromJson(json[i]!) as Json
      return Object.freeze(json) as readonly AttributeValue[]
    default:
      throw new TypeError(`Expected a list in the text of a value to end with a tag, got ${JSON.stringify(tag)}`)
  }
}

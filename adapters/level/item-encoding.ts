/**
 * Items as text and back, exactly.
 *
 * JSON rather than `v8.serialize`: it is faster for items of usual size, stays readable whatever version of Node.js wrote
 * it, and can be looked at. What JSON lacks is a list that ends with a tag; plain lists end with one too, so nothing else
 * does. This is part of the database's format.
 *
 * @module
 */
import {
  type AttributeMap,
  type AttributeValue,
  isList,
  isNumber,
  isSet,
  type ScalarValue,
} from '../../core/data/attribute-value.ts'
import type { Item } from '../../core/data/item.ts'
import { numberText, parseNumber } from '../../core/data/number.ts'

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

export const encodeItem = (item: Item): string => JSON.stringify(toJson(item))

/** Deeply frozen, and shared with nobody. */
export const decodeItem = (text: string): Item => fromJson(JSON.parse(text) as Json) as Item

/** An item before and after a change, as `encodeItem` has them; either may be absent. */
export const encodePair = (before: string | undefined, after: string | undefined): string =>
  `[${before ?? 'null'},${after ?? 'null'}]`

export const decodePair = (text: string): readonly [before: Item | undefined, after: Item | undefined] => {
  const [before, after] = JSON.parse(text) as [Json, Json]
  return [(fromJson(before) as Item | null) ?? undefined, (fromJson(after) as Item | null) ?? undefined]
}

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

/** Fills in place, since nobody else holds what was just parsed. */
function fromJson(json: Json): AttributeValue {
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
      throw new TypeError(`Expected a list of the database to end with a tag, got ${JSON.stringify(tag)}`)
  }
}

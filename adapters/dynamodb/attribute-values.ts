/**
 * Between the wire's tagged values and the core's plain ones, without loss: numbers keep every digit, and any name is a
 * name. (The SDK's own marshaller rounds numbers and trips over a name like `__proto__`.)
 *
 * @module
 */
import type { AttributeValue as WireValue } from '@aws-sdk/client-dynamodb'
import type { AttributeMap, AttributeValue, ScalarValue } from '../../core/data/attribute-value.ts'
import { typeOf } from '../../core/data/attribute-value.ts'
import { numberText, parseNumber, type StoredNumber } from '../../core/data/number.ts'

export type WireMap = Record<string, WireValue>

/** The tagged form of a value that has passed the core's gate. An empty set has no tagged form. */
export function toWire(value: AttributeValue): WireValue {
  switch (typeof value) {
    case 'string':
      return { S: value }
    case 'number':
    case 'bigint':
      return { N: numberText(value) }
    case 'boolean':
      return { BOOL: value }
  }
  const type = typeOf(value)
  switch (type) {
    case 'NULL':
      return { NULL: true }
    case 'N':
      return { N: numberText(value as StoredNumber) }
    case 'B':
      return { B: value as Uint8Array }
    case 'SS':
    case 'NS':
    case 'BS':
      return setToWire(value as ReadonlySet<ScalarValue>, type)
    case 'L':
      return { L: (value as readonly AttributeValue[]).map(toWire) }
    default:
      return { M: mapToWire(value as AttributeMap) }
  }
}

function setToWire(set: ReadonlySet<ScalarValue>, type: 'SS' | 'NS' | 'BS'): WireValue {
  if (set.size === 0) throw new TypeError('Expected a set with elements, got an empty one: DynamoDB cannot store it')
  const elements = [...set]
  if (type === 'NS') return { NS: elements.map((each) => numberText(each as StoredNumber)) }
  return type === 'BS' ? { BS: elements as Uint8Array[] } : { SS: elements as string[] }
}

/** An item, a key, or the members of a map. */
export function mapToWire(map: AttributeMap): WireMap {
  const wire: WireMap = {}
  for (const name of Object.keys(map)) define(wire, name, toWire(map[name]!))
  return wire
}

/** The plain, frozen form of a value that DynamoDB sent. Throws on a tag it does not know rather than lose a value. */
export function fromWire(wire: WireValue): AttributeValue {
  // By tag in order of frequency; the SDK gives each value exactly one.
  if (wire.S !== undefined) return wire.S
  if (wire.N !== undefined) return parseNumber(wire.N)
  if (wire.M !== undefined) return mapFromWire(wire.M)
  if (wire.L !== undefined) return Object.freeze(wire.L.map(fromWire))
  if (wire.BOOL !== undefined) return wire.BOOL
  if (wire.NULL !== undefined) return null
  if (wire.B !== undefined) return bytes(wire.B)
  if (wire.SS !== undefined) return new Set(wire.SS)
  if (wire.NS !== undefined) return new Set(wire.NS.map(parseNumber))
  if (wire.BS !== undefined) return new Set(wire.BS.map(bytes))
  throw new TypeError(
    `DynamoDB sent a value of an unknown type (${Object.keys(wire).join(', ') || 'no tag'}): a newer draftwork may know it`,
  )
}

export function mapFromWire(wire: WireMap): AttributeMap {
  const map: Record<string, AttributeValue> = {}
  for (const name of Object.keys(wire)) {
    const value = wire[name]
    // SDK 3.1164 reads an item's own attribute `__proto__` as undefined, though not one of a nested map.
    if (value === undefined) throw new TypeError(`The AWS SDK lost the value of the attribute ${name}`)
    define(map, name, fromWire(value))
  }
  return Object.freeze(map)
}

/** A plain view, so that nobody meets Node's Buffer where the core says Uint8Array. */
function bytes(value: Uint8Array): Uint8Array {
  if (value.constructor === Uint8Array) return value
  // A view of anything else would be an empty one.
  if (!ArrayBuffer.isView(value)) throw new TypeError(`Expected a binary value as bytes, got ${typeof value}`)
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

/** Assigning to `__proto__` would set the prototype and lose the attribute. */
function define<Value>(map: Record<string, Value>, name: string, value: Value): void {
  if (name !== '__proto__') map[name] = value
  else Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
}

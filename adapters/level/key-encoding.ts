/**
 * Key values as bytes, so that LevelDB's order of bytes is the order of the values: `compare` of `core/data`.
 *
 * Each encoding ends itself, so none is the beginning of another and several can stand one after the other without
 * ambiguity. All values of one key attribute have one type, so the type is not written. This is part of the database's
 * format: whatever changes here needs a new `FORMAT`.
 *
 * @module
 */
import { isNumber, type ScalarValue } from '../../core/data/attribute-value.ts'
import { numberKey, type StoredNumber } from '../../core/data/number.ts'

export const encodeKeyValue = (value: ScalarValue): Buffer =>
  isNumber(value) ? encodeNumber(value) : Buffer.concat([encodeBeginning(value), END])

// Below every byte that may follow a zero inside a value, so that "a" comes before "a\0".
const END = Buffer.of(0, 1)
const ESCAPED_ZERO = Buffer.of(0, 255)

/** What the encodings of all texts or bytes begin with that begin with this one. */
export function encodeBeginning(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as Uint8Array)
  if (!bytes.includes(0)) return bytes
  const parts: Uint8Array[] = []
  let start = 0
  for (let zero = bytes.indexOf(0); zero >= 0; zero = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, zero), ESCAPED_ZERO)
    start = zero + 1
  }
  return Buffer.concat([...parts, bytes.subarray(start)])
}

const [NEGATIVE, ZERO, POSITIVE] = [1, 2, 3]
/** Makes the smallest magnitude that a number may have, 1e-130, the byte 0; the largest, 9.9e125, is 255 then. */
const BIAS = 130

/**
 * Sign, magnitude of the first digit, digits by two from the first on, an end below every pair. A negative number has all
 * but its sign inverted, so that the larger in magnitude comes first.
 */
function encodeNumber(value: StoredNumber): Buffer {
  const [signed, exponent] = numberKey(value).split('e') as [string, string]
  if (signed === '0') return Buffer.of(ZERO)
  const negative = signed.startsWith('-')
  const digits = negative ? signed.slice(1) : signed
  const bytes = [Number(exponent) + digits.length - 1 + BIAS]
  for (let i = 0; i < digits.length; i += 2) bytes.push(Number(digits.slice(i, i + 2).padEnd(2, '0')) + 1)
  bytes.push(0)
  return Buffer.from([negative ? NEGATIVE : POSITIVE, ...(negative ? bytes.map((byte) => 255 - byte) : bytes)])
}

/**
 * Spreads partitions over 32 bits, so that a scan can be cut into segments. FNV-1a, with a final mix since neighbours
 * would otherwise stay neighbours.
 */
export function hashOf(partition: Buffer): Buffer {
  let hash = 0x811c9dc5
  for (const byte of partition) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  return uint32((hash ^ (hash >>> 15)) >>> 0)
}

/** In the order of the numbers. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** In the order of the numbers; below 2^48. */
export function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(value, 0, 6)
  return bytes
}

/** The first byte string behind all that begin with this one, which has a byte other than 255. */
export function behind(beginning: Buffer): Buffer {
  let end = beginning.length
  while (beginning[end - 1] === 255) end--
  const bytes = Buffer.from(beginning.subarray(0, end))
  bytes[end - 1]! += 1
  return bytes
}

/**
 * Values for log lines: what JSON and people can read, whatever they are.
 *
 * @module
 */
import { isNumber } from '../data/attribute-value.ts'

/** Numbers that JSON has no room for as text, sets as lists, bytes as Base64. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'number') return value
  if (isNumber(value)) return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Set || Array.isArray(value)) return Array.from(value, plainValue)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainValue(member)]))
}

/**
 * A value as it is told to come back: without undefined members and empty sets, which are absence; bytes as plain
 * `Uint8Array`; numbers in the narrowest form; objects with the ordinary prototype.
 *
 * @module
 */

export function asStored(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Object.is(value, -0)) return 0
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (value instanceof Set) return value.size === 0 ? undefined : new Set([...value].map(asStored))
  if (value instanceof Map) return new Map([...value].map(([name, each]) => [name, asStored(each)]))
  if (Array.isArray(value)) return value.map(asStored)
  const members = Reflect.ownKeys(value).map((name) => [name, asStored((value as Record<PropertyKey, unknown>)[name])])
  return Object.fromEntries(members.filter(([, member]) => member !== undefined))
}

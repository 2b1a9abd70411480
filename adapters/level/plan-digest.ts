/**
 * A short text that is the same for equal plans and different for all others, whatever order and types hold equal values.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { isNumber, isSet, type ScalarValue, scalarKey } from '../../core/data/attribute-value.ts'
import type { WriteAction } from '../../core/store/write-plan.ts'

export const planDigest = (actions: readonly WriteAction[]): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(actions)))
    .digest('base64')

/** Scalars by their keys, sets and maps in a fixed order. Tagged, so that nothing else looks like a set or a scalar. */
function canonical(value: unknown): unknown {
  if (typeof value === 'string' || isNumber(value) || value instanceof Uint8Array) return scalarKey(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return ['list', ...value.map(canonical)]
  if (isSet(value as ReadonlySet<ScalarValue>)) {
    return ['set', ...[...(value as ReadonlySet<ScalarValue>)].map(scalarKey).sort()]
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return ['map', ...members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)])]
}

/**
 * A record's key for people.
 *
 * @module
 */

import { isNumber } from '../data/attribute-value.ts'
import type { ItemKey } from '../data/item.ts'

/** Numbers of any size and binary values too, which JSON alone refuses or mangles. */
export const printKey = (key: ItemKey): string =>
  JSON.stringify(key, (_, value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
    return typeof value !== 'number' && isNumber(value) ? String(value) : value
  })

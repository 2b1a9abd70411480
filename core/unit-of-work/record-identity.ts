/**
 * Which record: its model and where it is stored.
 *
 * @module
 */
import { isNumber } from '../data/attribute-value.ts'
import { addressKey, type ItemAddress, type ItemKey } from '../data/item.ts'
import type { AnyModel } from '../model/model.ts'

export interface RecordIdentity {
  readonly model: AnyModel
  readonly address: ItemAddress
  /** `addressKey` of the address. */
  readonly id: string
}

export const identityAt = (model: AnyModel, address: ItemAddress): RecordIdentity => ({
  model,
  address,
  id: addressKey(address),
})

/** For people. */
export const printRecord = ({ model, address }: RecordIdentity): string => `${model.name} ${printKey(address.key)}`

/** Numbers of any size and binary values too, which JSON alone refuses or mangles. */
export const printKey = (key: ItemKey): string =>
  JSON.stringify(key, (_, value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
    return typeof value !== 'number' && isNumber(value) ? String(value) : value
  })

/**
 * Which record: its model and where it is stored.
 *
 * @module
 */
import { addressKey, type ItemAddress, printKey } from '../data/item.ts'
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

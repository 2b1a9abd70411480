/**
 * What a stored item is to a reader: a record, none, or one that does not fit its model.
 *
 * @module
 */
import type { Item, ItemKey } from '../data/item.ts'
import { keyOf } from '../data/item.ts'
import type { Issue } from '../data/to-attribute.ts'
import type { Environment } from '../environment.ts'
import { type EngineError, isEngineError } from '../errors.ts'
import { type Condition, compareTo, equals, not } from '../expression/condition.ts'
import type { AnyModel } from '../model/model.ts'
import { decodePart } from '../model/partial-record.ts'
import { decodeItem } from '../model/record.ts'
import type { OnInvalid } from './read-options.ts'

/** A stored item that is no record of its model; see `work.repair`. */
export interface InvalidItem {
  readonly invalid: true
  /** As it is stored, or as much of it as was asked for. */
  readonly item: Item
  readonly key: ItemKey
  readonly issues: readonly Issue[]
}

/** Gives the record of an item, or what stands for one that does not fit; undefined where it is to be left out. */
export type ItemReader = (item: Item) => object | undefined

/** `fields` are those of a partial record. */
export function itemReader(model: AnyModel, onInvalid: OnInvalid, fields?: readonly string[] | undefined): ItemReader {
  return (item) => {
    try {
      return fields === undefined ? decodeItem(model, item) : decodePart(model, item, fields)
    } catch (error) {
      if (onInvalid === 'throw' || !isUnreadable(error)) throw error
      if (onInvalid === 'skip') return undefined
      const issues = isEngineError(error, 'INVALID_RECORD')
        ? error.payload.issues
        : [{ path: [], expected: error.message, actual: item }]
      return Object.freeze({
        invalid: true,
        item,
        key: keyOf(item, model.definition.keyNames),
        issues,
      }) satisfies InvalidItem
    }
  }
}

/** A stored item's own fault, not that of the read. */
export const isUnreadable = (error: unknown): error is EngineError =>
  (isEngineError(error, 'INVALID_RECORD') && error.payload.stored) || isEngineError(error, 'UNKNOWN_SCHEMA_VERSION')

/** What tells the model's records from others in its table. */
export function ofModel({ definition: { type } }: AnyModel): readonly Condition[] {
  return type === undefined ? [] : [equals([type.attribute], type.value)]
}

/** Holds of records that have not expired. Also of those whose expiry is absent, or no number, as DynamoDB sees it. */
export function notExpired({ definition: { expires } }: AnyModel, environment: Environment): readonly Condition[] {
  if (expires === undefined) return []
  return [not(compareTo([expires], '<=', Math.floor(environment.now() / 1000)))]
}

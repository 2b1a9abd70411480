/**
 * A record that is asked for and is not there, or no longer told by its history.
 *
 * @module
 */
import { type ItemKey, printKey } from '../data/item.ts'
import { type EngineError, engineError } from '../errors.ts'
import type { AnyModel } from './model.ts'

/** `RECORD_NOT_FOUND`. `say` is given the record's name for people. */
export const recordNotFound = (model: AnyModel, key: ItemKey, say: (record: string) => string): EngineError =>
  engineError('RECORD_NOT_FOUND', say(`${model.name} ${printKey(key)}`), { model: model.name, key })

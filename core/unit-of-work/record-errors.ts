/**
 * What is said of a record that should be there and is not, or the other way round.
 *
 * @module
 */
import { type EngineError, engineError } from '../errors.ts'
import { printKey } from './print-key.ts'
import type { RecordIdentity } from './record-version.ts'

export const notFound = ({ model, address }: RecordIdentity): EngineError =>
  engineError(
    'RECORD_NOT_FOUND',
    `There is no ${model.name} ${printKey(address.key)}. Use work.find where it may be absent, or work.create.`,
    { model: model.name, key: address.key },
  )

export const alreadyExists = ({ model, address }: RecordIdentity): EngineError =>
  engineError(
    'RECORD_EXISTS',
    `There is a ${model.name} ${printKey(address.key)} already. Use work.find first, or another key.`,
    { model: model.name, key: address.key },
  )

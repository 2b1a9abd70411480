/**
 * What is said of a record that should be there and is not, or the other way round.
 *
 * @module
 */
import { type EngineError, engineError } from '../errors.ts'
import { printRecord, type RecordIdentity } from './record-identity.ts'

export const notFound = (identity: RecordIdentity): EngineError =>
  engineError(
    'RECORD_NOT_FOUND',
    `There is no ${printRecord(identity)}. Use work.find where it may be absent, or work.create.`,
    named(identity),
  )

export const alreadyExists = (identity: RecordIdentity): EngineError =>
  engineError(
    'RECORD_EXISTS',
    `There is a ${printRecord(identity)} already. Use work.find first, or another key.`,
    named(identity),
  )

/** As payloads of errors name a record. */
const named = ({ model, address }: RecordIdentity) => ({ model: model.name, key: address.key })

/**
 * What is said of a record that should be there and is not, or the other way round, or cannot be changed like that.
 *
 * @module
 */
import type { Issue } from '../data/to-attribute.ts'
import { type EngineError, engineError } from '../errors.ts'
import { recordNotFound } from '../model/not-found.ts'
import { printRecord, type RecordIdentity } from './record-identity.ts'

export const notFound = (identity: RecordIdentity): EngineError =>
  recordNotFound(
    identity.model,
    identity.address.key,
    (record) => `There is no ${record}. Use work.find where it may be absent, or work.create.`,
  )

export const alreadyExists = (identity: RecordIdentity): EngineError =>
  engineError(
    'RECORD_EXISTS',
    `There is a ${printRecord(identity)} already. Use work.find first, or another key.`,
    named(identity),
  )

/** What a change makes of a record cannot be stored. `problem` follows the record's name. */
export const invalidChange = (
  identity: RecordIdentity,
  problem: string,
  issues: readonly Issue[],
  cause?: unknown,
): EngineError =>
  engineError(
    'INVALID_RECORD',
    `${printRecord(identity)}${problem}`,
    { ...named(identity), stored: false, issues },
    cause === undefined ? undefined : { cause },
  )

/** Under the key this unit of work knows a record of another model already. */
export function otherModel(identity: RecordIdentity, known: RecordIdentity): EngineError {
  const { type } = identity.model.definition
  const issue = {
    path: type ? [type.attribute] : [],
    expected: type?.value ?? '',
    actual: known.model.definition.type?.value,
  }
  const problem = `: in this unit of work there is a record of ${known.model.name} under this key`
  return invalidChange(identity, `${problem}. Give them keys of their own; nothing was written.`, [issue])
}

/** As payloads of errors name a record. */
const named = ({ model, address }: RecordIdentity) => ({ model: model.name, key: address.key })

/**
 * Makes a stored item that does not fit its model a record again, on the condition that the item is as it was seen.
 *
 * @module
 */
import { forsake, invalidArgument } from '../arguments.ts'
import { addressKey, printKey } from '../data/item.ts'
import { engineAttributes } from '../model/definition.ts'
import { newRecord } from '../model/record.ts'
import { notFound } from './record-errors.ts'
import type { RecordIdentity } from './record-identity.ts'
import { RecordState } from './record-state.ts'
import { RecordVersion } from './record-version.ts'
import type { Scope } from './scope.ts'
import { UnreadableVersion } from './unreadable-version.ts'

/** `state` is the record's present one. One that can be read needs no repair and is returned as it is. */
export function repairRecord(scope: Scope, identity: RecordIdentity, state: RecordState, mend: unknown): object {
  const { model } = identity
  const refuse = (expected: string, argument: string) =>
    invalidArgument(argument, `Repair of ${model.name}: expected ${expected}.`)
  if (typeof mend !== 'function') throw refuse('a function that makes fields of the stored item', 'mend')
  scope.observe(state)
  const broken = state.drafted
  const stored = scope.attempt.records.loaded(identity.id)?.stored
  if (!(broken instanceof UnreadableVersion) || !stored) {
    if (state.isPresent) return scope.recordOf(state)
    throw notFound(identity)
  }
  const { type, keyNames } = model.definition
  // Another model's record under the same key is whole as it is.
  if (type && stored[type.attribute] !== undefined && stored[type.attribute] !== type.value) throw broken.error
  const looks = scope.looksAt(state)
  const unguarded = [...engineAttributes, ...keyNames]
  for (const name of Object.keys(stored)) if (!unguarded.includes(name)) looks.at('value', [name])
  const mended: unknown = mend(stored)
  forsake(mended)
  const { record, item, address } = newRecord(model, mended as never)
  if (addressKey(address) !== identity.id) throw refuse(`fields with the key ${printKey(identity.address.key)}`, 'mend')
  const repaired = new RecordState(identity, 'kept', new RecordVersion(identity, record, item))
  scope.put(repaired)
  return scope.recordOf(repaired)
}

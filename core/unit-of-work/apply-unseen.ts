/**
 * Changes that were made without seeing the record, on what it turns out to be.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { engineError } from '../errors.ts'
import { apply, InapplicableUpdate } from '../expression/apply.ts'
import type { Update } from '../expression/update.ts'
import { printRecord, type RecordIdentity } from './record-identity.ts'

/** The item after the changes. Throws `REJECTED`, as the store would, where they do not fit it. */
export function applyUnseen(identity: RecordIdentity, update: Update, item: Item): Item {
  try {
    return apply(update, item)
  } catch (thrown) {
    if (!(thrown instanceof InapplicableUpdate)) throw thrown
    const reason = `the blind change does not fit the record: ${thrown.message}`
    throw engineError('REJECTED', `${printRecord(identity)}: ${reason}. Nothing was written.`, { reason })
  }
}

/**
 * One record of a table that is migrated: a unit of work of its own, on the item as the scan found it.
 *
 * So it has all that a commit has: it is guarded by the whole item, applied once, and told by the record's history. Who
 * changed the record meanwhile has migrated it as well, or is met again on the fresh item.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { isEngineError } from '../errors.ts'
import { addressOfItem } from '../model/key.ts'
import { itemAs, schemaVersionOf } from '../model/migrate.ts'
import type { AnyModel } from '../model/model.ts'
import { identityAt } from '../unit-of-work/record-identity.ts'
import { RecordState } from '../unit-of-work/record-state.ts'
import type { UnitOfWorkRunner } from '../unit-of-work/run.ts'
import { scopeOf } from '../unit-of-work/scoped-unit-of-work.ts'

/** True where it was written; false where nothing was to be done any more. Throws as units of work do. */
export async function migrateRecord(
  unitOfWork: UnitOfWorkRunner,
  model: AnyModel,
  scanned: Item,
  to: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const identity = identityAt(model, addressOfItem(model, scanned))
  let isFirst = true
  const migrate = () =>
    unitOfWork.run(
      `migrate ${model.name} ${schemaVersionOf(model, scanned)}→${to}`,
      async (work) => {
        const scope = scopeOf(work)
        const { records } = scope.attempt
        const { stored, present, state } = isFirst ? records.adopt(identity, scanned) : await records.load(identity)
        isFirst = false
        // Throws what keeps the item from being read.
        if (!stored || !present || !state.isPresent || schemaVersionOf(model, stored) === to) return false
        const target = to === model.version ? present : itemAs(model, stored, to)
        scope.put(new RecordState(identity, 'kept', state.drafted, { target }))
        return true
      },
      { propagation: 'independent', signal },
    )
  try {
    return await migrate()
  } catch (thrown) {
    if (!isEngineError(thrown, 'UNKNOWN_OUTCOME')) throw thrown
    // Where no history tells, the item itself does: it is migrated now, or was by the commit whose answer was lost.
    await migrate()
    return true
  }
}

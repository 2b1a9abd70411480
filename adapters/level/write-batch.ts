/**
 * Bulk writes on LevelDB: one synced batch, between commits.
 *
 * @module
 */
import type { BulkOutcome, BulkWrite } from '../../core/store/bulk-write.ts'
import type { StoreLimits } from '../../core/store/limits.ts'
import { CommitGroup } from './commit-group.ts'
import type { Database } from './database.ts'
import { rejected } from './refusals.ts'

/** To be run without a commit in between. */
export async function writeBatch(
  database: Database,
  writes: readonly BulkWrite[],
  limits: StoreLimits,
): Promise<BulkOutcome> {
  if (writes.length > 0) {
    const group = await CommitGroup.open(database, limits, [{ actions: writes }])
    const problem = group.apply(writes)
    if (problem !== undefined) throw rejected(problem)
    await group.write()
  }
  return { unprocessed: [], reasons: [] }
}

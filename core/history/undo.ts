/**
 * Takes a commit back: a unit of work that gives every record of the commit back what it replaced, where nobody has changed
 * the same since.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { printValue } from '../data/print-value.ts'
import { engineError } from '../errors.ts'
import type { EventReference } from './event.ts'
import { findCommit } from './find-commit.ts'
import type { HistoryParts } from './history-parts.ts'
import { takeBack, UNDO } from './take-back.ts'

export async function undoCommit(
  parts: HistoryParts,
  commit: string | EventReference,
  signal: AbortSignal | undefined,
): Promise<number> {
  const id = typeof commit === 'string' ? commit : commit?.commitId
  if (typeof id !== 'string' || id === '') {
    throw invalidArgument('commit', `Expected a commit id or an event of a history, got ${printValue(commit)}.`)
  }
  const found = await findCommit(parts, commit, signal)
  if (found.length === 0 || found.some(({ version }) => version.entry.erased)) {
    throw engineError('RECORD_NOT_FOUND', `Commit ${id} is in no history here, or was erased.`, { model: '', key: {} })
  }
  await parts.unitOfWork.run(
    `${UNDO}${id}`,
    async (work) => {
      for (const record of found) await takeBack(parts, work, record)
    },
    { signal },
  )
  return found.length
}

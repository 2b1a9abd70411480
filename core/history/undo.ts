/**
 * Takes a commit back: a unit of work that gives every record of the commit back what it replaced, where nobody has changed
 * the same since.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import type { ItemKey } from '../data/item.ts'
import { printValue } from '../data/print-value.ts'
import { type EngineError, engineError } from '../errors.ts'
import { recordNotFound } from '../model/not-found.ts'
import type { EventReference } from './event.ts'
import { findCommit } from './find-commit.ts'
import type { HistoryParts } from './history-parts.ts'
import { takeBack, UNDO } from './take-back.ts'

export async function undoCommit(
  parts: HistoryParts,
  commit: string | EventReference,
  signal: AbortSignal | undefined,
): Promise<number> {
  const event = typeof commit === 'string' ? undefined : checked(commit)
  const id = event?.commitId ?? (commit as string)
  if (id === '') throw unfit(commit)
  const found = await findCommit(parts, commit, signal)
  const [first] = found
  if (!first) {
    const message = `Commit ${id} is in no history here.`
    if (!event) throw invalidArgument('commit', message)
    const { model, key } = event
    throw engineError('RECORD_NOT_FOUND', message, { model, key: key as ItemKey })
  }
  const erased = found.find(({ version }) => version.entry.erased)
  if (erased) {
    const { model, address } = erased
    throw recordNotFound(
      model,
      address.key,
      (record) => `Commit ${id} was erased from the history of ${record}, so that nothing tells what it replaced.`,
    )
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

function checked(event: EventReference): EventReference {
  const names = ['commitId', 'model'] as const
  if (names.every((name) => typeof event?.[name] === 'string') && typeof event.key === 'object') return event
  throw unfit(event)
}

const unfit = (commit: unknown): EngineError =>
  invalidArgument('commit', `Expected a commit id or an event of a history, got ${printValue(commit)}.`)

/**
 * A failed commit, told in the words of the domain: which record, which path, what was read, wanted and found.
 *
 * @module
 */
import { printPath, valueAt } from '../data/document-path.ts'
import { printKey } from '../data/item.ts'
import { type Conflict, type EngineError, engineError } from '../errors.ts'
import { evaluate } from '../expression/evaluate.ts'
import type { FailedAction } from '../store/commit-outcome.ts'
import type { PlannedAction } from './planned.ts'
import { alreadyExists, notFound } from './record-errors.ts'

/** Every path of these actions that somebody else got to first. */
export const explainConflicts = (planned: readonly PlannedAction[], failures: readonly FailedAction[]): Conflict[] =>
  failures.flatMap(({ position, present }) => {
    const action = planned[position]
    if (!action) return []
    const { involved, guards, next } = action
    const { model, address } = involved.identity
    const at = (
      path: string,
      base: Conflict['base'],
      mine: Conflict['mine'],
      theirs: Conflict['theirs'],
    ): Conflict => ({
      model: model.name,
      key: address.key,
      path,
      base,
      mine,
      theirs,
    })
    const broken = present ? guards.filter(({ condition }) => !evaluate(condition, present)) : []
    if (broken.length === 0) return [at('', involved.stored, next, present)]
    return broken.map(({ path }) =>
      path.length === 0
        ? at('', involved.stored, next, present)
        : at(printPath(path), valueAt(involved.stored, path), valueAt(next, path), valueAt(present, path)),
    )
  })

const printConflict = ({ model, key, path }: Conflict): string =>
  `${model} ${printKey(key)}${path === '' ? '' : ` at ${path}`}`

/**
 * What a function that could not run again would have been told: a creation without a look met a record, or a change
 * without a look met none.
 */
export function unreadConflict(
  planned: readonly PlannedAction[],
  failures: readonly FailedAction[],
): EngineError | undefined {
  for (const { position, present } of failures) {
    const involved = planned[position]?.involved
    if (!involved || involved.isLoaded) continue
    if (involved.state?.fate === 'created' && present) return alreadyExists(involved.identity)
    if (involved.state?.fate !== 'created' && !present) return notFound(involved.identity)
  }
  return undefined
}

export const conflictError = (conflicts: readonly Conflict[], attempts: number) =>
  engineError(
    'CONFLICT',
    `Others kept changing what this unit of work looked at (${attempts} attempts): ${conflicts.map(printConflict).join('; ')}. ` +
      'Nothing was written. Look at less, use work.blind or work.peek where the value does not matter, or allow more attempts.',
    { conflicts, attempts },
  )

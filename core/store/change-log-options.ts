/**
 * How much a store that keeps its own log of changes keeps of it.
 *
 * @module
 */
import { assertOptions, unexpected } from '../arguments.ts'
import { engineError } from '../errors.ts'

/** `keep` is the number of changes that a feed can reach back at least. `false`: there is no log, and no feed. */
export type ChangeLogOptions = { readonly keep: number } | false

/** Some minutes of a busy program, or weeks of a quiet one; a consumer that stays away longer has to compare anyway. */
const KEEP = 100_000

/** The number of changes to keep; undefined for no log. */
export function changesToKeep(options: ChangeLogOptions | undefined): number | undefined {
  if (options === false) return undefined
  assertOptions(options, 'changeLog', ['keep'])
  const keep = options?.keep ?? KEEP
  if (!Number.isSafeInteger(keep) || keep < 1) throw unexpected('changeLog.keep', 'an integer, at least 1', keep)
  return keep
}

export const noChangeLog = () => {
  const reason = 'This store keeps no log of changes'
  return engineError('REJECTED', `${reason}; make it without changeLog: false to follow changes`, { reason })
}

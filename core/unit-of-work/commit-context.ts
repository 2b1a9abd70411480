/**
 * What all actions of one commit share, whatever they do.
 *
 * @module
 */
import type { AttributeMap } from '../data/attribute-value.ts'
import type { StoreLimits } from '../store/limits.ts'
import type { WriteAction } from '../store/write-plan.ts'

export interface CommitContext {
  /** The commit's id. */
  readonly id: string
  readonly limits: StoreLimits
  readonly journalTable: string
  /** The caller's, for every entry. */
  readonly metadata: AttributeMap | undefined
  /** A write of the engine's that goes along, also where nothing else does. */
  readonly own?: WriteAction | undefined
}

/**
 * What a unit of work does to one record that stays: what drafts changed, and the blind changes beside it.
 *
 * @module
 */
import { overlap } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { apply } from '../expression/apply.ts'
import { diff } from '../expression/diff.ts'
import type { Update } from '../expression/update.ts'
import { isBranchPath } from '../model/shape.ts'
import { type BlindChange, joinBlind } from './blind.ts'
import type { Involved } from './involved.ts'

export interface Parts {
  readonly drafts: Update
  /** One for each path. */
  readonly blind: readonly BlindChange[]
}

/** Whether the record is written for it: a domain event is kept also where it changes nothing. */
export const isUpdate = ({ applied }: Involved, { drafts, blind }: Parts): boolean =>
  drafts.length + blind.length + applied.length > 0

/** Neither where the record is created, deleted or only looked at. */
export function partsOf(involved: Involved): Parts {
  const { state, stored, identity } = involved
  if (state?.fate !== 'kept') return { drafts: [], blind: [] }
  const { drafts, blind } = stored ? partsOn(stored, involved) : { drafts: [], blind: state.blind }
  return { drafts, blind: joinBlind(blind, identity.model.name) }
}

/** A blind change of what a draft wrote becomes part of the draft: an update may name a path only once. */
function partsOn(stored: Item, { base, state, identity }: Involved): Parts {
  const blind = state?.blind ?? []
  const before = base?.drafted?.encoded
  const after = state?.drafted?.encoded
  if (!before || !after || before === after) return { drafts: [], blind }
  const changesTo = (next: Item): Update => diff({ stored, before, after: next }, isBranchPath(identity.model.shape))
  const drafts = changesTo(after)
  const within = blind.filter(({ action }) => drafts.some(({ path }) => overlap(path, action.path)))
  if (within.length === 0) return { drafts, blind }
  const next = within.reduce((item, { action }) => apply([action], item), after)
  return { drafts: changesTo(next), blind: blind.filter((each) => !within.includes(each)) }
}

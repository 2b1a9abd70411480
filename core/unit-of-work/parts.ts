/**
 * What a unit of work does to one record that stays: what drafts changed, and the blind changes beside it.
 *
 * A record that was read from an older schema version is stored in the present one with the next change of it, whatever
 * that changes: then everything that differs from what is stored is a draft's.
 *
 * @module
 */
import type { AttributeSet } from '../data/attribute-value.ts'
import { overlap, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { apply } from '../expression/apply.ts'
import { addToSet, changesElements, removeFromSet, set, type Update } from '../expression/update.ts'
import { SCHEMA_VERSION } from '../model/migrate.ts'
import { applyBlind, type BlindChange, idleElements, joinBlind, union } from './blind.ts'
import type { Involved } from './involved.ts'
import { updateBetween } from './record-version.ts'

export interface Parts {
  readonly drafts: Update
  /** One for each path. */
  readonly blind: readonly BlindChange[]
  /** Fields that the drafts' values were made of, though no draft has looked at them. */
  readonly sources?: readonly string[] | undefined
  /** The item as it is to be, where it goes to another schema version: no path of the record is one of what is stored. */
  readonly migrated?: Item | undefined
}

/** Whether the record is written for it: a domain event is kept also where it changes nothing. */
export const isUpdate = ({ applied }: Involved, { drafts, blind }: Parts): boolean =>
  drafts.length + blind.length + applied.length > 0

/** Neither where the record is created, deleted or only looked at. */
export function partsOf(involved: Involved): Parts {
  const { state, stored, identity } = involved
  if (state?.fate !== 'kept') return { drafts: [], blind: [] }
  if (!stored) return { drafts: [], blind: joinBlind(state.blind, identity.model.name) }
  const migrated = migratedItem(involved)
  if (migrated) {
    return { drafts: updateBetween(identity, stored, migrated), blind: [], migrated }
  }
  const { drafts, blind, sources } = partsOn(stored, involved)
  const joined = joinBlind(blind, identity.model.name)
  const isChanged = drafts.length + joined.length > 0
  // A record that is repaired brings its version itself.
  const isStamped = drafts.some(({ path }) => path[0] === SCHEMA_VERSION)
  return { drafts: isChanged && !isStamped ? [...drafts, ...schemaStamp(involved)] : drafts, blind: joined, sources }
}

/** The item as it is to be stored in another schema version than it is; undefined where it stays in its own. */
function migratedItem({ stored, present, base, state, identity }: Involved): Item | undefined {
  if (!stored || !present) return undefined
  if (state?.target) return state.target
  const isChanged = state && (state.drafted !== base?.drafted || state.blind.length > 0)
  if (stored === present || !isChanged) return undefined
  const before = base?.drafted?.encoded
  const after = state.view?.encoded
  if (!before || !after) return undefined
  return apply(updateBetween(identity, before, after, present), present)
}

/** An item of the present version that did not say so, since a detector told it, says so from its next change on. */
function schemaStamp({ identity, stored }: Involved): Update {
  const { migrations, version } = identity.model.definition
  return migrations && stored && stored[SCHEMA_VERSION] === undefined ? [set([SCHEMA_VERSION], version)] : []
}

/**
 * A blind change of what a draft wrote becomes part of the draft: an update may name a path only once. So does one of what
 * a default gave, of which the store knows nothing.
 */
function partsOn(stored: Item, { base, state, identity, defaulted }: Involved): Parts {
  const blind = state?.blind ?? []
  const before = base?.drafted?.encoded
  const after = state?.drafted?.encoded
  if (!before || !after) return { drafts: [], blind }
  const changesTo = (next: Item): Update => updateBetween(identity, before, next, stored)
  const drafts = before === after ? [] : changesTo(after)
  const sourcesOf = ({ action: { path } }: BlindChange) => defaulted?.get(String(path[0]))
  const within = blind.filter((each) => sourcesOf(each) || drafts.some(({ path }) => overlap(path, each.action.path)))
  if (within.length === 0) return { drafts, blind }
  const next = applyBlind(within, after)
  const changes = within.reduce(
    (update, change) => withIdle(update, change, next, sourcesOf(change) !== undefined),
    changesTo(next),
  )
  return {
    drafts: changes,
    blind: blind.filter((each) => !within.includes(each)),
    sources: within.flatMap((each) => [...(sourcesOf(each) ?? [])]),
  }
}

/**
 * The update that leads to `next`, and sends as well what a blind change of a set asked for and found to be so: it has looked
 * at nothing, and another commit may have made it otherwise.
 */
function withIdle(update: Update, change: BlindChange, next: Item, isDefault: boolean): Update {
  const { path, kind } = change.action
  const idle = idleElements(change, next)
  const drafted = update.find((each) => overlap(each.path, path))
  // What is replaced as a whole is guarded by what it was.
  if (idle.length === 0 || drafted?.kind === 'set' || drafted?.kind === 'remove') return update
  const others = update.filter((each) => each !== drafted)
  const isOneKind = !drafted || drafted.kind === kind
  const elements = union(
    new Set(idle) as AttributeSet,
    drafted && changesElements(drafted) ? drafted.elements : new Set(),
  )
  if (isOneKind && !isDefault) return [...others, (kind === 'add-to-set' ? addToSet : removeFromSet)(path, elements)]
  return [...others, set(path, valueAt(next, path)!)]
}

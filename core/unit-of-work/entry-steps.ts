/**
 * The steps of a commit's entry: what a record went through, event by event, and what else was changed.
 *
 * @module
 */
import { equal } from '../data/attribute-value.ts'
import { type DocumentPath, overlap, pathKey, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { apply, InapplicableUpdate } from '../expression/apply.ts'
import { set, type Update } from '../expression/update.ts'
import { type Change, recordChanges } from '../journal/change.ts'
import type { Step } from '../journal/entry.ts'
import { imageOf } from '../journal/tail.ts'
import { type Applied, applyAll, fromFirstEvent } from './applied.ts'
import { type Involved, lastSeen } from './involved.ts'
import type { Parts } from './parts.ts'
import { updateBetween } from './record-version.ts'

/** Of a record that is created, changed or deleted; `parts` are what is written of one that stays. */
export function stepsOf(involved: Involved, { drafts, blind, migrated }: Parts): readonly Step[] {
  const { state, applied, present } = involved
  if (state?.fate === 'created' || state?.fate === 'replaced') return stepsOfCreation(involved)
  if (state?.fate === 'deleted') return stepsOfEnd(involved, applied)
  const own = blind.map(({ action }) => action)
  const known = lastSeen(involved)
  if (applied.length === 0 || !known) return plain(recordChanges([...drafts, ...own], known))
  const stored = imageOf(known)
  const start = migrated ? imageOf(present!) : stored
  const steps = eventSteps(involved, applied, { stored, start, end: apply(drafts, stored) })
  // Merges with anybody's, so it is recorded as it travels.
  const merged = recordChanges(own, known)
  const last = steps.at(-1)
  const isPlain = last && last.name === undefined && last.path === undefined
  // Where steps undid each other, what is left of them may be at the same place.
  const joins = isPlain && !last.changes.some((one) => merged.some((other) => overlap(one.path, other.path)))
  return joins ? [...steps.slice(0, -1), { changes: [...last.changes, ...merged] }] : [...steps, ...plain(merged)]
}

/** What came before the first event without one is part of the creation. */
function stepsOfCreation(involved: Involved): readonly Step[] {
  const { state, applied } = involved
  const [before, events] = fromFirstEvent(applied)
  if (events.length === 0) return []
  const start = applyAll(before, state!.origin!.encoded!)
  return eventSteps(involved, events, { stored: start, start, record: start, end: state!.view!.encoded! })
}

/** The events of a life that ends with this commit. */
export function stepsOfEnd(involved: Involved, applied: readonly Applied[]): readonly Step[] {
  const known = lastSeen(involved)
  if (applied.length === 0 || !known) return []
  const stored = imageOf(known)
  const isMigrated = involved.stored !== involved.present && applied.some(({ actions }) => actions.length > 0)
  return eventSteps(involved, applied, { stored, start: isMigrated ? imageOf(involved.present!) : stored })
}

const plain = (changes: readonly Change[]): readonly Step[] => (changes.length === 0 ? [] : [{ changes }])

interface Way {
  /** The item before the commit. */
  readonly stored: Item
  /** The item that the first event met: the same, or in the present version of its schema. */
  readonly start: Item
  /** The record by drafts, encoded, that the first event met; by default as it was loaded. */
  readonly record?: Item | undefined
  /** The item after all drafts; undefined where it is gone. */
  readonly end?: Item | undefined
}

/**
 * One step an event. Before them, one to the schema version that they are of, and behind them one for what else leads to the
 * end, where there is any of it.
 */
function eventSteps(
  involved: Involved,
  applied: readonly Applied[],
  { stored, start, end, ...way }: Way,
): readonly Step[] {
  const { identity, path, base, present } = involved
  const between = (from: Item, to: Item | undefined): readonly Step[] =>
    to ? plain(recordChanges(updateBetween(identity, from, to), from)) : []
  const step = ({ name, data, path: at }: Applied, changes: readonly Change[]): Step => ({
    name,
    data,
    path: name === undefined || !equal(at, path) ? at : undefined,
    changes,
  })
  try {
    let item = start
    let record = way.record ?? base!.drafted!.encoded!
    const steps = applied.map((each) => {
      const after = apply(each.actions, record)
      const actions = asStored(each.actions, item, record, after, present)
      const changes = recordChanges(actions, item)
      item = apply(actions, item)
      record = after
      return step(each, changes)
    })
    return [...between(stored, start), ...steps, ...between(item, end)]
  } catch (thrown) {
    if (!(thrown instanceof InapplicableUpdate)) throw thrown
    // What nobody guarded has changed, so that events do not apply to the item one by one.
    return [...applied.map((each) => step(each, [])), ...between(stored, end)]
  }
}

/**
 * The same changes of an item that may lack what a default gave the record: that is stored whole with the first change of it.
 * What it lacks since another commit took it away was not lacking in the item as it was `loaded`.
 */
function asStored(actions: Update, item: Item, before: Item, after: Item, loaded: Item | undefined): Update {
  const isGiven = (part: DocumentPath) =>
    [item, loaded].every((each) => valueAt(each, part) === undefined) && valueAt(before, part) !== undefined
  const whole = new Map(
    actions.map((action) => {
      const { path } = action
      const part = path.map((_, i) => path.slice(0, i + 1)).find(isGiven)
      const value = part && valueAt(after, part)
      return [pathKey(part ?? path), part && value !== undefined ? set(part, value) : action] as const
    }),
  )
  return [...whole.values()]
}

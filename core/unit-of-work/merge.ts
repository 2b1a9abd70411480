/**
 * A nested unit of work becomes its parent's: for each record, what it changed is put on top of what the parent has now.
 *
 * Siblings may have run at the same time. They are merged by the same path rule that holds between processes: what one
 * changed, the other must not have looked at or changed otherwise, nor anything that is valid only together with it.
 *
 * @module
 */
import { setHas } from '../data/attribute-value.ts'
import { type DocumentPath, overlap, pathKey, printPath, valueAt } from '../data/document-path.ts'
import { type Conflict, engineError } from '../errors.ts'
import { apply } from '../expression/apply.ts'
import { changesElements, type UpdateAction } from '../expression/update.ts'
import { judgedWith } from '../model/bonds.ts'
import { decodeItem } from '../model/record.ts'
import { applyAll, fromFirstEvent, type Told } from './applied.ts'
import { plainStep } from './apply-event.ts'
import type { RecordReads } from './read-set.ts'
import { printRecord } from './record-identity.ts'
import type { RecordState } from './record-state.ts'
import { RecordVersion, updateBetween } from './record-version.ts'

/** The states of one record that a merge is about. */
interface Fork {
  /** What the child saw when it first met the record. */
  readonly base: RecordState
  /** What the child made of it. */
  readonly mine: RecordState
  /** What the parent has by now. */
  readonly theirs: RecordState
  /** The record as it was loaded, if it was. */
  readonly loaded: RecordVersion | undefined
}

/** The parent's next state. Throws a `CONFLICT` where a sibling, merged meanwhile, met this child on a path. */
export function mergeFork(fork: Fork, reads: RecordReads | undefined): RecordState {
  if (fork.theirs === fork.base) return fork.mine
  const states = aligned(fork)
  assertApart(states, reads)
  if (fork.mine === fork.base) return fork.theirs
  return fork.mine.isOneWith(fork.base) ? combined(states, toldBy(fork)) : fork.mine
}

/** The same three states where what one of them made of a blind change is part of the drafts of all. */
function aligned({ base, mine, theirs, loaded }: Fork): Fork {
  const gone = base.blind.filter((each) => !mine.blind.includes(each) || !theirs.blind.includes(each))
  const folded = (state: RecordState): RecordState =>
    state.drafted?.encoded ? state.settled((each) => gone.includes(each)) : state
  return { base: folded(base), mine: folded(mine), theirs: folded(theirs), loaded }
}

/** Throws a `CONFLICT` where what one did of the states, aligned, is not apart from what the other did or looked at. */
function assertApart(states: Fork, reads: RecordReads | undefined): void {
  const { base, mine, theirs } = states
  const their = actionsBetween(base, theirs)
  const my = actionsBetween(base, mine)
  if (!theirs.isOneWith(base)) throw clash(states, [])
  // An event is something done to the record also where it changed nothing.
  const isTheirs = their.length > 0 || theirs.told !== base.told
  if (!mine.isOneWith(base) && isTheirs) throw clash(states, [])
  const judged = draftActions(base, mine).flatMap(({ path }) => judgedWith(mine.identity.model, path))
  for (const action of their) {
    const seen = reads?.disturbedBy(action)
    if (seen) throw clash(states, seen)
    const written = my.find((each) => !commute(each, action))
    if (written) throw clash(states, written.path)
    const other = judged.find((path) => overlap(path, action.path))
    if (other) throw clash(states, other)
  }
  const seen = reads?.toldApart(base.view?.encoded, theirs.view?.encoded)
  if (seen) throw clash(states, seen)
}

function combined({ base, mine, theirs }: Fork, told: Told): RecordState {
  const { identity } = mine
  const gone = base.blind.filter((each) => !mine.blind.includes(each))
  const added = mine.blind.filter((each) => !base.blind.includes(each))
  const drafts = draftActions(base, mine)
  const present = theirs.drafted
  const drafted =
    drafts.length === 0 || !present?.encoded
      ? (present ?? mine.drafted)
      : new RecordVersion(identity, decodeItem(identity.model, apply(drafts, present.encoded)))
  const blind = [...theirs.blind.filter((each) => !gone.includes(each)), ...added]
  return theirs.with(drafted, blind, told).fitting()
}

/** Their events and what they changed since, then mine from the fork on. */
function toldBy({ base, mine, theirs, loaded }: Fork): Told {
  if (mine.told === base.told) return theirs.told
  const { identity } = mine
  const [before, events] = fromFirstEvent(mine.told.applied.slice(base.told.applied.length))
  const { path } = events[0]!
  // A blind change that both rested on is told by them.
  const shared = base.settled((each) => !mine.blind.includes(each) && !theirs.blind.includes(each))
  const start = theirs.lastTold(loaded)!
  const steps = [
    ...plainStep(identity, path, start, theirs.drafted!.encoded!),
    // Mine may tell what was changed before the fork: only what leads from there to my first event is left to tell.
    ...plainStep(identity, path, shared.drafted!.encoded!, applyAll(before, base.lastTold(loaded)!)),
    ...events,
  ]
  return { applied: [...theirs.told.applied, ...steps], image: applyAll(steps, start) }
}

function actionsBetween(base: RecordState, next: RecordState): UpdateAction[] {
  const known = new Set(base.blind)
  return [...draftActions(base, next), ...next.blind.filter((each) => !known.has(each)).map(({ action }) => action)]
}

function draftActions(base: RecordState, next: RecordState): readonly UpdateAction[] {
  const before = base.drafted?.encoded
  const after = next.drafted?.encoded
  if (base.drafted === next.drafted || !before || !after) return []
  return updateBetween(next.identity, before, after)
}

/** Whether two actions have the same effect in either order. */
function commute(a: UpdateAction, b: UpdateAction): boolean {
  if (!overlap(a.path, b.path)) return true
  if (pathKey(a.path) !== pathKey(b.path)) return false
  if (a.kind === 'increment' || a.kind === 'append') return b.kind === a.kind
  if (!changesElements(a) || !changesElements(b)) return false
  return a.kind === b.kind || ![...a.elements].some((element) => setHas(b.elements, element))
}

function clash({ base, mine, theirs }: Fork, path: DocumentPath) {
  const { model, address } = mine.identity
  const at = (state: RecordState) => {
    const item = state.fate === 'deleted' ? undefined : state.view?.encoded
    return path.length === 0 ? item : valueAt(item, path)
  }
  const conflict: Conflict = {
    model: model.name,
    key: address.key,
    path: printPath(path),
    base: at(base),
    mine: at(mine),
    theirs: at(theirs),
  }
  return engineError(
    'CONFLICT',
    `Two nested units of work that ran at once met on ${printRecord(mine.identity)}${path.length > 0 ? ` at ${printPath(path)}` : ''}. ` +
      'Run them one after the other, or change different paths.',
    { conflicts: [conflict], attempts: 0 },
  )
}

/**
 * What was read and changed → the plan of the commit. Pure: nothing is sent, and the same unit of work gives the same plan.
 *
 * One action a record: created, changed, deleted, or only looked at. Each action keeps its guards by path, so that a
 * conflict can be told in the words of the domain.
 *
 * @module
 */
import { overlap } from '../data/document-path.ts'
import { type Item, itemSize, valueSize } from '../data/item.ts'
import { engineError } from '../errors.ts'
import { apply } from '../expression/apply.ts'
import { absent, all, type Condition, equals, exists } from '../expression/condition.ts'
import { diff } from '../expression/diff.ts'
import { set, type Update } from '../expression/update.ts'
import { conditionWeight, updateWeight } from '../expression/weight.ts'
import { firstEntry, hasRoom, notYetApplied, recordEntry, TAIL, VERSION, withEntry } from '../journal/tail.ts'
import { isBranchPath } from '../model/shape.ts'
import type { StoreLimits } from '../store/limits.ts'
import type { WriteAction, WritePlan } from '../store/write-plan.ts'
import { blindConditions, joinBlind } from './blind.ts'
import { attributeGuards, type Guard, preciseGuards, versionGuard, wholeRecord } from './guard.ts'
import type { RecordReads } from './read-set.ts'
import type { RecordState } from './record-state.ts'
import type { RecordIdentity } from './record-version.ts'

/** One record of a unit of work when it ends. */
export interface Involved {
  readonly identity: RecordIdentity
  /** The item it was loaded from; undefined where there was none, or nothing was loaded. */
  readonly stored: Item | undefined
  readonly isLoaded: boolean
  /** The state it had when loaded; undefined where it was not. */
  readonly base: RecordState | undefined
  /** What was made of it; undefined where it was only looked at. */
  readonly state: RecordState | undefined
  readonly reads: RecordReads | undefined
}

/** One action of the plan and where it comes from. */
export interface PlannedAction {
  readonly action: WriteAction
  readonly guards: readonly Guard[]
  readonly involved: Involved
  /** The item as it will be; undefined where it will be gone or cannot be known. */
  readonly next: Item | undefined
}

export interface Planned extends WritePlan {
  /** Where the first actions come from; one behind them is the engine's own. */
  readonly planned: readonly PlannedAction[]
}

/**
 * The plan, or undefined where there is nothing to write. Throws `TOO_LARGE` for what no request could carry. `own` is a
 * write of the engine's that goes along, also where nothing else does.
 */
export function planCommit(
  id: string,
  records: readonly Involved[],
  limits: StoreLimits,
  own?: WriteAction,
): Planned | undefined {
  const planned = records.flatMap((involved) => planRecord(id, involved, limits) ?? [])
  if (!own && planned.every(({ action }) => action.kind === 'check')) return undefined
  const actions = [...planned.map(({ action }) => action), ...(own ? [own] : [])]
  assertWithin(planned, actions.length, limits)
  const ownSize = own?.kind === 'put' ? itemSize(own.item) : 0
  if (ownSize > limits.itemBytes) throw tooLarge('The outcome to keep', 'bytes in one item', limits.itemBytes, ownSize)
  return { id, actions, planned }
}

function planRecord(id: string, involved: Involved, limits: StoreLimits): PlannedAction | undefined {
  switch (involved.state?.fate) {
    case 'created':
      return planCreation(id, involved)
    case 'replaced':
      return planReplacement(id, involved, limits)
    case 'deleted':
      return planDeletion(id, involved, limits)
    case 'kept':
      return planUpdate(id, involved, limits) ?? planCheck(involved, limits)
    default:
      return planCheck(involved, limits)
  }
}

const partitionOf = ({ identity }: Involved): string => Object.keys(identity.address.key)[0]!

const isThere = (involved: Involved): Condition => exists([partitionOf(involved)])

function planCreation(id: string, involved: Involved): PlannedAction {
  const item = { ...involved.state!.drafted!.encoded!, ...firstEntry(id) }
  const condition = absent([partitionOf(involved)])
  return { action: { kind: 'put', ...involved.identity.address, item, condition }, guards: [], involved, next: item }
}

/** Deleted and created again: whatever was stored goes, so it must still be what was seen. */
function planReplacement(id: string, involved: Involved, limits: StoreLimits): PlannedAction {
  const stored = involved.stored!
  const item = withEntry({ ...involved.state!.drafted!.encoded!, ...engineAttributes(stored) }, id)
  const guards = unchanged(stored, limits)
  const condition = conjunction(isThere(involved), guards, notYetApplied(id))
  return { action: { kind: 'put', ...involved.identity.address, item, condition }, guards, involved, next: item }
}

function planDeletion(id: string, involved: Involved, limits: StoreLimits): PlannedAction | undefined {
  // Created and deleted by the same unit of work: there never was a record.
  if (involved.isLoaded && !involved.stored) return planCheck(involved, undefined)
  const guards = involved.stored ? unchanged(involved.stored, limits) : []
  const condition = conjunction(isThere(involved), guards, notYetApplied(id), typeGuard(involved))
  return { action: { kind: 'delete', ...involved.identity.address, condition }, guards, involved, next: undefined }
}

/** The record as a whole, by its version where it has one. */
function unchanged(stored: Item, limits: StoreLimits): Guard[] {
  const guards = wholeRecord(stored)
  return tooHeavy(all(guards.map(({ condition }) => condition)), [], limits) ? versionGuard(stored) : guards
}

function planUpdate(id: string, involved: Involved, limits: StoreLimits): PlannedAction | undefined {
  const { identity, stored } = involved
  const { drafts, blind } = stored ? partsOf(involved, stored) : { drafts: [], blind: involved.state!.blind }
  const joined = joinBlind(blind, identity.model.name)
  if (drafts.length + joined.length === 0) return undefined

  const conditions = [...blindConditions(joined), ...typeGuard(involved), ...(stored ? [] : [hasRoom])]
  const own = joined.map(({ action }) => action)
  const levels = stored ? levelsOf(stored, involved, drafts, own) : [{ guards: [], update: own }]
  for (const { guards, update } of levels) {
    const condition = conjunction(isThere(involved), guards, ...conditions, notYetApplied(id))
    const whole = [...update, ...recordEntry(id)]
    if (!tooHeavy(condition, whole, limits)) {
      const next = stored && apply(whole, stored)
      return { action: { kind: 'update', ...identity.address, update: whole, condition }, guards, involved, next }
    }
  }
  if (!stored) throw tooLarge(identity.model.name, 'operators in one expression', limits.operators, own.length)
  // More than one expression can name: the item as a whole, which nobody may have touched.
  const guards = versionGuard(stored)
  const item = withEntry(apply([...drafts, ...own], stored), id)
  const condition = conjunction(isThere(involved), guards, ...conditions, notYetApplied(id))
  return { action: { kind: 'put', ...identity.address, item, condition }, guards, involved, next: item }
}

function planCheck(involved: Involved, limits: StoreLimits | undefined): PlannedAction | undefined {
  const { identity, stored, reads } = involved
  if (!reads) return undefined
  if (!stored) {
    const condition = absent([partitionOf(involved)])
    return { action: { kind: 'check', ...identity.address, condition }, guards: [], involved, next: undefined }
  }
  const levels = [preciseGuards(stored, reads, []), attributeGuards(stored, reads, []), versionGuard(stored)]
  const fits = (guards: readonly Guard[]) => !limits || !tooHeavy(conjunction(isThere(involved), guards), [], limits)
  const guards = levels.find(fits) ?? versionGuard(stored)
  return {
    action: { kind: 'check', ...identity.address, condition: conjunction(isThere(involved), guards) },
    guards,
    involved,
    next: stored,
  }
}

/**
 * What drafts changed, and the blind changes beside it. A blind change of what a draft wrote becomes part of the draft:
 * an update may name a path only once.
 */
function partsOf({ base, state, identity }: Involved, stored: Item) {
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

/** Finest first: by path, by attribute, by version. The first nearly always fits, so the others are made when asked for. */
function* levelsOf(stored: Item, { reads }: Involved, drafts: Update, blind: Update) {
  yield { guards: preciseGuards(stored, reads, drafts), update: [...drafts, ...blind] }
  const whole = wholeAttributes(stored, drafts, blind)
  yield { guards: attributeGuards(stored, reads, drafts), update: whole }
  yield { guards: versionGuard(stored), update: whole }
}

/** The same changes with whole top-level attributes in place of drafts' paths into them. */
function wholeAttributes(stored: Item, drafts: Update, blind: Update): Update {
  const update = [...drafts, ...blind]
  const next = apply(update, stored)
  const nested = new Set(drafts.filter(({ path }) => path.length > 1).map(({ path }) => path[0] as string))
  return [
    ...update.filter(({ path }) => !nested.has(path[0] as string)),
    ...[...nested].map((name) => set([name], next[name]!)),
  ]
}

/** A write that was not preceded by a look must not hit another model's record under the same key. */
function typeGuard({ identity, stored }: Involved): Condition[] {
  const { type } = identity.model.definition
  return type && !stored ? [equals([type.attribute], type.value)] : []
}

const conjunction = (
  first: Condition,
  guards: readonly Guard[],
  ...more: readonly (Condition | Condition[])[]
): Condition => all([first, ...guards.map(({ condition }) => condition), ...more.flat()])

const engineAttributes = (stored: Item): Item =>
  Object.fromEntries(Object.entries(stored).filter(([name]) => name === VERSION || name === TAIL))

function tooHeavy(condition: Condition, update: Update, limits: StoreLimits): boolean {
  return [conditionWeight(condition), updateWeight(update)].some(
    ({ bytes, operators }) => bytes > limits.expressionBytes || operators > limits.operators,
  )
}

function assertWithin(planned: readonly PlannedAction[], actions: number, limits: StoreLimits): void {
  if (actions > limits.actions) {
    const checks = planned.filter(({ action }) => action.kind === 'check').length
    throw tooLarge(
      planned[0]!.involved.identity.model.name,
      `records in one commit (${planned.length - checks} written, ${checks} only read; read without guarding by work.peek or guard: 'writes')`,
      limits.actions,
      actions,
    )
  }
  let total = 0
  for (const { action, involved, next } of planned) {
    const size = next ? itemSize(next) : action.kind === 'update' ? addedSize(action.update) : 0
    if (action.kind !== 'check' && size > limits.itemBytes) {
      throw tooLarge(involved.identity.model.name, 'bytes in one item', limits.itemBytes, size)
    }
    total += action.kind === 'update' ? Math.max(size, updateSize(action.update)) : size
  }
  if (total > limits.planBytes) {
    throw tooLarge(planned[0]!.involved.identity.model.name, 'bytes in one commit', limits.planBytes, total)
  }
}

/** What a blind change adds at least: of a record that was not read no more is known. */
const addedSize = (update: Update): number =>
  update.reduce((size, action) => {
    if (action.kind === 'append') return size + valueSize(action.values)
    return size + (action.kind === 'add-to-set' ? valueSize(action.elements) : 0)
  }, 0)

const updateSize = (update: Update): number =>
  update.reduce((size, action) => size + (action.kind === 'set' ? valueSize(action.value) : 0), 0)

const tooLarge = (model: string, limit: string, maximum: number, actual: number) =>
  engineError('TOO_LARGE', `${model}: at most ${maximum} ${limit}, got ${actual}. Nothing was written.`, {
    limit,
    maximum,
    actual,
    model,
  })

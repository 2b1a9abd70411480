/**
 * What was read and changed → the plan of the commit. Pure: nothing is sent, and the same unit of work gives the same plan.
 *
 * One action a record: created, changed, deleted, or only looked at. Each keeps its guards by path, so that a conflict can
 * be told in the words of the domain, and apart from them what the engine asks for its history, which is no conflict.
 *
 * @module
 */
import { type Item, itemSize } from '../data/item.ts'
import { absent, all, type Condition, equals, exists } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import type { Update } from '../expression/update.ts'
import { exactly } from '../journal/change.ts'
import {
  beginsWith,
  firstEntry,
  generationOf,
  hasRoom,
  notCutSince,
  notYetApplied,
  recordEntry,
  sameRecord,
  TAIL,
  VERSION,
  withoutHistory,
} from '../journal/tail.ts'
import { SCHEMA_VERSION } from '../model/migrate.ts'
import { type StoreLimits, tooLarge } from '../store/limits.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { applyUnseen } from './apply-unseen.ts'
import { type BlindChange, blindConditions } from './blind.ts'
import type { CommitContext } from './commit-context.ts'
import { asked, attributeGuards, type Guard, preciseGuards, versionGuard, wholeRecord } from './guard.ts'
import { asSeen, levelsOf, tooHeavy, unchanged } from './guard-levels.ts'
import { type Involved, keepsHistory, lastSeen } from './involved.ts'
import { isUpdate, type Parts, partsOf } from './parts.ts'
import { endBlock, type History, historyOf } from './plan-history.ts'
import { assertWithin } from './plan-size.ts'
import type { Planned, PlannedAction } from './planned.ts'

/** The plan, or undefined where there is nothing to write. Throws `TOO_LARGE` for what no request could carry. */
export function planCommit(context: CommitContext, records: readonly Involved[]): Planned | undefined {
  const { id, limits, own } = context
  const parts = records.map(partsOf)
  const history = historyOf(context, records, parts)
  const planned = records.flatMap((involved, i) => planRecord(context, involved, parts[i]!, history) ?? [])
  if (!own && planned.every(({ action }) => action.kind === 'check')) return undefined
  const blocks = planned.flatMap(({ action, involved }) =>
    endBlock(context, involved, action, history).map((block) => ({ block, involved })),
  )
  const behind = [...blocks.map(({ block }) => block), ...history.spilled, ...(own ? [own] : [])]
  const actions = [...planned.map(({ action }) => action), ...behind]
  assertWithin(planned, actions.length, limits)
  for (const action of behind) {
    const size = action.kind === 'put' ? itemSize(action.item) : 0
    const what = action === own ? 'The outcome to keep' : 'A change with its history'
    if (size > limits.itemBytes) throw tooLarge(what, 'bytes in one item', limits.itemBytes, size)
  }
  return { id, actions, planned, ends: blocks.map(({ involved }) => involved) }
}

function planRecord(
  context: CommitContext,
  involved: Involved,
  parts: Parts,
  history: History,
): PlannedAction | undefined {
  switch (involved.state?.fate) {
    case 'created':
      return planCreation(context, involved, history)
    case 'replaced':
      return planReplacement(context, involved, history)
    case 'deleted':
      return planDeletion(context, involved)
    case 'kept':
      return planUpdate(context, involved, parts, history) ?? planCheck(involved, context.limits)
    default:
      return planCheck(involved, context.limits)
  }
}

/**
 * Increments and appends fit whatever they meet, so nothing but the commit's id keeps a duplicate of the request that arrives
 * late from being applied as well: of a record that was seen, what came since must still be in its tail.
 */
const onlyOnce = (loose: Update, stored: Item | undefined, known: Item | undefined): Condition[] =>
  stored && known && loose.some(({ kind }) => kind === 'append' || kind === 'increment') ? [notCutSince(known)] : []

const partitionOf = ({ identity }: Involved): string => Object.keys(identity.address.key)[0]!

/** What is asked of a record that must be there, which is said only where the rest would hold of nothing as well. */
function ofRecord(involved: Involved, guards: readonly Guard[], more: readonly Condition[] = []): Condition {
  const condition = asked(guards, more)
  return evaluate(condition, undefined) ? all([exists([partitionOf(involved)]), condition]) : condition
}

/** The attributes of a record that this commit creates. */
const created = ({ id }: CommitContext, involved: Involved, entry: string | undefined): Item => ({
  ...involved.state!.view!.encoded!,
  ...(entry === undefined ? { [VERSION]: 1 } : firstEntry(id, entry)),
})

const entryOf = (involved: Involved, history: History): string | undefined =>
  keepsHistory(involved) ? history.entry(involved) : undefined

function planCreation(context: CommitContext, involved: Involved, history: History): PlannedAction {
  const item = created(context, involved, entryOf(involved, history))
  const condition = absent([partitionOf(involved)])
  const action: WriteAction = { kind: 'put', ...involved.identity.address, item, condition }
  return { action, guards: [], domain: condition, involved, next: item }
}

/** Deleted and created again: whatever was stored goes, so it must still be what was seen. */
function planReplacement(context: CommitContext, involved: Involved, history: History): PlannedAction {
  const entry = entryOf(involved, history)
  const item = created(context, involved, entry)
  const tail = sameTail(involved)
  const guards = asSeen(involved, context.limits, tail)
  const domain = ofRecord(involved, guards)
  const condition = all([domain, ...(entry === undefined ? [] : [notYetApplied(context.id, entry)]), ...tail])
  return {
    action: { kind: 'put', ...involved.identity.address, item, condition },
    guards,
    domain,
    involved,
    next: item,
  }
}

/** What a last block takes over of the tail may have been sealed or erased since, of which no version tells. */
function sameTail(involved: Involved): Condition[] {
  const known = lastSeen(involved)
  return known && keepsHistory(involved) ? [notCutSince(known)] : []
}

function planDeletion(context: CommitContext, involved: Involved): PlannedAction | undefined {
  const { stored, met } = involved
  // Created and deleted by the same unit of work: there never was a record.
  if (involved.isLoaded && !stored) return planCheck(involved, undefined)
  const tail = sameTail(involved)
  const guards = stored ? asSeen(involved, context.limits, tail) : []
  const domain = ofRecord(involved, guards, typeGuard(involved))
  // What goes into the history's last block is all of the record, so nobody may have changed it since.
  const asMet = !stored && met && keepsHistory(involved) ? unchanged(met, context.limits, tail) : []
  const condition = all([domain, asked(asMet, tail)])
  return {
    action: { kind: 'delete', ...involved.identity.address, condition },
    guards,
    domain,
    involved,
    next: undefined,
  }
}

function planUpdate(
  context: CommitContext,
  involved: Involved,
  parts: Parts,
  history: History,
): PlannedAction | undefined {
  if (!isUpdate(involved, parts)) return undefined
  const { drafts, blind } = parts
  const { id, limits } = context
  const { identity, stored } = involved
  const known = lastSeen(involved)
  const own = blind.map(({ action }) => action)
  const entry = entryOf(involved, history)
  const keeps = entry !== undefined
  const [generation] = stored && keeps && generationOf(stored) !== undefined ? [sameRecord(stored)] : []
  const besides = [
    ...blindConditions(blind),
    ...defaultGuard(involved, blind),
    ...typeGuard(involved),
    ...schemaGuard(involved),
    ...(generation ? [generation] : []),
  ]
  const counted = (cut: number): Update => (keeps ? recordEntry(id, entry, known, cut) : withoutHistory(known))
  const cuts = keeps && known && involved.sealed > 0 ? [involved.sealed, 0] : [0]
  const engine = keeps
    ? [...(generation ? [] : [sameRecord(known)]), ...(stored ? [] : [hasRoom]), notYetApplied(id, entry)]
    : []
  for (const { guards, update, loose } of levelsOf(involved, parts, limits)) {
    const domain = ofRecord(involved, guards, besides)
    const uncut = all([
      domain,
      ...engine,
      ...(keeps ? [...exactly(loose, known), ...onlyOnce(loose, stored, known)] : []),
    ])
    for (const cut of cuts) {
      const isCut = cut > 0
      const condition = isCut ? all([uncut, beginsWith(known!)]) : uncut
      const whole = [...update, ...counted(cut)]
      if (tooHeavy(condition, whole, limits)) continue
      const action: WriteAction = { kind: 'update', ...identity.address, update: whole, condition }
      return { action, guards, domain, involved, next: known && applyUnseen(identity, whole, known), isCut }
    }
  }
  if (!stored) throw tooLarge(identity.model.name, 'operators in one expression', limits.operators, own.length)
  // More than one expression can name: the item as a whole, which nobody may have touched.
  const guards = versionGuard(stored)
  // With the tail as it is now: a put must not bring back entries that were sealed or erased since.
  const tail = keeps ? known?.[TAIL] : undefined
  const item = applyUnseen(
    identity,
    [...drafts, ...own, ...counted(0)],
    tail === undefined ? stored : { ...stored, [TAIL]: tail },
  )
  const domain = ofRecord(involved, guards, besides)
  const condition = all([domain, ...engine, ...(tail === undefined ? [] : [equals([TAIL], tail)])])
  return { action: { kind: 'put', ...identity.address, item, condition }, guards, domain, involved, next: item }
}

function planCheck(involved: Involved, limits: StoreLimits | undefined): PlannedAction | undefined {
  const { identity, stored, reads } = involved
  if (!reads) return undefined
  if (!stored) {
    const condition = absent([partitionOf(involved)])
    const action: WriteAction = { kind: 'check', ...identity.address, condition }
    return { action, guards: [], domain: condition, involved, next: undefined }
  }
  const { model } = identity
  const levels =
    stored === involved.present
      ? [preciseGuards(stored, reads, [], model), attributeGuards(stored, reads, [], model), versionGuard(stored)]
      : [wholeRecord(stored), versionGuard(stored)]
  const fits = (guards: readonly Guard[]) => !limits || !tooHeavy(ofRecord(involved, guards), [], limits)
  const guards = levels.find(fits) ?? versionGuard(stored)
  const condition = ofRecord(involved, guards)
  return {
    action: { kind: 'check', ...identity.address, condition },
    guards,
    domain: condition,
    involved,
    next: stored,
  }
}

/** A write that was not preceded by a look must not hit another model's record under the same key. */
function typeGuard({ identity, stored }: Involved): Condition[] {
  const { type } = identity.model.definition
  return type && !stored ? [equals([type.attribute], type.value)] : []
}

/** Where a default is read in place of a field, the store would count from zero, or begin an empty list. */
function defaultGuard({ identity, stored }: Involved, blind: readonly BlindChange[]): Condition[] {
  const { defaults } = identity.model.definition
  return blind.flatMap(({ action: { kind, path } }) => {
    const [field] = path
    const isGiven = path.length === 1 && (kind === 'increment' || kind === 'append') && defaults.has(field as string)
    return isGiven && (!stored || Object.hasOwn(stored, field!)) ? [exists(path)] : []
  })
}

/** A change of a record must not land in an item of another schema version. */
function schemaGuard({ identity, stored }: Involved): Condition[] {
  const { migrations, version } = identity.model.definition
  if (!migrations) return []
  const told = stored ? stored[SCHEMA_VERSION] : version
  return [told === undefined ? absent([SCHEMA_VERSION]) : equals([SCHEMA_VERSION], told)]
}

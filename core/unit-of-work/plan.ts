/**
 * What was read and changed → the plan of the commit. Pure: nothing is sent, and the same unit of work gives the same plan.
 *
 * One action a record: created, changed, deleted, or only looked at. Each keeps its guards by path, so that a conflict can
 * be told in the words of the domain, and apart from them what the engine asks for its history, which is no conflict.
 *
 * @module
 */
import type { AttributeMap } from '../data/attribute-value.ts'
import { type Item, itemSize, valueSize } from '../data/item.ts'
import { engineError } from '../errors.ts'
import { apply } from '../expression/apply.ts'
import { absent, all, type Condition, equals, exists } from '../expression/condition.ts'
import { increment, remove, set, type Update } from '../expression/update.ts'
import { conditionWeight, updateWeight } from '../expression/weight.ts'
import { exactly } from '../journal/change.ts'
import {
  firstEntry,
  GENERATION,
  generationOf,
  hasRoom,
  notYetApplied,
  recordEntry,
  sameRecord,
  TAIL,
  VERSION,
} from '../journal/tail.ts'
import { SCHEMA_VERSION } from '../model/migrate.ts'
import type { StoreLimits } from '../store/limits.ts'
import type { WriteAction, WritePlan } from '../store/write-plan.ts'
import { blindConditions } from './blind.ts'
import { attributeGuards, type Guard, preciseGuards, versionGuard, wholeRecord } from './guard.ts'
import type { Involved } from './involved.ts'
import { isUpdate, type Parts, partsOf } from './parts.ts'
import { endBlock, type History, historyOf } from './plan-history.ts'

/** One action of the plan and where it comes from. */
export interface PlannedAction {
  readonly action: WriteAction
  readonly guards: readonly Guard[]
  /** What the function relied on. Where it holds and the action failed all the same, it is planned again, not run again. */
  readonly domain: Condition
  readonly involved: Involved
  /** The item as it will be; undefined where it will be gone or cannot be known. */
  readonly next: Item | undefined
}

export interface Planned extends WritePlan {
  /** Where the first actions come from; those behind them are the engine's own. */
  readonly planned: readonly PlannedAction[]
}

/** What all actions of one commit share. */
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

/** The plan, or undefined where there is nothing to write. Throws `TOO_LARGE` for what no request could carry. */
export function planCommit(context: CommitContext, records: readonly Involved[]): Planned | undefined {
  const { id, limits, own } = context
  const parts = records.map(partsOf)
  const history = historyOf(context, records, parts)
  const planned = records.flatMap((involved, i) => planRecord(context, involved, parts[i]!, history) ?? [])
  if (!own && planned.every(({ action }) => action.kind === 'check')) return undefined
  const blocks = planned.flatMap(({ action, involved }) => endBlock(context, involved, action, history))
  const behind = [...blocks, ...history.spilled, ...(own ? [own] : [])]
  const actions = [...planned.map(({ action }) => action), ...behind]
  assertWithin(planned, actions.length, limits)
  for (const action of behind) {
    const size = action.kind === 'put' ? itemSize(action.item) : 0
    const what = action === own ? 'The outcome to keep' : 'A change with its history'
    if (size > limits.itemBytes) throw tooLarge(what, 'bytes in one item', limits.itemBytes, size)
  }
  return { id, actions, planned }
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

const partitionOf = ({ identity }: Involved): string => Object.keys(identity.address.key)[0]!

const isThere = (involved: Involved): Condition => exists([partitionOf(involved)])

const keepsHistory = ({ identity }: Involved): boolean => identity.model.definition.history !== undefined

/** The attributes of a record that this commit creates. */
const created = ({ id }: CommitContext, involved: Involved, history: History): Item => ({
  ...involved.state!.drafted!.encoded!,
  ...(keepsHistory(involved) ? firstEntry(id, history.entry(involved)) : { [VERSION]: 1 }),
})

function planCreation(context: CommitContext, involved: Involved, history: History): PlannedAction {
  const item = created(context, involved, history)
  const condition = absent([partitionOf(involved)])
  const action: WriteAction = { kind: 'put', ...involved.identity.address, item, condition }
  return { action, guards: [], domain: condition, involved, next: item }
}

/** Deleted and created again: whatever was stored goes, so it must still be what was seen. */
function planReplacement(context: CommitContext, involved: Involved, history: History): PlannedAction {
  const item = created(context, involved, history)
  const guards = unchanged(involved.stored!, context.limits)
  const domain = conjunction(isThere(involved), guards)
  const condition = keepsHistory(involved) ? all([domain, notYetApplied(context.id)]) : domain
  return {
    action: { kind: 'put', ...involved.identity.address, item, condition },
    guards,
    domain,
    involved,
    next: item,
  }
}

function planDeletion(context: CommitContext, involved: Involved): PlannedAction | undefined {
  const { stored, met } = involved
  // Created and deleted by the same unit of work: there never was a record.
  if (involved.isLoaded && !stored) return planCheck(involved, undefined)
  const guards = stored ? unchanged(stored, context.limits) : []
  const domain = conjunction(isThere(involved), guards, typeGuard(involved))
  // What goes into the history's last block is all of the record, so nobody may have changed it since.
  const asMet = !stored && met && keepsHistory(involved) ? unchanged(met, context.limits) : []
  const condition = conjunction(domain, asMet)
  return {
    action: { kind: 'delete', ...involved.identity.address, condition },
    guards,
    domain,
    involved,
    next: undefined,
  }
}

/** The record as a whole, by its version where it has one. */
function unchanged(stored: Item, limits: StoreLimits): Guard[] {
  const guards = wholeRecord(stored)
  return tooHeavy(all(guards.map(({ condition }) => condition)), [], limits) ? versionGuard(stored) : guards
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
  const { identity, stored, met } = involved
  const known = met ?? stored
  const keeps = keepsHistory(involved)
  const own = blind.map(({ action }) => action)
  const [generation] = stored && keeps && generationOf(stored) !== undefined ? [sameRecord(stored)] : []
  const asked = [
    ...blindConditions(blind),
    ...typeGuard(involved),
    ...schemaGuard(involved),
    ...(generation ? [generation] : []),
  ]
  const entry = keeps ? history.entry(involved) : undefined
  const counted: Update = entry === undefined ? withoutHistory(known) : recordEntry(id, entry, known)
  const engine = keeps
    ? [...(generation ? [] : [sameRecord(known)]), ...(stored ? [] : [hasRoom]), notYetApplied(id)]
    : []
  for (const { guards, update, loose } of levelsOf(involved, parts, limits)) {
    const domain = conjunction(isThere(involved), guards, asked)
    const condition = all([domain, ...engine, ...(keeps ? exactly(loose, known) : [])])
    const whole = [...update, ...counted]
    if (!tooHeavy(condition, whole, limits)) {
      const next = known && apply(whole, known)
      return {
        action: { kind: 'update', ...identity.address, update: whole, condition },
        guards,
        domain,
        involved,
        next,
      }
    }
  }
  if (!stored) throw tooLarge(identity.model.name, 'operators in one expression', limits.operators, own.length)
  // More than one expression can name: the item as a whole, which nobody may have touched.
  const guards = versionGuard(stored)
  // With the tail as it is now: a put must not bring back entries that were sealed or erased since.
  const tail = keeps ? known?.[TAIL] : undefined
  const item = apply([...drafts, ...own, ...counted], tail === undefined ? stored : { ...stored, [TAIL]: tail })
  const domain = conjunction(isThere(involved), guards, asked)
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
  const levels =
    stored === involved.present
      ? [preciseGuards(stored, reads, []), attributeGuards(stored, reads, []), versionGuard(stored)]
      : [wholeRecord(stored), versionGuard(stored)]
  const fits = (guards: readonly Guard[]) => !limits || !tooHeavy(conjunction(isThere(involved), guards), [], limits)
  const guards = levels.find(fits) ?? versionGuard(stored)
  const condition = conjunction(isThere(involved), guards)
  return {
    action: { kind: 'check', ...identity.address, condition },
    guards,
    domain: condition,
    involved,
    next: stored,
  }
}

interface Level {
  readonly guards: readonly Guard[]
  readonly update: Update
  /** Actions of which no guard says what they meet. */
  readonly loose: Update
}

/** Finest first: by path, by attribute, by version. The first nearly always fits, so the others are made when asked for. */
function* levelsOf(
  { stored, reads }: Involved,
  { drafts, blind, migrated }: Parts,
  limits: StoreLimits,
): Generator<Level> {
  const own = blind.map(({ action }) => action)
  if (!stored) {
    yield { guards: [], update: own, loose: own }
    // A blind change of very many elements is recorded as if it had met what is usual.
    yield { guards: [], update: own, loose: [] }
    return
  }
  if (migrated) {
    // Nobody may have touched any of it.
    yield { guards: unchanged(stored, limits), update: drafts, loose: [] }
    return
  }
  const all = [...drafts, ...own]
  yield { guards: preciseGuards(stored, reads, drafts), update: all, loose: all }
  const whole = wholeAttributes(stored, drafts, own)
  yield { guards: attributeGuards(stored, reads, drafts), update: whole, loose: own }
  yield { guards: versionGuard(stored), update: whole, loose: [] }
}

/**
 * Where no history is kept any more, what is left of one goes: its entries would be taken for those of the versions made
 * without any, once a history is kept again.
 */
const withoutHistory = (known: Item | undefined): Update => [
  increment([VERSION], 1),
  ...[TAIL, GENERATION].filter((name) => !known || known[name] !== undefined).map((name) => remove([name])),
]

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

/** A change of a record must not land in an item of another schema version. */
function schemaGuard({ identity, stored }: Involved): Condition[] {
  const { migrations, version } = identity.model.definition
  if (!migrations) return []
  const told = stored ? stored[SCHEMA_VERSION] : version
  return [told === undefined ? absent([SCHEMA_VERSION]) : equals([SCHEMA_VERSION], told)]
}

const conjunction = (first: Condition, guards: readonly Guard[], more: readonly Condition[] = []): Condition =>
  all([first, ...guards.map(({ condition }) => condition), ...more])

function tooHeavy(condition: Condition, update: Update, limits: StoreLimits): boolean {
  return [conditionWeight(condition), updateWeight(update)].some(
    ({ bytes, operators }) => bytes > limits.expressionBytes || operators > limits.operators,
  )
}

function assertWithin(planned: readonly PlannedAction[], actions: number, limits: StoreLimits): void {
  if (actions > limits.actions) {
    const checks = planned.filter(({ action }) => action.kind === 'check').length
    const ends = actions - planned.length
    throw tooLarge(
      planned[0]!.involved.identity.model.name,
      `records in one commit (${planned.length - checks} written, ${checks} only read; read without guarding by work.peek or guard: 'writes'` +
        `${ends > 0 ? `; ${ends} more actions close histories of deleted records or keep an outcome` : ''})`,
      limits.actions,
      actions,
    )
  }
  let total = 0
  for (const { action, involved, next } of planned) {
    const size = next ? itemSize(next) : action.kind === 'update' ? addedSize(action.update) : 0
    if (action.kind !== 'check' && size > limits.itemBytes) {
      const tail = next?.[TAIL] === undefined ? 0 : valueSize(next[TAIL])
      const limit =
        tail > size / 4 ? `bytes in one item (${tail} of them its history’s last entries)` : 'bytes in one item'
      throw tooLarge(involved.identity.model.name, limit, limits.itemBytes, size)
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

/**
 * How finely a change is guarded: by path where an expression can name all of them, by whole attributes or by the record's
 * version where it cannot. Coarser, never different.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { apply } from '../expression/apply.ts'
import type { Condition } from '../expression/condition.ts'
import { set, type Update } from '../expression/update.ts'
import { conditionWeight, updateWeight } from '../expression/weight.ts'
import { generationOf } from '../journal/tail.ts'
import type { AnyModel } from '../model/model.ts'
import type { StoreLimits } from '../store/limits.ts'
import { asked, attributeGuards, type Guard, preciseGuards, versionGuard, wholeRecord } from './guard.ts'
import type { Involved } from './involved.ts'
import type { Parts } from './parts.ts'
import { RecordReads } from './read-set.ts'

interface Level {
  readonly guards: readonly Guard[]
  readonly update: Update
  /** Actions of which no guard says what they meet. */
  readonly loose: Update
}

/** Finest first: by path, by attribute, by version. The first nearly always fits, so the others are made when asked for. */
export function* levelsOf(
  { stored, reads, identity }: Involved,
  { drafts, blind, sources = [], migrated }: Parts,
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
  const relied = withFields(reads, [...indexFields(drafts, identity.model), ...sources])
  yield { guards: preciseGuards(stored, relied, drafts, identity.model), update: all, loose: all }
  const whole = wholeAttributes(stored, drafts, own)
  yield { guards: attributeGuards(stored, relied, drafts, identity.model), update: whole, loose: whole }
  yield { guards: versionGuard(stored), update: whole, loose: [] }
}

/** An attribute of an index that is made of several fields is made of all of them, whichever is written. */
const indexFields = (drafts: Update, { definition }: AnyModel): readonly string[] =>
  definition.indexParts.flatMap(({ template, fields }) =>
    template && drafts.some(({ path }) => Object.hasOwn(fields, path[0]!)) ? Object.keys(fields) : [],
  )

function withFields(reads: RecordReads | undefined, fields: readonly string[]): RecordReads | undefined {
  if (fields.length === 0) return reads
  const all = new RecordReads()
  if (reads) all.include(reads)
  for (const field of fields) all.add({ kind: 'value', path: [field] })
  return all
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

/** The record as a whole, by its version where it has one, or where that and `more` are too much to ask. */
export function unchanged(stored: Item, limits: StoreLimits, more: readonly Condition[] = []): Guard[] {
  const guards = wholeRecord(stored)
  return tooHeavy(asked(guards, more), [], limits) ? versionGuard(stored) : guards
}

/**
 * A record that goes, as it was when it was seen: unchanged by its version, and what was looked at by value too, since
 * other programs do not count versions.
 */
export function asSeen(
  { stored, present, reads, identity }: Involved,
  limits: StoreLimits,
  more: readonly Condition[],
): Guard[] {
  const whole = unchanged(stored!, limits, more)
  // Without a generation all of it is compared by value anyway.
  if (stored !== present || generationOf(stored!) === undefined) return whole
  const guards = [...whole, ...preciseGuards(stored!, reads, [], identity.model)]
  return tooHeavy(asked(guards, more), [], limits) ? whole : guards
}

/** Whether an expression grows beyond what the store takes. */
export function tooHeavy(condition: Condition, update: Update, limits: StoreLimits): boolean {
  return [conditionWeight(condition), updateWeight(update)].some(
    ({ bytes, operators }) => bytes > limits.expressionBytes || operators > limits.operators,
  )
}

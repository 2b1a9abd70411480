/**
 * Proves that a history is complete, in order, and leads to the stored record.
 *
 * @module
 */
import { equal } from '../data/attribute-value.ts'
import { printPath, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { apply, InapplicableUpdate } from '../expression/apply.ts'
import { changedPaths } from '../expression/diff.ts'
import { forward, redo } from '../journal/change.ts'
import { readRecord, type Source } from '../journal/source.ts'
import { generationOf, imageOf, versionOf } from '../journal/tail.ts'
import type { AnyModel } from '../model/model.ts'
import { type Version, versionsForwards } from './versions.ts'

/** Whether a history is whole and leads to the stored record. */
export interface Verification {
  /** No problem was found. */
  readonly ok: boolean
  /** How many versions were looked at, of all generations. */
  readonly versions: number
  readonly problems: readonly HistoryProblem[]
}

/** One thing that does not fit, and where. */
export interface HistoryProblem {
  readonly generation: string
  readonly version: number
  readonly problem: string
}

/** More are no news. */
const MOST = 100

/** What is going on with one generation, as its versions pass by. */
interface Fold {
  next: number | undefined
  item: Item | undefined
}

export async function verifyHistory(model: AnyModel, source: Source): Promise<Verification> {
  const problems: HistoryProblem[] = []
  const folds = new Map<string, Fold>()
  let versions = 0
  const report = (generation: string, version: number, problem: string) => {
    if (problems.length < MOST) problems.push({ generation, version, problem })
  }
  const record = await readRecord(source)
  const present = record && generationOf(record)
  let isMet = present === undefined
  let end: number | undefined
  for await (const each of versionsForwards(source, {}, { record })) {
    versions++
    const { generation, version, entry } = each
    const fold = folds.get(generation) ?? { next: undefined, item: undefined }
    folds.set(generation, fold)
    if (fold.next !== undefined && fold.next !== version) report(generation, version, `version ${fold.next} is missing`)
    if (entry.kind === 'created' && version !== 1) report(generation, version, 'a creation is not the first version')
    fold.item = check(fold, each, (problem) => report(generation, version, problem))
    fold.next = version + 1
    if (generation === present && entry.kind === 'deleted') end = version
    if (!record || generation !== present || version !== versionOf(record)) continue
    isMet = true
    if (fold.item) compare(fold.item, imageOf(record), (problem) => report(generation, version, problem))
  }
  if (!isMet) report(present!, versionOf(record!), `the record of ${model.name} has no entry of its last commit`)
  const told = present === undefined ? 0 : (folds.get(present)?.next ?? 0)
  if (record && told - 1 > versionOf(record)) await expectVersion(source, present!, told - 1, report)
  if (end !== undefined) await expectEnd(source, present!, end, report)
  return Object.freeze({ ok: problems.length === 0, versions, problems: Object.freeze(problems) })
}

/** The record after the version, as folding from the start makes it. */
function check({ item }: Fold, { entry, before, after }: Version, report: (problem: string) => void): Item | undefined {
  if (entry.kind === 'created' || item === undefined) return after.known ? after.item : undefined
  if (entry.erased) return after.known ? after.item : undefined
  // What a deletion keeps is the record as it was met, before events of the same commit.
  if (entry.kind === 'deleted' && before.known && before.item) compare(item, before.item, report)
  let folded = item
  for (const { changes } of entry.steps) {
    for (const change of changes) {
      if (change.kind !== 'set' || equal(valueAt(folded, change.path), change.old)) continue
      report(`${printPath(change.path)} was not what the entry replaced: another program has changed it`)
    }
    try {
      folded = redo(changes, folded)
    } catch (thrown) {
      if (!(thrown instanceof InapplicableUpdate)) throw thrown
      report(`the entry does not fit the record: ${thrown.message}`)
      folded = changes.reduce((state, change) => tryApply(state, change), folded)
    }
  }
  if (entry.kind === 'deleted') return undefined
  if (after.known && after.item) compare(folded, after.item, report)
  return folded
}

function tryApply(item: Item, change: Parameters<typeof forward>[0]): Item {
  try {
    return apply([forward(change)], item)
  } catch {
    return item
  }
}

function compare(folded: Item, found: Item, report: (problem: string) => void): void {
  const paths = changedPaths(folded, found)
  if (paths.length > 0) report(`folding gives another value at ${paths.map(printPath).join(', ')}`)
}

/** Entries behind what was read of the record are those of commits since; a record that still is older has lost commits. */
async function expectVersion(source: Source, generation: string, version: number, report: Report): Promise<void> {
  const record = await recordOfLife(source, generation)
  if (record && versionOf(record) < version) report(generation, version, 'there are more entries than commits')
}

/** A life that has ended since it was read is gone; what is there all the same was put back by somebody else. */
async function expectEnd(source: Source, generation: string, version: number, report: Report): Promise<void> {
  if (await recordOfLife(source, generation))
    report(generation, version, 'the record was deleted, and is there again without having been created')
}

type Report = (generation: string, version: number, problem: string) => void

/** The record as it is stored now, if it still lives this life. */
async function recordOfLife(source: Source, generation: string): Promise<Item | undefined> {
  const record = await readRecord(source)
  return record && generationOf(record) === generation ? record : undefined
}

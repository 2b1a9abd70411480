/**
 * One attempt's changes, planned and sent until they are committed or in conflict.
 *
 * Where a write failed only on what the engine asks for its history, nothing that the function relied on has changed: it is
 * planned again on the item that came back, without running the function again.
 *
 * @module
 */
import type { AttributeMap } from '../data/attribute-value.ts'
import type { Item } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { isEngineError } from '../errors.ts'
import { evaluate } from '../expression/evaluate.ts'
import { commitId } from '../journal/commit-id.ts'
import type { Sealer } from '../journal/sealer.ts'
import { generationOf, isFull } from '../journal/tail.ts'
import type { Cut } from '../journal/waiting-cuts.ts'
import type { FailedAction } from '../store/commit-outcome.ts'
import type { Store } from '../store/store.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { commitPlan } from './commit.ts'
import { type Involved, keepsHistory, lastSeen, type RecordChange } from './involved.ts'
import { planCommit } from './plan.ts'
import type { Planned } from './planned.ts'

/** A plan is sent this often before contention, throttling or lost answers are given up on. */
const MAX_SENDS = 12
/** Plans of one attempt. Each of them brings an item closer to how it is; hot records may need a few. */
const MAX_PLANS = 50

interface SettleParts {
  readonly store: Store
  readonly environment: Environment
  readonly sealer: Sealer
  readonly journalTable: string
}

/** What one attempt asks for. */
interface Changes {
  readonly records: readonly RecordChange[]
  readonly metadata: AttributeMap | undefined
  /** What the engine writes along under this commit id. */
  readonly own: (id: string) => WriteAction | undefined
  readonly signal: AbortSignal | undefined
}

type SettledChanges =
  /** Without a plan there was nothing to write. */
  | { readonly kind: 'committed'; readonly plan: Planned | undefined }
  | { readonly kind: 'conflict'; readonly plan: Planned; readonly failures: readonly FailedAction[] }

/** What the engine learns of records on its way. */
interface Met {
  readonly items: Map<string, Item>
  /** Generations of records that have ended. A record may still be there, or again, or be of another one. */
  readonly ended: Map<string, string | undefined>
}

export async function settle(changes: Changes, parts: SettleParts): Promise<SettledChanges> {
  const { sealer } = parts
  const met = await meet(changes, parts)
  for (let plans = 1; ; plans++) {
    const settled = await planAndSend(changes, met, parts).catch(async (error: unknown) => {
      if (isEngineError(error, 'REJECTED') && (await madeRoomUnseen(changes, met, parts))) return undefined
      throw error
    })
    if (!settled) continue
    if (settled.kind === 'committed') return settled
    const { plan, failures } = settled
    if (plans >= MAX_PLANS || !failures.every((failure) => isOurs(plan, failure))) return settled
    for (const { position, present } of failures) {
      const ended = endedBy(plan, position)
      if (ended) met.ended.set(ended.identity.id, generationOf(lastSeen(ended)!))
      else {
        const { address, id: record } = plan.planned[position]!.involved.identity
        met.items.set(record, (isFull(present!) && (await sealer.makeRoom(address, present!))) || present!)
      }
    }
  }
}

/** Planned on what is known of the records. What waits to be cut off their tails goes along. */
async function planAndSend(
  { records, metadata, own, signal }: Changes,
  met: Met,
  { store, environment, sealer, journalTable }: SettleParts,
): Promise<SettledChanges> {
  const id = commitId(environment)
  const cuts = new Map<string, Cut>()
  const done = new Set<string>()
  const involve = (record: RecordChange): Involved => {
    const { id: key } = record.identity
    const known = { ...record, met: met.items.get(key) }
    const item = lastSeen(known)
    const cut = item && isKept(record) ? sealer.take(record.identity.address, item) : undefined
    if (cut) cuts.set(key, cut)
    const hasEnded = !!item && met.ended.has(key) && met.ended.get(key) === generationOf(item)
    return { ...known, hasEnded, sealed: cut?.entries ?? 0 }
  }
  try {
    const context = { id, limits: store.limits, journalTable, metadata, own: own(id) }
    const plan = planCommit(context, records.map(involve))
    if (!plan) return { kind: 'committed', plan }
    const missing = missingRecords(plan)
    if (missing.length > 0) return { kind: 'conflict', plan, failures: missing }
    const sent = commitPlan(plan, { store, environment, journalTable, sends: MAX_SENDS, signal })
    // The request has left: this runs while its answer is under way.
    sealBeside(plan, sealer)
    const settled = await sent
    if (settled.kind !== 'committed') return { ...settled, plan }
    for (const { involved, isCut } of plan.planned) if (isCut) done.add(involved.identity.id)
    return { kind: 'committed', plan }
  } finally {
    for (const [record, cut] of cuts) sealer.giveBack(cut, done.has(record))
  }
}

const isKept = (record: RecordChange): boolean => record.state?.fate === 'kept' && keepsHistory(record)

/** Items that must be known before anything can be planned: of records deleted unseen, and such with too long a tail. */
async function meet({ records, signal }: Changes, parts: SettleParts): Promise<Met> {
  const met: Met = { items: new Map(), ended: new Map() }
  await look(records.filter(isDeletedUnseen), met, parts.store, signal)
  await makeRoom(records, met, parts.sealer)
  return met
}

/**
 * Whether a commit that the store refused may fit now: of a record that was never seen nobody knows that it is full, and
 * sealing its tail may make room.
 */
async function madeRoomUnseen(
  { records, signal }: Changes,
  met: Met,
  { store, sealer }: SettleParts,
): Promise<boolean> {
  const unseen = records.filter((each) => isKept(each) && !each.stored && !met.items.has(each.identity.id))
  // Where it cannot be read, the refusal is what there is to tell.
  await look(unseen, met, store, signal).catch(() => undefined)
  return makeRoom(unseen, met, sealer)
}

async function look(
  records: readonly RecordChange[],
  met: Met,
  store: Store,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (records.length === 0) return
  const addresses = records.map(({ identity }) => identity.address)
  const items = await store.read(addresses, { consistent: true, signal })
  for (const [i, item] of items.entries()) if (item) met.items.set(records[i]!.identity.id, item)
}

/** Whether it made any, in tails of records that are to be written. */
async function makeRoom(records: readonly RecordChange[], met: Met, sealer: Sealer): Promise<boolean> {
  let made = false
  for (const each of records) {
    const { state, identity } = each
    const item = met.items.get(identity.id) ?? each.stored
    if (!item || !state || !keepsHistory(each) || !sealer.needsRoom(item)) continue
    const cut = await sealer.makeRoom(identity.address, item)
    if (!cut) continue
    met.items.set(identity.id, cut)
    made = true
  }
  return made
}

const isDeletedUnseen = (each: RecordChange): boolean =>
  each.state?.fate === 'deleted' && !each.isLoaded && keepsHistory(each)

/** Records deleted unseen that are not there: their absence is as good as a refusal by the store. */
const missingRecords = ({ planned }: Planned): readonly FailedAction[] =>
  planned.flatMap(({ involved }, position) =>
    isDeletedUnseen(involved) && !involved.met ? [{ position, present: undefined }] : [],
  )

/**
 * The record whose last block this action is. Where it is refused that life has ended before. Either there is another one by
 * now, or the record was put back: by a creation that arrived twice, the second time after the deletion, or from a backup.
 */
const endedBy = (plan: Planned, position: number): Involved | undefined => plan.ends[position - plan.planned.length]

/** Whether all that the function relied on holds of the item, so that the refusal was for the engine's own sake. */
function isOurs(plan: Planned, { position, present }: FailedAction): boolean {
  const planned = plan.planned[position]
  if (endedBy(plan, position)) return true
  return planned !== undefined && present !== undefined && evaluate(planned.domain, present)
}

function sealBeside({ planned }: Planned, sealer: Sealer): void {
  for (const { action, involved } of planned) {
    const bound = involved.identity.model.definition.history
    if (action.kind === 'update' && bound) sealer.visit(action, lastSeen(involved), bound)
  }
}

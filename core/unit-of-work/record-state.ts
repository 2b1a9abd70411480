/**
 * Where one record stands within a unit of work: what its drafts made of it, and the blind changes on top.
 *
 * Immutable, so that a rollback is forgetting. The two parts stay apart because they travel apart: drafts as guarded
 * values, blind changes as actions that merge with anybody's.
 *
 * @module
 */
import { overlap, printPath } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { engineError, isEngineError } from '../errors.ts'
import { apply, InapplicableUpdate } from '../expression/apply.ts'
import { printIssues } from '../model/issue.ts'
import { decodeItem } from '../model/record.ts'
import { type BlindChange, joinBlind, outOfBounds } from './blind.ts'
import { invalidChange } from './record-errors.ts'
import { printRecord, type RecordIdentity } from './record-identity.ts'
import { RecordVersion, updateBetween } from './record-version.ts'

/** `created`: not in the store as far as this unit of work knows. `replaced`: deleted and created again. */
type Fate = 'kept' | 'created' | 'replaced' | 'deleted'

export class RecordState {
  readonly identity: RecordIdentity
  readonly fate: Fate
  /** The record by drafts alone; undefined where only blind changes are known and nothing was loaded. */
  readonly drafted: RecordVersion | undefined
  readonly blind: readonly BlindChange[]
  /** The item as it is to be stored whatever else is here: in another schema version, for migrations of whole tables. */
  readonly target: Item | undefined
  #view: RecordVersion | undefined

  constructor(
    identity: RecordIdentity,
    fate: Fate,
    drafted: RecordVersion | undefined,
    blind: readonly BlindChange[] = [],
    target?: Item,
  ) {
    this.identity = identity
    this.fate = fate
    this.drafted = drafted
    this.blind = blind
    this.target = target
  }

  /** The record as this unit of work sees it, blind changes included. */
  get view(): RecordVersion | undefined {
    if (!this.#view && this.drafted) this.#view = this.#applied(this.drafted)
    return this.#view
  }

  /** True where domain code would find a record. */
  get isPresent(): boolean {
    return this.fate !== 'deleted' && this.drafted?.value !== undefined
  }

  /** The same state once the record was loaded after all. Throws where its values rule out a blind change made before. */
  loaded(base: RecordVersion): RecordState {
    if (this.drafted) return this
    this.#assertWithinBounds(base)
    return new RecordState(this.identity, this.fate, base, this.blind)
  }

  deleted(): RecordState {
    return new RecordState(this.identity, 'deleted', this.drafted)
  }

  /** After a draft turned the view into `next`. Blind changes that it changed again become part of it. */
  changed(next: RecordVersion): RecordState {
    if (this.blind.length === 0) return new RecordState(this.identity, this.fate, next)
    const before = this.view!.encoded!
    const after = next.encoded!
    const actions = updateBetween(this.identity, before, after)
    const folded = this.blind.filter(({ action }) => actions.some((each) => overlap(each.path, action.path)))
    const base = this.#decoded(apply(actionsOf(folded), this.drafted!.encoded!)).encoded!
    return new RecordState(
      this.identity,
      this.fate,
      this.#decoded(apply(updateBetween(this.identity, before, after, base), base)),
      this.blind.filter((each) => !folded.includes(each)),
    )
  }

  /** After one more blind change. Throws where what is known of the record rules it out. */
  withBlind(change: BlindChange): RecordState {
    const next = new RecordState(this.identity, this.fate, this.drafted, [...this.blind, change])
    next.#assertWithinBounds(this.drafted)
    // Made at once, so that a change that does not fit the record fails here and not when somebody reads it.
    const view = next.view
    // Nobody else can change what is not stored yet.
    return this.fate === 'kept' ? next : new RecordState(this.identity, this.fate, view)
  }

  #assertWithinBounds(version: RecordVersion | undefined): void {
    const { model, address } = this.identity
    const joined = joinBlind(this.blind, model.name)
    const outside = version?.encoded && outOfBounds(joined, version.encoded)
    if (!outside) return
    const path = printPath(outside.action.path)
    throw engineError(
      'OUT_OF_BOUNDS',
      `${printRecord(this.identity)}: the blind change of ${path} would leave its bounds; nothing was written.`,
      { model: model.name, key: address.key, path },
    )
  }

  #applied(version: RecordVersion): RecordVersion {
    if (this.blind.length === 0 || !version.encoded) return version
    const actions = actionsOf(joinBlind(this.blind, this.identity.model.name))
    try {
      return this.#decoded(apply(actions, version.encoded))
    } catch (thrown) {
      if (!(thrown instanceof InapplicableUpdate)) throw thrown
      const reason = `the blind change does not fit the record: ${thrown.message}`
      throw engineError('REJECTED', `${printRecord(this.identity)}: ${reason}. Nothing was written.`, { reason })
    }
  }

  #decoded(item: Item): RecordVersion {
    try {
      return new RecordVersion(this.identity, decodeItem(this.identity.model, item))
    } catch (thrown) {
      if (!isEngineError(thrown, 'INVALID_RECORD')) throw thrown
      const { issues } = thrown.payload
      const problem = `: after the blind changes it would be no record: ${printIssues(issues)}. Nothing was written.`
      throw invalidChange(this.identity, problem, issues, thrown)
    }
  }
}

const actionsOf = (changes: readonly BlindChange[]) => changes.map(({ action }) => action)

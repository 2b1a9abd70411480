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
import { apply } from '../expression/apply.ts'
import { changesElements } from '../expression/update.ts'
import { printIssues } from '../model/issue.ts'
import { decodeItem } from '../model/record.ts'
import { type Applied, nothingTold, type Told } from './applied.ts'
import { applyUnseen } from './apply-unseen.ts'
import { applyBlind, type BlindChange, joinBlind, outOfBounds } from './blind.ts'
import type { Looks } from './looks.ts'
import { invalidChange } from './record-errors.ts'
import { printRecord, type RecordIdentity } from './record-identity.ts'
import { RecordVersion, updateBetween } from './record-version.ts'

/** `created`: not in the store as far as this unit of work knows. `replaced`: deleted and created again. */
type Fate = 'kept' | 'created' | 'replaced' | 'deleted'

/** What there may be besides. */
interface Besides {
  readonly blind?: readonly BlindChange[] | undefined
  readonly target?: Item | undefined
  readonly told?: Told | undefined
  readonly origin?: RecordVersion | undefined
  readonly former?: RecordState | undefined
}

export class RecordState {
  readonly identity: RecordIdentity
  readonly fate: Fate
  /** The record by drafts alone; undefined where only blind changes are known and nothing was loaded. */
  readonly drafted: RecordVersion | undefined
  readonly blind: readonly BlindChange[]
  /** The item as it is to be stored whatever else is here: in another schema version, for migrations of whole tables. */
  readonly target: Item | undefined
  /** The domain events of this life. */
  readonly told: Told
  /** As this unit of work created it; undefined where it did not. */
  readonly origin: RecordVersion | undefined
  /** Of one that was created again: the life that ended, as it was deleted. */
  readonly former: RecordState | undefined
  #view: RecordVersion | undefined

  constructor(
    identity: RecordIdentity,
    fate: Fate,
    drafted: RecordVersion | undefined,
    { blind = [], target, told = nothingTold, origin, former }: Besides = {},
  ) {
    this.identity = identity
    this.fate = fate
    this.drafted = drafted
    this.blind = blind
    this.target = target
    this.told = told
    this.origin = origin
    this.former = former
  }

  /** The record as this unit of work sees it, blind changes included. */
  get view(): RecordVersion | undefined {
    if (!this.#view && this.drafted) this.#view = this.#after(this.blind, this.drafted)
    return this.#view
  }

  /** True where domain code would find a record. */
  get isPresent(): boolean {
    return this.fate !== 'deleted' && this.drafted?.value !== undefined
  }

  /** The same state once the record was loaded after all. Throws where its values rule out a blind change made before. */
  loaded(base: RecordVersion): RecordState {
    if (this.drafted) return this
    this.#assertWithinBounds(joinBlind(this.blind, this.identity.model.name), base.encoded)
    return this.with(base)
  }

  /** What was created again and is deleted again leaves what was there before it, deleted. */
  deleted(): RecordState {
    return this.former ?? new RecordState(this.identity, 'deleted', this.drafted, { told: this.told })
  }

  /** After a draft turned the view into `next`. Blind changes that it changed again become part of it. */
  changed(next: RecordVersion): RecordState {
    if (this.blind.length === 0) return this.with(next)
    const before = this.view!.encoded!
    const after = next.encoded!
    const actions = updateBetween(this.identity, before, after)
    const { drafted, blind } = this.settled(({ action }) => actions.some((each) => overlap(each.path, action.path)))
    const base = drafted!.encoded!
    return this.with(this.#decoded(apply(updateBetween(this.identity, before, after, base), base)), blind)
  }

  /** The same view, but these blind changes made by a draft, since what comes next rests on them. */
  settled(isMet: (change: BlindChange) => boolean): RecordState {
    const met = this.blind.filter(isMet)
    if (met.length === 0) return this
    const made = applyBlind(met, this.drafted!.encoded!)
    return this.with(
      this.#decoded(made),
      this.blind.filter((each) => !met.includes(each)),
    )
  }

  /**
   * Looks at what blind changes that are made by a draft now ask of sets: what the draft then leaves as it was loaded is not
   * sent, so it must stay so.
   */
  lookAtMade(next: RecordState, looks: Looks): void {
    for (const change of this.blind) {
      const { action } = change
      if (next.blind.includes(change) || !changesElements(action)) continue
      for (const element of action.elements) looks.asked('element', action.path, element)
    }
  }

  /** Whether both are of one life of the record: none was deleted or created in between. */
  isOneWith(other: RecordState): boolean {
    return this.fate === other.fate && this.origin === other.origin
  }

  /** The record by drafts when its last event had led there, or where it began; `loaded` is the record as it was loaded. */
  lastTold(loaded: RecordVersion | undefined): Item | undefined {
    return this.told.image ?? (this.origin ?? loaded)?.encoded
  }

  /** After an event, and what came before it without one, have led here. */
  telling(applied: readonly Applied[]): RecordState {
    const told = { applied: [...this.told.applied, ...applied], image: this.drafted!.encoded! }
    return this.with(this.drafted, this.blind, told)
  }

  /** After one more blind change. Throws where it cannot be made with those before, or what is known of the record rules it out. */
  withBlind(change: BlindChange): RecordState {
    const next = this.with(this.drafted, [...this.blind, change])
    const { view } = this
    if (view) next.#view = this.#after([change], view)
    return next.fitting()
  }

  /** The same. Throws where the blind changes of it cannot be made together, or what is known of the record rules them out. */
  fitting(): RecordState {
    // What is not stored yet is sent as a whole, and nothing has to be joined.
    if (this.fate === 'kept') joinBlind(this.blind, this.identity.model.name)
    // Made at once, so that a change that does not fit the record fails here and not when somebody reads it.
    void this.view
    return this
  }

  /** The next state of the same life. */
  with(drafted: RecordVersion | undefined, blind = this.blind, told = this.told): RecordState {
    const { identity, fate, origin, former } = this
    return new RecordState(identity, fate, drafted, { blind, told, origin, former })
  }

  #assertWithinBounds(changes: readonly BlindChange[], item: Item | undefined): void {
    const { model, address } = this.identity
    const outside = item && outOfBounds(changes, item)
    if (!outside) return
    const path = printPath(outside.action.path)
    throw engineError(
      'OUT_OF_BOUNDS',
      `${printRecord(this.identity)}: the blind change of ${path} would leave its bounds; nothing was written.`,
      { model: model.name, key: address.key, path },
    )
  }

  #after(changes: readonly BlindChange[], version: RecordVersion): RecordVersion {
    if (changes.length === 0 || !version.encoded) return version
    const item = changes.reduce((state, each) => {
      this.#assertWithinBounds([each], state)
      return applyUnseen(this.identity, [each.action], state)
    }, version.encoded)
    return this.#decoded(item)
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

/**
 * One level of a running unit of work: what it changed on top of its parent, and what it looked at.
 *
 * The outermost scope is the attempt. A child's changes become its parent's when it returns and vanish when it throws; its
 * looks stay in both cases. Records themselves are immutable, so nothing ever has to be undone.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import type { Item, ItemAddress } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { engineError } from '../errors.ts'
import type { NumberSource } from '../journal/number-source.ts'
import { assertNotAborted } from './aborted.ts'
import type { IdentityMap } from './identity-map.ts'
import { behindDefaults, type Looks } from './looks.ts'
import { mergeFork } from './merge.ts'
import { ReadSet } from './read-set.ts'
import { notFound, otherModel } from './record-errors.ts'
import type { RecordIdentity } from './record-identity.ts'
import { RecordState } from './record-state.ts'
import type { RecordVersion } from './record-version.ts'
import { trackRecord } from './track-record.ts'

/** What all scopes of one attempt share. */
interface Attempt {
  /** The `UnitOfWork` runner it belongs to: another engine's unit of work inside this one is not a child of it. */
  readonly owner: object
  readonly records: IdentityMap
  readonly models: ReadonlySet<object>
  readonly environment: Environment
  readonly numbers: NumberSource
  /** The function has run before, and its commit met somebody else's. */
  readonly isRepeated: boolean
  /** Items as they are now, for the engine's own looks: nothing is guarded by it. */
  readonly read: (addresses: readonly ItemAddress[]) => Promise<readonly (Item | undefined)[]>
  /** The owner's innermost running scope of this async context. */
  readonly running: () => Scope | undefined
  readonly signal: AbortSignal | undefined
}

export class Scope {
  readonly attempt: Attempt
  readonly parent: Scope | undefined
  /** Names of the units of work from the outermost in. */
  readonly path: readonly string[]
  readonly reads = new ReadSet()
  readonly #changes = new Map<string, RecordState>()
  /** The states that the parent had when this scope first met their records. */
  readonly #bases = new Map<string, Base>()
  /** Names of the units of work in which records were changed. */
  readonly #paths = new Map<string, readonly string[]>()
  readonly #afterCommit: (() => unknown)[] = []
  readonly #handedOut: Set<RecordVersion>
  readonly #proxies: WeakMap<RecordVersion, object>
  #children = 0
  #ended = false

  constructor(attempt: Attempt, parent: Scope | undefined, path: readonly string[]) {
    this.attempt = attempt
    this.parent = parent
    this.path = path
    this.#handedOut = parent ? parent.#handedOut : new Set()
    this.#proxies = parent ? parent.#proxies : new WeakMap()
    if (parent) parent.#children++
  }

  /** This scope, or the innermost one around it that has not ended: what a nested unit of work left running belongs to it. */
  nearestRunning(): Scope | undefined {
    return this.#ended ? this.parent?.nearestRunning() : this
  }

  assertRunning(): void {
    if (this.#ended) {
      throw engineError(
        'CLOSED',
        'This unit of work has ended; use the one that is running, or await what still needs it.',
        {},
      )
    }
    const inner = this.attempt.running()?.nearestRunning()
    if (inner && inner !== this && inner.isWithin(this)) {
      // What it does would not be rolled back with the nested one, nor see what that one has changed.
      throw invalidArgument(
        'work',
        `The unit of work ${this.path.join('/')} was used within ${inner.path.join('/')}, which is nested in it: ` +
          'use what the nested function is given.',
      )
    }
    assertNotAborted(this.attempt.signal)
  }

  isWithin(other: Scope): boolean {
    return this.attempt === other.attempt && (this === other || this.parent?.isWithin(other) === true)
  }

  /** The record's state as this scope sees it; undefined where nothing is known yet. Throws where it is another model's. */
  stateOf(identity: RecordIdentity): RecordState | undefined {
    const state = this.#stateOf(identity)
    if (state && state.identity.model !== identity.model && isThere(state)) throw otherModel(identity, state.identity)
    return state
  }

  #stateOf(identity: RecordIdentity): RecordState | undefined {
    const own = this.#changes.get(identity.id)
    const base = own ? undefined : this.#bases.get(identity.id)
    if (base) return this.#asMet(base)
    const state = own ?? (this.parent ? this.parent.#stateOf(identity) : this.attempt.records.known(identity)?.state)
    const loaded = own && !own.drafted ? this.attempt.records.known(identity) : undefined
    if (!loaded?.state.drafted) return state
    // Blind changes came first and the record was loaded since: from now on they are seen on top of it.
    if (!loaded.stored) {
      // Whoever catches this has learnt that it is absent.
      this.reads.of(identity.id)
      throw notFound(identity)
    }
    const seen = own!.loaded(loaded.state.drafted)
    this.#changes.set(identity.id, seen)
    return seen
  }

  /** As this scope met it, whatever siblings have made of it since; loaded since, perhaps. */
  #asMet({ identity, state: met }: Base): RecordState | undefined {
    const loaded = met?.drafted ? undefined : this.attempt.records.known(identity)?.state
    if (!loaded?.drafted) return met
    const state = met ? met.loaded(loaded.drafted) : loaded
    this.#bases.set(identity.id, { identity, state })
    return state
  }

  /** The next state of a record in this scope. */
  put(state: RecordState): void {
    this.#take(state, this.path)
  }

  #take(state: RecordState, path: readonly string[]): void {
    const { id } = state.identity
    this.meet(state.identity)
    this.#changes.set(id, state)
    const before = this.#paths.get(id)
    this.#paths.set(id, before ? commonPath(before, path) : path)
  }

  /** Names of the units of work in which this scope and those within it changed a record. */
  pathOf(id: string): readonly string[] {
    return this.#paths.get(id) ?? this.path
  }

  /** Makes the record's existence, or its absence, part of what was looked at. */
  observe(state: RecordState): void {
    this.#look(state, (reads, id) => void reads.of(id))
  }

  /** The record as domain code sees it, the same object for the same state. */
  recordOf(state: RecordState): object {
    const version = state.view!
    const known = this.#proxies.get(version)
    if (known) return known
    const proxy = trackRecord(version.value!, state.identity.model.shape, this.looksAt(state))
    this.#proxies.set(version, proxy)
    owners.set(proxy, { identity: state.identity, attempt: this.attempt })
    return proxy
  }

  /** Hears the looks at one state of a record, whoever looks: this scope or a child that holds the same object. */
  looksAt(state: RecordState): Looks {
    const note = (look: (reads: ReadSet, id: string) => void): void => this.#look(state, look)
    const defaulted = this.attempt.records.loaded(state.identity.id)?.defaulted
    const looks: Looks = {
      at: (kind, path, element) => note((reads, id) => reads.of(id).add({ kind, path, element })),
      asked: (kind, path, element) => note((reads, id) => reads.of(id).add({ kind, path, element, isAsked: true })),
      required: (condition) => note((reads, id) => reads.require(id, condition)),
      handedOut: () => {
        const version = state.view
        // Encoded now, before the holder can change it in place.
        if (version?.encoded) this.#handedOut.add(version)
      },
    }
    return defaulted ? behindDefaults(looks, defaulted) : looks
  }

  afterCommit(callback: () => unknown): void {
    this.#afterCommit.push(callback)
  }

  /** Ends this scope after its function threw. */
  abandon(): void {
    this.#ended = true
    if (this.parent) this.parent.#children--
  }

  /** Ends this scope after its function returned. Throws where a child is still running, whose changes would be lost. */
  end(): void {
    this.abandon()
    if (this.#children > 0) {
      throw engineError(
        'CLOSED',
        'A nested unit of work was still running when its parent returned; await it. Nothing was written.',
        {},
      )
    }
  }

  /** What an ended child looked at; the parent's decisions may rest on it, also after a rollback. */
  leaveReads(): void {
    const { parent } = this
    if (!parent) return
    parent.reads.include(this.reads)
    // As of when the child looked: what the parent's own siblings merged since may be what it saw otherwise.
    for (const base of this.#bases.values()) parent.#meet(base)
  }

  /** Makes an ended child's changes its parent's. Throws a `CONFLICT`, and changes nothing, where a sibling stands in the way. */
  mergeIntoParent(): void {
    const parent = this.parent!
    const merged: RecordState[] = []
    for (const [id, { identity, state: met }] of this.#bases) {
      const loaded = this.attempt.records.known(identity)?.state.drafted
      const unloaded = met ?? new RecordState(identity, 'kept', undefined)
      // Loaded since, perhaps: the three states can only be compared as of one loaded record.
      const base = loaded ? unloaded.loaded(loaded) : unloaded
      const mine = this.#stateOf(identity) ?? base
      const state = mergeFork(
        { base, mine: this.#changes.has(id) ? mine : base, theirs: parent.#stateOf(identity) ?? base, loaded },
        this.reads.find(id),
      )
      if (state !== base) merged.push(state)
    }
    for (const state of merged) parent.#take(state, this.pathOf(state.identity.id))
    parent.#afterCommit.push(...this.#afterCommit)
  }

  /** The states, as this scope sees them, of all records that it or a scope around it has changed. */
  visibleChanges(): readonly RecordState[] {
    const seen = new Map((this.parent?.visibleChanges() ?? []).map((state) => [state.identity.id, state.identity]))
    for (const { identity } of this.#changes.values()) seen.set(identity.id, identity)
    return [...seen.values()].map((identity) => this.#stateOf(identity)!)
  }

  changes(): Iterable<RecordState> {
    return this.#changes.values()
  }

  callbacks(): readonly (() => unknown)[] {
    return this.#afterCommit
  }

  /** Throws where a record, changed or only looked at, was changed in place. */
  assertUntouched(): void {
    for (const version of this.#handedOut) version.assertUntouched()
    for (const state of this.#changes.values()) state.drafted?.assertUntouched()
  }

  /** From now on this scope sees the record as it sees it now, whatever its siblings make of it. */
  meet(identity: RecordIdentity): void {
    const { parent } = this
    if (parent) this.#meet({ identity, state: parent.#stateOf(identity) })
  }

  #look(state: RecordState, look: (reads: ReadSet, id: string) => void): void {
    const running = this.attempt.running()
    const looking = running && running.attempt === this.attempt ? running : this
    const scope = looking.nearestRunning()
    if (!scope) return
    look(scope.reads, state.identity.id)
    scope.meet(state.identity)
  }

  #meet(base: Base): void {
    const { id } = base.identity
    if (this.parent && !this.#bases.has(id)) this.#bases.set(id, base)
  }
}

/** Also where it could not be read, or was only changed blindly. Under the key of a deleted record another may be created. */
const isThere = ({ fate, drafted, blind }: RecordState): boolean =>
  fate !== 'deleted' && (drafted ? drafted.encoded !== undefined : blind.length > 0)

const commonPath = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const differs = a.findIndex((name, i) => name !== b[i])
  return differs < 0 ? a : a.slice(0, differs)
}

interface Base {
  readonly identity: RecordIdentity
  readonly state: RecordState | undefined
}

const owners = new WeakMap<object, { readonly identity: RecordIdentity; readonly attempt: Attempt }>()

/** Which record of this attempt a tracked object is; undefined for anything else, also for records of other attempts. */
export function identityOf(record: object, attempt: Attempt): RecordIdentity | undefined {
  const owner = owners.get(record)
  return owner?.attempt === attempt ? owner.identity : undefined
}

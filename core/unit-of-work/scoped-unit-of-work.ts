/**
 * The unit of work of one scope: turns calls of domain code into states of records.
 *
 * @module
 */
import { assertFunction, invalidArgument, unexpected } from '../arguments.ts'
import type { DocumentPath } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { idsFrom } from '../journal/generated-id.ts'
import type { DomainEvent } from '../model/domain-event.ts'
import { addressOf } from '../model/key.ts'
import { assertKnown } from '../model/known-models.ts'
import type { AnyModel } from '../model/model.ts'
import { decodeItem, newRecord } from '../model/record.ts'
import { applyEvent } from './apply-event.ts'
import { collectBlindChanges } from './blind-changes.ts'
import { withNextNumber } from './next-number.ts'
import { queryRecords } from './query-records.ts'
import { runRecipe } from './recipe.ts'
import { alreadyExists, notFound } from './record-errors.ts'
import { identityAt, printRecord, type RecordIdentity } from './record-identity.ts'
import { RecordState } from './record-state.ts'
import { RecordVersion } from './record-version.ts'
import { repairRecord } from './repair-record.ts'
import { requireOf } from './require.ts'
import { runArguments } from './run-options.ts'
import { identityOf, type Scope } from './scope.ts'
import type { NestedOptions, UnitOfWork, Work } from './unit-of-work.ts'

/** Runs nested and independent units of work for a scope. */
type RunNested = <A>(parent: Scope, name: string, work: Work<A>, options: NestedOptions) => Promise<A>

export function scopedUnitOfWork(scope: Scope, runNested: RunNested): UnitOfWork {
  const assertReady = (model: AnyModel): void => {
    scope.assertRunning()
    assertKnown(scope.attempt.models, model)
  }

  const identify = (model: AnyModel, key: unknown): RecordIdentity => {
    assertReady(model)
    return identityAt(model, addressOf(model, key as never))
  }

  /** The state is to be asked for after it has returned: while anybody waits, a sibling may be merged. */
  const load = async (identity: RecordIdentity): Promise<void> => {
    if (!scope.stateOf(identity)?.drafted) await scope.attempt.records.load(identity)
  }

  const find = async (identity: RecordIdentity): Promise<object | undefined> => {
    await load(identity)
    const state = scope.stateOf(identity)!
    scope.observe(state)
    return state.isPresent ? scope.recordOf(state) : undefined
  }

  /** The present state of a record that domain code holds. */
  const held = (record: unknown): RecordState => {
    scope.assertRunning()
    const identity = typeof record === 'object' && record !== null ? identityOf(record, scope.attempt) : undefined
    const state = identity && scope.stateOf(identity)
    if (!state) {
      throw invalidArgument(
        'record',
        record instanceof Promise
          ? 'Expected a record, got a promise of one; await work.get first.'
          : 'Expected a record that this unit of work got or created. Get it here first; a peeked record cannot be changed.',
      )
    }
    if (!state.isPresent) throw notFound(state.identity)
    return state
  }

  /** The function may catch the error and go on, so what it told was looked at. */
  const missing = (state: RecordState) => {
    scope.observe(state)
    return notFound(state.identity)
  }

  /** What is put now would be put over what the function itself has done to the record by other ways. */
  const assertStill = (identity: RecordIdentity, state: RecordState | undefined, inside: string): void => {
    if (scope.stateOf(identity) === state) return
    throw invalidArgument(
      'work',
      `${printRecord(identity)} was changed by the unit of work from within a ${inside} of the same record; do one after the other.`,
    )
  }

  const remove = (state: RecordState): void => {
    // What was never stored need not be deleted: the record is absent again.
    const absent = () => new RecordState(state.identity, 'kept', new RecordVersion(state.identity, undefined))
    scope.put(state.fate === 'created' ? absent() : state.deleted())
  }

  const changed = (state: RecordState, next: RecordVersion): object => {
    if (next === state.view) return scope.recordOf(state)
    const after = state.changed(next)
    state.lookAtMade(after, scope.looksAt(state))
    scope.put(after)
    return scope.recordOf(after)
  }

  const generate = idsFrom(scope.attempt.environment)

  const create = (model: AnyModel, input: unknown): object => {
    assertReady(model)
    const { record, item, address } = newRecord(model, input as never, generate)
    const identity = identityAt(model, address)
    const state = scope.stateOf(identity)
    if (state && (state.isPresent || (state.fate === 'kept' && state.blind.length > 0))) {
      scope.observe(state)
      throw alreadyExists(identity)
    }
    if (state?.fate === 'deleted' && !state.drafted) {
      throw invalidArgument(
        'record',
        `${model.name} was deleted without being read, so it cannot be created again here; get it before it is deleted.`,
      )
    }
    const fate = scope.attempt.records.known(identity)?.stored ? 'replaced' : 'created'
    const origin = new RecordVersion(identity, record, item)
    const created = new RecordState(identity, fate, origin, {
      origin,
      former: state?.fate === 'deleted' ? state : undefined,
    })
    scope.put(created)
    return scope.recordOf(created)
  }

  const work = {
    path: scope.path,

    async get(model: AnyModel, key: unknown) {
      const identity = identify(model, key)
      const record = await find(identity)
      if (!record) throw notFound(identity)
      return record
    },

    find: async (model: AnyModel, key: unknown) => find(identify(model, key)),

    async getMany(model: AnyModel, keys: readonly unknown[]) {
      if (!Array.isArray(keys)) throw unexpected('keys', 'a list of keys', keys)
      // `from` also visits the gaps of a sparse list, which are no keys.
      return Promise.all(Array.from(keys, (key: unknown) => identify(model, key)).map(find))
    },

    async query(model: AnyModel, options: unknown) {
      assertReady(model)
      return queryRecords(scope, model, options)
    },

    async peek(model: AnyModel, key: unknown) {
      const identity = identify(model, key)
      await load(identity)
      const state = scope.stateOf(identity)!
      if (!state.isPresent) return undefined
      scope.looksAt(state).handedOut()
      return state.view?.value
    },

    async repair(model: AnyModel, key: unknown, mend: unknown) {
      const identity = identify(model, key)
      await load(identity)
      return repairRecord(scope, identity, scope.stateOf(identity)!, mend)
    },

    create,

    async createNext(model: AnyModel, input: unknown) {
      assertReady(model)
      const numbered = await withNextNumber(scope, model, input, generate)
      scope.assertRunning()
      return create(model, numbered)
    },

    change(record: object, recipe: (draft: never) => unknown) {
      const state = held(record)
      if (typeof recipe !== 'function') throw invalidArgument('recipe', 'Expected a recipe, a function of the draft.')
      assertPlain(state.identity.model, 'change')
      const next = runRecipe(state.view!, recipe, scope.looksAt(state))
      assertStill(state.identity, state, 'recipe')
      return changed(state, next)
    },

    apply(record: object, event: DomainEvent<object>) {
      const state = held(record)
      const { id } = state.identity
      const next = applyEvent(
        {
          state,
          path: scope.path,
          loaded: scope.attempt.records.loaded(id)?.state.drafted,
          looks: scope.looksAt(state),
        },
        event,
      )
      assertStill(state.identity, state, 'reducer')
      scope.put(next)
      return scope.recordOf(next)
    },

    require(record: object, condition: unknown) {
      requireOf(scope, held(record), condition)
    },

    delete(...[first, key]: [object] | [AnyModel, unknown]) {
      if (key === undefined) return remove(held(first))
      const identity = identify(first as AnyModel, key)
      const state = scope.stateOf(identity)
      if (state?.drafted || state?.fate === 'deleted') {
        if (!state.isPresent) throw missing(state)
        return remove(state)
      }
      scope.put(new RecordState(identity, 'deleted', undefined))
    },

    blind(model: AnyModel, key: unknown, changes: (blind: never) => void) {
      const identity = identify(model, key)
      assertPlain(model, 'blind')
      const known = scope.stateOf(identity)
      let state = known ?? new RecordState(identity, 'kept', undefined)
      if (state.fate === 'deleted' || (state.drafted && !state.isPresent)) throw missing(state)
      const collected = collectBlindChanges(model, changes)
      assertStill(identity, known, 'function of blind changes')
      for (const change of collected) {
        try {
          state = state.withBlind(change)
        } catch (thrown) {
          // That it does not fit was told by the value.
          scope.looksAt(state).at('value', change.action.path)
          throw thrown
        }
      }
      scope.put(state)
    },

    run<A>(...args: unknown[]): Promise<A> {
      const { name, fn, options } = runArguments<A, NestedOptions>(args)
      scope.assertRunning()
      return runNested(scope, name, fn, options)
    },

    afterCommit(callback: () => unknown) {
      scope.assertRunning()
      assertFunction(callback, 'callback', 'a function, async where it waits')
      scope.afterCommit(callback)
    },
  }
  scopes.set(Object.freeze(work), scope)
  // The interface's types are those of the models; in here a record is just an object.
  return work as unknown as UnitOfWork
}

/** Gives a record the values of this item, at these paths guarded by what they were: for the engine's own units of work. */
export function rewrite(work: UnitOfWork, record: object, item: Item, paths: readonly DocumentPath[]): object {
  const scope = scopeOf(work)
  const identity = identityOf(record, scope.attempt)!
  const state = scope.stateOf(identity)!
  const looks = scope.looksAt(state)
  for (const path of paths) looks.at('value', path)
  const next = state.changed(new RecordVersion(identity, decodeItem(identity.model, item)))
  scope.put(next)
  return scope.recordOf(next)
}

function assertPlain({ name, definition }: AnyModel, call: string): void {
  if (!definition.eventSourced) return
  throw invalidArgument(
    'record',
    `${name} is event-sourced, so work.${call} cannot change it; use work.apply with one of ${name}.events.`,
  )
}

const scopes = new WeakMap<object, Scope>()

/** Where the engine's own functions work, which do what domain code cannot. */
export const scopeOf = (work: UnitOfWork): Scope => scopes.get(work)!

/**
 * One record of a unit of work when it ends: what was there, what was seen of it, and what was made of it.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { Defaulted } from '../model/defaults.ts'
import type { Applied } from './applied.ts'
import type { IdentityMap } from './identity-map.ts'
import type { RecordReads } from './read-set.ts'
import type { RecordIdentity } from './record-identity.ts'
import type { RecordState } from './record-state.ts'
import type { RunOptions } from './run-options.ts'
import type { Scope } from './scope.ts'

export interface Involved {
  readonly identity: RecordIdentity
  /** The item it was loaded from; undefined where there was none, or nothing was loaded. */
  readonly stored: Item | undefined
  /** The same in the model's present schema version; another object than `stored` where that is of another version. */
  readonly present: Item | undefined
  readonly isLoaded: boolean
  /** The item as the engine met it later, for its own purposes: the function knows nothing of it. */
  readonly met: Item | undefined
  /** Its history ended with an earlier deletion, after which something has put it back: it cannot end again. */
  readonly hasEnded: boolean
  /** How many of the first entries of its tail, as last seen, are in a block already and may be cut off. */
  readonly sealed: number
  /** The state it had when loaded; undefined where it was not. */
  readonly base: RecordState | undefined
  /** What was made of it; undefined where it was only looked at. */
  readonly state: RecordState | undefined
  readonly reads: RecordReads | undefined
  /** What of the loaded record was not stored, with the fields that it was made of. */
  readonly defaulted: Defaulted | undefined
  /** Names of the units of work in which it was changed. */
  readonly path: readonly string[]
  /** Domain events, in their order. */
  readonly applied: readonly Applied[]
}

/** What the function made of it. */
export type RecordChange = Omit<Involved, 'met' | 'hasEnded' | 'sealed'>

/** Every record that the attempt changed or looked at. */
export function involvedIn(root: Scope, records: IdentityMap, guard: RunOptions['guard']): RecordChange[] {
  const states = new Map([...root.changes()].map((state) => [state.identity.id, state]))
  const readsOf = (id: string): RecordReads | undefined => {
    const reads = root.reads.find(id)
    return guard === 'writes' && !appendsByEvent(states.get(id)) ? reads?.withoutLooks : reads
  }
  const ids = new Set(states.keys())
  // What was only loaded is not even visited where looks are not guarded: a commit costs what was changed.
  for (const id of root.reads.addresses(guard === 'writes' ? 'required' : 'looked-at')) ids.add(id)
  return [...ids].flatMap((id) => {
    const loaded = records.loaded(id)
    const state = states.get(id)
    const identity = (state ?? loaded?.state)?.identity
    if (!identity) return []
    return [
      {
        identity,
        stored: loaded?.stored,
        present: loaded?.present,
        isLoaded: loaded !== undefined,
        base: loaded?.state,
        state,
        reads: readsOf(id),
        defaulted: loaded?.defaulted,
        path: root.pathOf(id),
        applied: state?.told.applied ?? [],
      },
    ]
  })
}

/**
 * Steps of events that append merge with what others append, and ask nothing of the list by themselves. What was seen of it
 * is guarded then, lest another step of the commit has taken back what was appended to a list that others have changed.
 */
const appendsByEvent = (state: RecordState | undefined): boolean =>
  state?.told.applied.some(({ actions }) => actions.some(({ kind }) => kind === 'append')) === true

/** The item as it was last seen, by the function or by the engine; undefined where it never was, or was absent. */
export const lastSeen = ({ met, stored }: Pick<Involved, 'met' | 'stored'>): Item | undefined => met ?? stored

/** Whether commits of the record leave entries in its history. */
export const keepsHistory = ({ identity }: Pick<Involved, 'identity'>): boolean =>
  identity.model.definition.history !== undefined

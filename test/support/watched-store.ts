/**
 * A store that wraps a store: remembers every request, and lets a test decide what befalls the next commits.
 *
 * @module
 */
import type { ItemAddress } from '../../core/data/item.ts'
import type { Condition } from '../../core/expression/condition.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { Store } from '../../core/store/store.ts'
import type { WriteAction, WritePlan } from '../../core/store/write-plan.ts'
import { passingStore } from './passing-store.ts'

/** What befalls one commit; `apply` hands it to the store inside. */
export type Twist = (plan: WritePlan, apply: () => Promise<CommitOutcome>) => Promise<CommitOutcome>

interface SeenCommit {
  readonly plan: WritePlan
  /** As the engine got it. */
  readonly outcome: CommitOutcome
}

export interface WatchedStore extends Store {
  /** One entry a request: the addresses it asked for. */
  readonly reads: readonly (readonly ItemAddress[])[]
  readonly commits: readonly SeenCommit[]
  /** What befalls the commits from now on, one each; those behind are left alone. */
  twist(...twists: readonly Twist[]): void
  /** Drops what was seen, and what was to befall commits that never came. */
  forget(): void
  /** The actions of the only commit since; throws where there was not exactly one. */
  onlyCommit(): readonly WriteAction[]
}

/** Somebody else acts first. */
export const meanwhile =
  (act: () => unknown): Twist =>
  async (_, apply) => {
    await act()
    return apply()
  }

/** Applied, but the answer is lost. */
export const lostAfter: Twist = async (_, apply) => {
  await apply()
  return { kind: 'unknown', cause: new Error('the answer was lost after applying') }
}

/** The request is lost on its way. */
export const lostBefore: Twist = async () => ({ kind: 'unknown', cause: new Error('the request was lost') })

/** Nothing is applied and this is answered. */
export const answers =
  (outcome: CommitOutcome): Twist =>
  async () =>
    outcome

export const contention: Twist = answers({ kind: 'contention', positions: [0] })
export const throttled: Twist = answers({ kind: 'throttled', reasons: ['TableWriteProvisionedThroughputExceeded'] })

export const times = (n: number, twist: Twist): Twist[] => Array.from({ length: n }, () => twist)

/** The parts of an action's condition, all of which must hold. */
export const conditionsOf = ({ condition }: WriteAction): readonly Condition[] =>
  condition.kind === 'all' ? condition.conditions : [condition]

export function watchedStore(store: Store): WatchedStore {
  const reads: (readonly ItemAddress[])[] = []
  const commits: SeenCommit[] = []
  const twists: Twist[] = []
  return {
    ...passingStore(store),
    reads,
    commits,
    twist: (...next) => void twists.push(...next),
    forget() {
      reads.length = 0
      commits.length = 0
      twists.length = 0
    },
    onlyCommit() {
      if (commits.length !== 1) throw new Error(`Expected one commit, saw ${commits.length}`)
      return commits[0]!.plan.actions
    },
    read(addresses, options) {
      reads.push(addresses)
      return store.read(addresses, options)
    },
    async commit(plan, options) {
      const apply = () => store.commit(plan, options)
      const outcome = await (twists.shift() ?? ((_, send) => send()))(plan, apply)
      commits.push({ plan, outcome })
      return outcome
    },
  }
}

/**
 * Safety taken away, one condition at a time: stores that quietly drop a part of each plan, or say something else than
 * what happened. The simulation must notice each.
 *
 * @module
 */
import { addressKey, type Item } from '../../core/data/item.ts'
import { engineError } from '../../core/errors.ts'
import { all, type Condition } from '../../core/expression/condition.ts'
import { TAIL } from '../../core/journal/tail.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { Store } from '../../core/store/store.ts'
import type { WriteAction, WritePlan } from '../../core/store/write-plan.ts'
import type { simulations } from './simulations.ts'
import type { Sabotage } from './virtual-world.ts'

interface Removal {
  /** The workload that must notice. */
  readonly noticedBy: keyof typeof simulations
  /** A new one for each run, since some remember what they saw. */
  readonly sabotage: () => Sabotage
}

/** The conjuncts of an action's condition that pass. */
const keepConditions =
  (keep: (condition: Condition, action: WriteAction) => boolean): (() => Sabotage) =>
  () =>
    editing((plan) => ({
      ...plan,
      actions: plan.actions.map((action) => {
        const { condition } = action
        const parts = condition.kind === 'all' ? condition.conditions : [condition]
        return { ...action, condition: all(parts.filter((part) => keep(part, action))) }
      }),
    }))

const editing =
  (edit: (plan: WritePlan) => WritePlan): Sabotage =>
  (store) => ({ ...store, commit: (plan, options) => store.commit(edit(plan), options) })

const isBlock = ({ key }: WriteAction): boolean => String(key['p']).startsWith('H#')

/** Actions that are answered as done, and are not. */
const dropping =
  (drop: (action: WriteAction) => boolean): Sabotage =>
  (store) => ({
    ...store,
    commit: async (plan, options) => {
      const actions = plan.actions.filter((action) => !drop(action))
      return actions.length === 0 ? { kind: 'committed' } : store.commit({ ...plan, actions }, options)
    },
  })

const telling =
  (tell: (outcome: CommitOutcome, plan: WritePlan) => CommitOutcome): (() => Sabotage) =>
  () =>
  (store) => ({ ...store, commit: async (plan, options) => tell(await store.commit(plan, options), plan) })

/** Guards compare with a value. Those on paths that the action writes, and those on paths that it only reads. */
const isValueGuard = (condition: Condition): boolean => condition.kind === 'compare' && condition.operator === '='
const writes = (action: WriteAction, condition: Condition): boolean =>
  action.kind === 'update' &&
  'path' in condition &&
  action.update.some(({ path, kind }) => kind === 'set' && path[0] === condition.path[0])
const isOnceGuard = (condition: Condition): boolean =>
  condition.kind === 'not' && condition.condition.kind === 'contains' && condition.condition.path[0] === TAIL
const isBound = (condition: Condition): boolean =>
  condition.kind === 'any' || (condition.kind === 'compare' && condition.operator !== '=')

export const removals: Readonly<Record<string, Removal>> = {
  'value guards of all paths': {
    noticedBy: 'list-append',
    sabotage: keepConditions((condition) => !isValueGuard(condition)),
  },
  'value guards of written paths': {
    noticedBy: 'list-append',
    sabotage: keepConditions((condition, action) => !(isValueGuard(condition) && writes(action, condition))),
  },
  'value guards of paths only read': {
    noticedBy: 'list-append',
    sabotage: keepConditions((condition, action) => !isValueGuard(condition) || writes(action, condition)),
  },
  'checks of records only read': {
    noticedBy: 'list-append',
    sabotage: () => editing((plan) => ({ ...plan, actions: plan.actions.filter(({ kind }) => kind !== 'check') })),
  },
  'checks of records only read (write skew)': {
    noticedBy: 'registers',
    sabotage: () => editing((plan) => ({ ...plan, actions: plan.actions.filter(({ kind }) => kind !== 'check') })),
  },
  'checks that a read record is absent': {
    noticedBy: 'list-append',
    sabotage: keepConditions((condition, { kind }) => kind !== 'check' || condition.kind !== 'absent'),
  },
  'that an updated record exists': {
    noticedBy: 'slots',
    sabotage: keepConditions((condition, { kind }) => kind !== 'update' || condition.kind !== 'exists'),
  },
  'that a deleted record is the one that was seen': {
    noticedBy: 'slots',
    sabotage: keepConditions((_, { kind }) => kind !== 'delete'),
  },
  'that a created record is absent': {
    noticedBy: 'list-append',
    sabotage: keepConditions((condition, { kind }) => kind !== 'put' || condition.kind !== 'absent'),
  },
  'that a tail is cut only where it begins as it was seen': {
    noticedBy: 'list-append',
    sabotage: keepConditions(
      (condition) => !(condition.kind === 'compare' && condition.path[0] === TAIL && condition.path.length === 2),
    ),
  },
  'the block of what is cut off a tail': {
    noticedBy: 'list-append',
    sabotage: () => dropping((action) => isBlock(action)),
  },
  'the block that ends a history': { noticedBy: 'slots', sabotage: () => dropping((action) => isBlock(action)) },
  'that a block is put only once': {
    noticedBy: 'list-append',
    sabotage: keepConditions((_, action) => !isBlock(action)),
  },
  'that a kept outcome is absent': {
    noticedBy: 'bank',
    sabotage: keepConditions((condition, { kind }) => kind !== 'put' || condition.kind !== 'any'),
  },
  'that the commit id is not in the tail': {
    noticedBy: 'list-append',
    sabotage: keepConditions((condition) => !isOnceGuard(condition)),
  },
  'bounds of blind increments': {
    noticedBy: 'bank',
    sabotage: keepConditions((condition, { kind }) => kind !== 'update' || !isBound(condition)),
  },
  'the entry in the tail': {
    noticedBy: 'list-append',
    sabotage: () =>
      editing((plan) => ({
        ...plan,
        actions: plan.actions.map((action) =>
          action.kind === 'update'
            ? { ...action, update: action.update.filter(({ path }) => path[0] !== TAIL) }
            : action,
        ),
      })),
  },
  'one transaction: actions are sent one by one': { noticedBy: 'list-append', sabotage: () => oneByOne },
  'one transaction: only the first half is applied': {
    noticedBy: 'bank',
    sabotage: () =>
      editing((plan) => ({ ...plan, actions: plan.actions.slice(0, Math.ceil(plan.actions.length / 2)) })),
  },
  'unknown outcomes: told as committed': {
    noticedBy: 'list-append',
    sabotage: telling((outcome) => (outcome.kind === 'unknown' ? { kind: 'committed' } : outcome)),
  },
  'unknown outcomes: told as a conflict': {
    noticedBy: 'list-append',
    sabotage: telling((outcome) => (outcome.kind === 'unknown' ? { kind: 'conflict', failures: [] } : outcome)),
  },
  'unknown outcomes: told as never applied': {
    noticedBy: 'list-append',
    sabotage: telling((outcome) => {
      if (outcome.kind !== 'unknown') return outcome
      throw engineError('THROTTLED', 'Nothing was written, it says', { reasons: [], attempts: 1 })
    }),
  },
  'conflicts: told as committed': {
    noticedBy: 'list-append',
    sabotage: telling((outcome) => (outcome.kind === 'conflict' ? { kind: 'committed' } : outcome)),
  },
  'contention: told as committed': {
    noticedBy: 'bank',
    sabotage: telling((outcome) => (outcome.kind === 'contention' ? { kind: 'committed' } : outcome)),
  },
  'throttling: told as committed': {
    noticedBy: 'bank',
    sabotage: telling((outcome) => (outcome.kind === 'throttled' ? { kind: 'committed' } : outcome)),
  },
  'consistent reads: the item before is served': { noticedBy: 'list-append', sabotage: () => staleReads() },
}

/** Each action as a commit of its own; the first that is refused ends it. */
const oneByOne: Sabotage = (store: Store) => ({
  ...store,
  async commit({ id, actions }, options) {
    for (const [position, action] of actions.entries()) {
      const outcome = await store.commit({ id, actions: [action] }, options)
      if (outcome.kind === 'conflict')
        return { kind: 'conflict', failures: outcome.failures.map((failure) => ({ ...failure, position })) }
      if (outcome.kind !== 'committed') return outcome
    }
    return { kind: 'committed' }
  },
})

/** Every other read of an item gives what the read before gave. */
function staleReads(): Sabotage {
  const before = new Map<string, Item | undefined>()
  return (store) => ({
    ...store,
    async read(addresses, options) {
      const items = await store.read(addresses, options)
      return items.map((item, i) => {
        const id = addressKey(addresses[i]!)
        if (!before.has(id)) {
          before.set(id, item)
          return item
        }
        const stale = before.get(id)
        before.delete(id)
        return stale
      })
    },
  })
}

/**
 * The running units of work of this async context, by which a `unitOfWork.run` deep inside a call becomes a nested one.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Scope } from './scope.ts'

/** By whom they belong to: between two scopes of one engine there may be those of others. */
type Running = ReadonlyMap<object, Scope>

// One for all engines, since each has its price for every promise of the process.
const storage = new AsyncLocalStorage<Running>()

/** The owner's innermost scope around the caller; undefined outside of its units of work. */
export const runningScope = (owner: object): Scope | undefined => storage.getStore()?.get(owner)

export const runInScope = <A>(scope: Scope, work: () => Promise<A>): Promise<A> =>
  storage.run(new Map(storage.getStore()).set(scope.attempt.owner, scope), work)

/** Outside of every unit of work of the owner, for what happens after its end. */
export function runOutside<A>(owner: object, work: () => A): A {
  const others = new Map(storage.getStore())
  others.delete(owner)
  return storage.run(others, work)
}

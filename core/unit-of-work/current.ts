/**
 * The running unit of work of this async context, by which a `unitOfWork.run` deep inside a call becomes a nested one.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Scope } from './scope.ts'

const storage = new AsyncLocalStorage<Scope | undefined>()

/** The innermost scope around the caller, of whichever engine; undefined outside of units of work. */
export const runningScope = (): Scope | undefined => storage.getStore()

export const runInScope = <A>(scope: Scope, work: () => Promise<A>): Promise<A> => storage.run(scope, work)

/** Outside of every unit of work, for what happens after its end. */
// Not `exit`, which switches the tracking of all promises off and on again.
export const runOutside = <A>(work: () => A): A => storage.run(undefined, work)

/**
 * Stores that are instances of a class, made to be wrapped: `{ ...store, commit }` takes what is the object's own, and
 * methods of a class are not.
 *
 * @module
 */
import type { Store } from './store.ts'

/** The same store, with each method of its class as a property of its own that needs no `this`. */
export function ownMethods<S extends Store>(store: S): S {
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(store))
  for (const [name, { value }] of Object.entries(methods)) {
    Object.defineProperty(store, name, { value: (value as () => unknown).bind(store), enumerable: true })
  }
  return store
}

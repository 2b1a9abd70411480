/**
 * The types of records: read-only all the way down when held, mutable all the way down when drafted.
 *
 * @module
 */

/** Kept as they are: a brand on a primitive, and what no type can make read-only. */
export type Atom =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | Date
  | Uint8Array
  | ((...args: never) => unknown)

// Maps first: structurally, a map is a set too.

/** Read-only all the way down: sets, maps and arrays too. */
export type DeepReadonly<T> = T extends Atom
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<K, DeepReadonly<V>>
    : T extends ReadonlySet<infer E>
      ? ReadonlySet<DeepReadonly<E>>
      : T extends object
        ? { readonly [P in keyof T]: DeepReadonly<T[P]> }
        : T

/** Mutable all the way down: what a recipe gets to change. */
export type Draft<T> = T extends Atom
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? Map<K, Draft<V>>
    : T extends ReadonlySet<infer E>
      ? Set<Draft<E>>
      : T extends object
        ? { -readonly [P in keyof T]: Draft<T[P]> }
        : T

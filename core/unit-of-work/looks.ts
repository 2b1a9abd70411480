/**
 * Where looks at records and drafts are told to, and how a shape decides what one access looked at.
 *
 * @module
 */
import { isNumber, type ScalarValue, scalarKey } from '../data/attribute-value.ts'
import type { DocumentPath } from '../data/document-path.ts'
import { isPlainObject } from '../data/plain-object.ts'
import type { Condition } from '../expression/condition.ts'
import type { Defaulted } from '../model/defaults.ts'
import { childShape, isOpen, type Shape } from '../model/shape.ts'
import type { Look } from './read-set.ts'

/** Hears every look at one record. */
export interface Looks {
  at(kind: Look['kind'], path: DocumentPath, element?: ScalarValue): void
  /** The same of what a change asks: it must hold also where looks are not guarded. */
  asked(kind: Look['kind'], path: DocumentPath, element?: ScalarValue): void
  /** No look: what the stored item must satisfy at the commit, whatever its values are then. */
  required(condition: Condition): void
  /** A Date, binary or list left the record: it cannot be frozen, so it must be compared before the commit. */
  handedOut(): void
}

/** For what nobody's commit will rest on, and what needs no more looks. */
export const unheard: Looks = { at() {}, asked() {}, required() {}, handedOut() {} }

/** Looks that go on behind defaults: what one gave is there because nothing is stored, and was made of other fields. */
export function behindDefaults(looks: Looks, defaulted: Defaulted): Looks {
  const behind =
    (how: 'at' | 'asked'): Looks['at'] =>
    (kind, path, element) => {
      looks[how](kind, path, element)
      const sources = defaulted.get(String(path[0]))
      if (!sources) return
      looks[how]('presence', path.slice(0, 1))
      for (const field of sources) looks[how]('value', [field])
    }
  return { ...looks, at: behind('at'), asked: behind('asked') }
}

/** Whether looks go on inside this value by name; otherwise it is one leaf. */
export const isBranch = (value: unknown, shape: Shape): value is Record<string, unknown> =>
  (shape.kind === 'fields' || shape.kind === 'entries' || shape.kind === 'any') &&
  !Array.isArray(value) &&
  isPlainObject(value)

/** Whether looks go on inside this set, element by element. */
export const isElementwise = (value: unknown, shape: Shape): value is Set<unknown> =>
  value instanceof Set && (shape.kind === 'set' || shape.kind === 'any')

/** The stored form of an element; undefined for what could never be one. */
export function storedElement(shape: Shape, element: unknown): ScalarValue | undefined {
  const stored: unknown =
    shape.kind === 'set' ? (shape.element.is(element) ? shape.element.encode(element) : undefined) : element
  return typeof stored === 'string' || isNumber(stored) || stored instanceof Uint8Array ? stored : undefined
}

/** The member of a set that is stored like the element: dates and bytes are alike by value. Undefined where there is none. */
export function memberLike(set: ReadonlySet<unknown>, shape: Shape, element: unknown): unknown {
  if (set.has(element)) return element
  // Texts and, where the schema says so, numbers are what they are stored as, so that no set is searched for them.
  const isAsStored = typeof element !== 'object' && (shape.kind === 'set' || typeof element === 'string')
  const key = isAsStored ? undefined : elementKey(shape, element)
  if (key === undefined) return undefined
  for (const member of set) if (elementKey(shape, member) === key) return member
  return undefined
}

/** The same text for elements that are one. Where the schema is not asked, dates are what they are everywhere. */
function elementKey(shape: Shape, element: unknown): string | undefined {
  if (shape.kind !== 'set' && element instanceof Date) return String(element.getTime())
  const stored = storedElement(shape, element)
  return stored === undefined ? undefined : scalarKey(stored)
}

/** A name that is absent and that no schema knows is no part of the record: `then`, `toJSON` and the like. */
export const isKnownName = (shape: Shape, name: string): boolean =>
  shape.kind !== 'fields' || Object.hasOwn(shape.fields, name)

/** Listing the names of a map looks at all of a map with free names. Others may be changed while their names stay. */
export function lookAtNames(shape: Shape, path: DocumentPath, looks: Looks): void {
  if (shape.kind !== 'fields') looks.at('value', path)
  // A record itself also has names of the engine, which come and go.
  else if (path.length > 0) looks.at('names', path)
  else for (const name of Object.keys(shape.fields)) looks.at('presence', [name])
}

/**
 * Taking out what has an inside of its own looks only at what else could be there: nothing, or where the schema allows
 * it null or a value of another type.
 */
export function lookAtBranch(value: unknown, parent: Shape, path: DocumentPath, looks: Looks): void {
  const shape = childShape(parent, path.at(-1)!)
  if (isOpen(shape)) looks.at('type', path)
  // The absence of a field that is a set reads as the empty set.
  else if (!(value instanceof Set) || parent.kind !== 'fields') looks.at('presence', path)
}

/** Taking a leaf out of a record looks at its value. */
export function lookAtLeaf(value: unknown, path: DocumentPath, looks: Looks): void {
  looks.at('value', path)
  if (typeof value === 'object' && value !== null) looks.handedOut()
}

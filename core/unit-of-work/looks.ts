/**
 * Where looks at records and drafts are told to, and how a shape decides what one access looked at.
 *
 * @module
 */
import { isNumber, type ScalarValue } from '../data/attribute-value.ts'
import type { DocumentPath } from '../data/document-path.ts'
import { isPlainObject } from '../data/plain-object.ts'
import type { Condition } from '../expression/condition.ts'
import type { Shape } from '../model/shape.ts'

/** Hears every look at one record. */
export interface Looks {
  value(path: DocumentPath): void
  exists(path: DocumentPath): void
  element(path: DocumentPath, element: ScalarValue): void
  /** No look: what the stored item must satisfy at the commit, whatever its values are then. */
  required(condition: Condition): void
  /** A Date, binary or list left the record: it cannot be frozen, so it must be compared before the commit. */
  handedOut(): void
}

/** Whether looks go on inside this value by name; otherwise it is one leaf. */
export const isBranch = (value: unknown, shape: Shape): value is Record<string, unknown> =>
  (shape.kind === 'fields' || shape.kind === 'entries' || shape.kind === 'any') &&
  !Array.isArray(value) &&
  isPlainObject(value)

export function childShape(shape: Shape, name: string): Shape {
  if (shape.kind === 'fields') return Object.hasOwn(shape.fields, name) ? shape.fields[name]! : { kind: 'any' }
  return shape.kind === 'entries' ? shape.values : { kind: 'any' }
}

/** Whether looks go on inside this set, element by element. */
export const isElementwise = (value: unknown, shape: Shape): value is Set<unknown> =>
  value instanceof Set && (shape.kind === 'set' || shape.kind === 'any')

/** The stored form of an element; undefined for what could never be one. */
export function storedElement(shape: Shape, element: unknown): ScalarValue | undefined {
  const stored: unknown =
    shape.kind === 'set' ? (shape.element.is(element) ? shape.element.encode(element) : undefined) : element
  return typeof stored === 'string' || isNumber(stored) || stored instanceof Uint8Array ? stored : undefined
}

/** A name that is absent and that no schema knows is no part of the record: `then`, `toJSON` and the like. */
export const isKnownName = (shape: Shape, name: string): boolean =>
  shape.kind !== 'fields' || Object.hasOwn(shape.fields, name)

/** Listing the names of a map looks at the presence of each field, or at all of a map with free names. */
export function lookAtNames(shape: Shape, path: DocumentPath, looks: Looks): void {
  if (shape.kind !== 'fields') looks.value(path)
  else for (const name of Object.keys(shape.fields)) looks.exists([...path, name])
}

/** Taking a leaf out of a record looks at its value. */
export function lookAtLeaf(value: unknown, path: DocumentPath, looks: Looks): void {
  looks.value(path)
  if (typeof value === 'object' && value !== null) looks.handedOut()
}

/**
 * How a decoded value and its stored form line up, so that a path looked at in a record is the same path of its item.
 *
 * @module
 */
import * as t from 'io-ts'
import type { DocumentPath } from '../data/document-path.ts'
import { type Fields, fieldsOf, merge } from './fields.ts'
import { lazily, oncePer } from './once.ts'
import { alternatives, nodeOf } from './schema.ts'

export type Shape = Kind & {
  /** Null may be there instead. */
  readonly orNull?: true
}

type Kind =
  /** Fixed names, without a prototype. A name that is not among them is stored as it is: `any`. */
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, Shape>> }
  | { readonly kind: 'entries'; readonly values: Shape }
  /** `element` turns an element into what the stored set has, and back. */
  | { readonly kind: 'set'; readonly element: t.Mixed }
  /** An array, read and changed as one value. */
  | { readonly kind: 'list' }
  /** Stored as it is: follow plain objects and sets of scalars by name and element, take all else as one value. */
  | { readonly kind: 'any' }
  /** One value; its inside, if it has one, is stored in another form. */
  | { readonly kind: 'leaf' }

const leaf: Shape = Object.freeze({ kind: 'leaf' })
const any: Shape = Object.freeze({ kind: 'any' })
const list: Shape = Object.freeze({ kind: 'list' })

/** Recursive schemas give shapes that are worked out as they are looked into, level by level. */
export const shapeOf: (codec: t.Mixed) => Shape = oncePer(describe)

function describe(codec: t.Mixed): Shape {
  const node = nodeOf(codec)
  switch (node.kind) {
    case 'fields':
      return fieldsShape(fieldsOf(codec)!)
    case 'entries': {
      // Names in another form than the stored ones are no path.
      if (node.domain.encode !== t.identity) return leaf
      const values = lazily(() => shapeOf(node.values))
      return Object.freeze({
        kind: 'entries',
        get values() {
          return values()
        },
      })
    }
    case 'set':
      return Object.freeze({ kind: 'set', element: node.element })
    case 'list':
    case 'tuple':
      return list
    case 'any':
      return any
    case 'wrapped':
      return shapeOf(node.inner)
    case 'union':
    case 'intersection':
      return together(node.members)
    case 'scalar':
    case 'map':
    case 'opaque':
      return leaf
    default:
      return node satisfies never
  }
}

function fieldsShape(fields: Fields): Shape {
  const shape: Record<string, Shape> = Object.create(null)
  for (const [name, { codecs }] of fields) {
    Object.defineProperty(shape, name, { enumerable: true, get: lazily(() => together(codecs)) })
  }
  return Object.freeze({ kind: 'fields', fields: Object.freeze(shape) })
}

/** The shape of a value that one or all of the codecs describe: what they have in common. Absence has any shape. */
function together(codecs: readonly t.Mixed[]): Shape {
  const all = codecs.flatMap(alternatives)
  const members = all.filter((member) => !isNothing(member))
  const shape = shapeOfAll(members)
  // Upon the shape instead of a copy, which would look into a recursive schema that is not whole yet.
  return members.length < all.length ? Object.freeze(Object.create(shape, { orNull: { value: true } })) : shape
}

function shapeOfAll(members: readonly t.Mixed[]): Shape {
  if (members.length === 0) return leaf
  if (members.length === 1) return shapeOf(members[0]!)
  const fields = merge(members)
  if (fields !== undefined) return fieldsShape(fields)
  const shapes = members.map(shapeOf)
  const [first] = shapes as [Shape]
  if (first.kind === 'set' && shapes.every((each) => each.kind === 'set' && each.element === first.element))
    return first
  if (shapes.every((shape) => shape.kind === 'list')) return list
  if (shapes.every((shape) => shape.kind === 'leaf')) return leaf
  return members.every((member) => linesUp(member, new Set())) ? any : leaf
}

function isNothing(codec: t.Mixed): boolean {
  const node = nodeOf(codec)
  return node.kind === 'scalar' && node.type === 'NULL'
}

/** Whether following a decoded value by `any` never leaves what is stored, all the way down. */
function linesUp(codec: t.Mixed, above: Set<t.Mixed>): boolean {
  // What was met on the way down is being answered there; a cycle adds nothing.
  if (above.has(codec)) return true
  above.add(codec)
  const node = nodeOf(codec)
  switch (node.kind) {
    case 'scalar':
    case 'any':
    case 'list':
    case 'tuple':
      return true
    case 'fields':
      return Object.values(node.props).every((member) => linesUp(member, above))
    case 'entries':
      return node.domain.encode === t.identity && linesUp(node.values, above)
    case 'set':
      return node.element.encode === t.identity && nodeOf(node.element).kind !== 'opaque'
    case 'wrapped':
      return linesUp(node.inner, above)
    case 'union':
    case 'intersection':
      return node.members.every((member) => linesUp(member, above))
    case 'map':
    case 'opaque':
      return false
    default:
      return node satisfies never
  }
}

/** The shape of what a map of this shape has under the name. */
export function childShape(shape: Shape, name: string | number): Shape {
  if (shape.kind === 'fields') return Object.hasOwn(shape.fields, name) ? shape.fields[name]! : any
  if (shape.kind === 'entries') return shape.values
  return shape.kind === 'any' ? any : leaf
}

const shapeAt = (root: Shape, path: DocumentPath): Shape => path.reduce(childShape, root)

const isBranchShape = ({ kind }: Shape): boolean => kind === 'fields' || kind === 'entries' || kind === 'any'

/** Whether a path leads to a map whose entries are stored, and so change, one by one. The empty path does. */
export const isBranchPath =
  (root: Shape) =>
  (path: DocumentPath): boolean =>
    isBranchShape(shapeAt(root, path))

/** Whether values of several types may be there, so that what was there does not tell what is. */
export const isOpen = (shape: Shape): boolean => shape.kind === 'any' || shape.orNull === true

/** The same of the place that a path leads to. */
export const isOpenPath = (root: Shape, path: DocumentPath): boolean => isOpen(shapeAt(root, path))

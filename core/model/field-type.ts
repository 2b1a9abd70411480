/**
 * What the field at a path holds, for changes that are made without a record at hand.
 *
 * @module
 */
import * as t from 'io-ts'
import { invalidArgument } from '../arguments.ts'
import type { AttributeValue } from '../data/attribute-value.ts'
import { type DocumentPath, printPath } from '../data/document-path.ts'
import { encodeValue } from './check-value.ts'
import { codecsAt } from './codecs-at.ts'
import { printIssues } from './issue.ts'
import type { AnyModel } from './model.ts'
import { alternatives, nodeOf } from './schema.ts'

export interface FieldType {
  readonly kind: 'number' | 'set' | 'list'
  /** The stored form of a number, of a set's element, or of a list's element. Throws INVALID_ARGUMENT. */
  encode(value: unknown): AttributeValue
}

/** Undefined where the schema has no such field, or one of another kind. */
export function fieldType(model: AnyModel, path: DocumentPath): FieldType | undefined {
  const declared = codecsAt(model, path)
  for (const codec of declared.flatMap(alternatives)) {
    const node = nodeOf(codec)
    const encode = (element: t.Mixed) => (value: unknown) => encoded(model, path, element, value)
    if (node.kind === 'scalar' && node.type === 'N')
      return { kind: 'number', encode: encode(declared.some(isWhole) ? t.Int : codec) }
    if (node.kind === 'set') return { kind: 'set', encode: encode(node.element) }
    if (node.kind === 'list') return { kind: 'list', encode: encode(node.element) }
  }
  return undefined
}

/** Of refinements this one holds of what is added, too. */
function isWhole(codec: t.Mixed): boolean {
  if (codec === t.Int) return true
  const node = nodeOf(codec)
  return node.kind === 'wrapped' && isWhole(node.inner)
}

function encoded(model: AnyModel, path: DocumentPath, codec: t.Mixed, value: unknown): AttributeValue {
  const { value: stored, issues } = encodeValue(codec, value, path)
  if (issues.length === 0 && stored !== undefined) return stored
  const problems = issues.length > 0 ? issues : [{ path, expected: 'a value', actual: value }]
  throw invalidArgument(
    printPath(path),
    `Blind change of ${model.name}: ${printIssues(problems)}. Nothing was changed.`,
  )
}

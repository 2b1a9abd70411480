/**
 * What the field at a path holds, for changes that are made without a record at hand.
 *
 * @module
 */
import type * as t from 'io-ts'
import type { AttributeValue } from '../data/attribute-value.ts'
import { type DocumentPath, printPath } from '../data/document-path.ts'
import { engineError } from '../errors.ts'
import { encodeValue } from './check-value.ts'
import { fieldsOf } from './fields.ts'
import { printIssues } from './issue.ts'
import type { AnyModel } from './model.ts'
import { nodeOf } from './schema.ts'

export interface FieldType {
  readonly kind: 'number' | 'set' | 'list'
  /** The stored form of a number, of a set's element, or of a list's element. Throws INVALID_ARGUMENT. */
  encode(value: unknown): AttributeValue
}

/** Undefined where the schema has no such field, or one of another kind. */
export function fieldType(model: AnyModel, path: DocumentPath): FieldType | undefined {
  let codecs: readonly t.Mixed[] = [model.definition.schema]
  for (const name of path) codecs = codecs.flatMap((codec) => inside(codec, String(name)))
  for (const codec of codecs.flatMap(members)) {
    const node = nodeOf(codec)
    const encode = (element: t.Mixed) => (value: unknown) => encoded(model, path, element, value)
    if (node.kind === 'scalar' && node.type === 'N') return { kind: 'number', encode: encode(codec) }
    if (node.kind === 'set') return { kind: 'set', encode: encode(node.element) }
    if (node.kind === 'list') return { kind: 'list', encode: encode(node.element) }
  }
  return undefined
}

/** The codecs that may be meant: members of unions, insides of wrappers. */
function members(codec: t.Mixed): readonly t.Mixed[] {
  const node = nodeOf(codec)
  if (node.kind === 'wrapped') return members(node.inner)
  return node.kind === 'union' ? node.members.flatMap(members) : [codec]
}

function inside(codec: t.Mixed, name: string): readonly t.Mixed[] {
  const field = fieldsOf(codec)?.get(name)
  if (field) return field.codecs
  return members(codec).flatMap((member) => {
    const node = nodeOf(member)
    if (node.kind === 'entries' && node.domain.is(name)) return [node.values]
    return node.kind === 'fields' && Object.hasOwn(node.props, name) ? [node.props[name]!] : []
  })
}

function encoded(model: AnyModel, path: DocumentPath, codec: t.Mixed, value: unknown): AttributeValue {
  const { value: stored, issues } = encodeValue(codec, value, path)
  if (issues.length === 0 && stored !== undefined) return stored
  const problems = issues.length > 0 ? issues : [{ path, expected: 'a value', actual: value }]
  throw engineError(
    'INVALID_ARGUMENT',
    `Blind change of ${model.name}: ${printIssues(problems)}. Nothing was changed.`,
    {
      argument: printPath(path),
    },
  )
}

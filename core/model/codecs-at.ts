/**
 * What the schema says of one place in a record, found by its path.
 *
 * @module
 */
import * as t from 'io-ts'
import type { DocumentPath } from '../data/document-path.ts'
import { fieldsOf } from './fields.ts'
import type { AnyModel } from './model.ts'
import { alternatives, nodeOf } from './schema.ts'

/** The codecs of what may be at the path, more than one where unions leave it open; none where there is no such place. */
export function codecsAt(model: AnyModel, path: DocumentPath): readonly t.Mixed[] {
  let codecs: readonly t.Mixed[] = [model.definition.schema]
  for (const step of path) codecs = codecs.flatMap((codec) => inside(codec, step))
  return codecs
}

/** The codecs of what may be under that name or position of a value. */
export function inside(codec: t.Mixed, step: string | number): readonly t.Mixed[] {
  const field = typeof step === 'string' ? fieldsOf(codec)?.get(step) : undefined
  if (field) return field.codecs
  return alternatives(codec).flatMap((member) => {
    const node = nodeOf(member)
    switch (node.kind) {
      case 'entries':
        return typeof step === 'string' && node.domain.is(step) ? [node.values] : []
      case 'map':
        return typeof step === 'string' ? [node.value] : []
      case 'fields':
        return Object.hasOwn(node.props, step) ? [node.props[step]!] : []
      case 'list':
        return typeof step === 'number' ? [node.element] : []
      case 'tuple':
        return typeof step === 'number' && node.members[step] ? [node.members[step]] : []
      case 'intersection':
        return node.members.flatMap((each) => inside(each, step))
      case 'any':
        return [t.unknown]
      default:
        return []
    }
  })
}

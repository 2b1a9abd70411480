/**
 * Sets of what DynamoDB has no sets of, such as objects or booleans. Found when the model is defined, since every record
 * with such a set would be refused.
 *
 * @module
 */
import type * as t from 'io-ts'
import type { Refuse } from './refuse.ts'
import { innerOf, nodeOf, type SchemaNode } from './schema.ts'

export function refuseSetElements(codec: t.Mixed, refuse: Refuse, above = new Set<t.Mixed>()): void {
  if (above.has(codec)) return
  above.add(codec)
  const node = nodeOf(codec)
  for (const inner of innerOf(node)) refuseSetElements(inner, refuse, above)
  if (node.kind === 'set' && !mayBeElement(nodeOf(node.element))) {
    const instead = 'use a list, a record, or a codec that stores a string'
    refuse(`${codec.name} has elements that are neither text nor numbers nor binary; ${instead}`)
  }
}

/** What a codec of one's own stores is not known before. */
function mayBeElement(node: SchemaNode): boolean {
  switch (node.kind) {
    case 'scalar':
      return node.type !== 'BOOL' && node.type !== 'NULL'
    case 'wrapped':
      return mayBeElement(nodeOf(node.inner))
    case 'union':
      return node.members.every((member) => mayBeElement(nodeOf(member)))
    case 'intersection':
      return node.members.some((member) => mayBeElement(nodeOf(member)))
    case 'any':
    case 'opaque':
      return true
    case 'fields':
    case 'entries':
    case 'list':
    case 'tuple':
    case 'set':
    case 'map':
      return false
    default:
      return node satisfies never
  }
}

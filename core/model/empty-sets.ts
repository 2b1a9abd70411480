/**
 * Empty sets where their absence would not come back as an empty set: in lists, as entries of records and maps, and in what
 * has no schema. DynamoDB has no empty sets; a field that is absent is one, but an entry or an element that is absent is none.
 *
 * @module
 */
import type * as t from 'io-ts'
import type { DocumentPath } from '../data/document-path.ts'
import type { Issue } from '../data/to-attribute.ts'
import { innerOf, nodeOf, type SchemaNode } from './schema.ts'

/** Nothing deeper could be stored, and what contains itself is told by the gate. */
const MAX_DEPTH = 32

/** What is wrong with a value that its codec accepts. */
export function emptySets(codec: t.Mixed, value: unknown, path: DocumentPath): readonly Issue[] {
  if (!mayHold(codec)) return []
  const issues = new Map<string, Issue>()
  const refuse = (at: DocumentPath, actual: unknown): void => {
    const expected = 'a set with elements, since an empty one cannot be stored here; leave it out'
    issues.set(JSON.stringify(at), { path: at, expected, actual })
  }
  walk(codec, value, path, false, refuse)
  return [...issues.values()]
}

function walk(
  codec: t.Mixed | undefined,
  value: unknown,
  path: DocumentPath,
  isMember: boolean,
  refuse: (path: DocumentPath, actual: unknown) => void,
): void {
  if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH) return
  const node: SchemaNode = codec ? nodeOf(codec) : { kind: 'any' }
  if (value instanceof Set) {
    if (value.size === 0 && (isMember || node.kind === 'any')) refuse(path, value)
    return
  }
  const each = (member: t.Mixed | undefined, inside: unknown, step: string | number, areMembers = true): void =>
    walk(member, inside, [...path, step], areMembers, refuse)
  switch (node.kind) {
    case 'fields':
      for (const [name, member] of Object.entries(node.props)) {
        if (Object.hasOwn(value, name)) each(member, (value as Record<string, unknown>)[name], name, false)
      }
      return
    case 'entries':
      for (const [name, member] of Object.entries(value)) each(node.values, member, name)
      return
    case 'map':
      for (const [name, member] of value as Map<string, unknown>) each(node.value, member, name)
      return
    case 'list':
      for (const [i, member] of (value as unknown[]).entries()) each(node.element, member, i)
      return
    case 'tuple':
      for (const [i, member] of node.members.entries()) each(member, (value as unknown[])[i], i)
      return
    case 'wrapped':
      walk(node.inner, value, path, isMember, refuse)
      return
    case 'union':
    case 'intersection':
      // Of a union, the members that the value belongs to.
      for (const member of node.members) if (member.is(value)) walk(member, value, path, isMember, refuse)
      return
    case 'any':
      if (Array.isArray(value)) for (const [i, member] of value.entries()) each(undefined, member, i)
      else if (isPlain(value)) for (const [name, member] of Object.entries(value)) each(undefined, member, name)
      return
    case 'scalar':
    case 'set':
    case 'opaque':
      return
    default:
      node satisfies never
  }
}

const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype

const known = new WeakMap<t.Mixed, boolean>()

/** Whether there is any place in it that an empty set must not be in. */
function mayHold(codec: t.Mixed): boolean {
  let answer = known.get(codec)
  if (answer === undefined) {
    answer = holds(codec, false, new Set())
    known.set(codec, answer)
  }
  return answer
}

function holds(codec: t.Mixed, isMember: boolean, above: Set<t.Mixed>): boolean {
  const node = nodeOf(codec)
  if (node.kind === 'any') return true
  if (node.kind === 'set') return isMember
  // A recursive codec is asked once for each way to it, but not without end.
  if (above.has(codec)) return isMember
  const further = new Set(above).add(codec)
  const asMembers =
    node.kind === 'wrapped' || node.kind === 'union' || node.kind === 'intersection' ? isMember : node.kind !== 'fields'
  return innerOf(node).some((inner) => holds(inner, asMembers, further))
}

/**
 * Whether a decoded value is what its codec says, part by part, and what it is stored as.
 * Every problem is found at once and has the path at which a person would look for it.
 *
 * @module
 */
import * as t from 'io-ts'
import type { AttributeValue } from '../data/attribute-value.ts'
import type { DocumentPath } from '../data/document-path.ts'
import { type Issue, toAttribute } from '../data/to-attribute.ts'
import { type Encoder, encoderOf } from './encoder.ts'
import { hasPlainForm, isPlainList, isPlainMap } from './plain-form.ts'
import { refused } from './refused.ts'
import { nodeOf, type SchemaNode } from './schema.ts'

export type Encoded = { readonly value: AttributeValue | undefined; readonly issues: readonly Issue[] }

const noIssues: readonly Issue[] = Object.freeze([])

/** What a decoded value is stored as, or all that is wrong with it. */
export function encodeValue(codec: t.Mixed, value: unknown, path: DocumentPath = []): Encoded {
  const encoded = quickly(codec, value)
  return encoded === refused ? encodeThoroughly(codec, value, path) : { value: encoded, issues: noIssues }
}

function quickly(codec: t.Mixed, value: unknown): ReturnType<Encoder> {
  try {
    return encoderOf(codec)(value, 0)
  } catch {
    // A getter or a codec that throws: the thorough way tells where.
    return refused
  }
}

/** The same without the compiled encoder, and with all that is wrong. */
export function encodeThoroughly(codec: t.Mixed, value: unknown, path: DocumentPath = []): Encoded {
  const issues = checkValue(codec, value, path)
  if (issues.length > 0) return { value: undefined, issues }
  let encoded: unknown
  try {
    encoded = codec.encode(value)
  } catch (error) {
    return { value: undefined, issues: [encodeIssue(codec, value, path, error)] }
  }
  const gated = toAttribute(encoded)
  return {
    value: gated.value,
    issues: gated.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
  }
}

function checkValue(codec: t.Mixed, value: unknown, path: DocumentPath): readonly Issue[] {
  if (fits(codec, value)) return []
  const issues = new Map<string, Issue>()
  try {
    walk(codec, value, path, (issue) => issues.set(JSON.stringify([issue.path, issue.expected]), issue))
  } catch {
    // A getter that throws, or a recursive codec given a value that contains itself.
    return [{ path, expected: codec.name, actual: value }]
  }
  return [...issues.values()]
}

const accepts = (codec: t.Mixed, value: unknown): boolean => holds((each) => codec.is(each), value)

/** Accepted, and nothing in it would be lost by encoding it. */
const fits = (codec: t.Mixed, value: unknown): boolean =>
  holds((each) => codec.is(each) && hasPlainForm(codec, each), value)

type Plain = Readonly<Record<string, unknown>>

/** Absent and undefined are one here, other than for io-ts, since they are stored as one. */
const memberOf = (value: Plain, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)

function walk(codec: t.Mixed, value: unknown, path: DocumentPath, report: (issue: Issue) => void): void {
  let found = false
  const refuse = (expected = codec.name) => report({ path, expected, actual: value })
  const each = (member: t.Mixed, inside: unknown, ...step: DocumentPath) =>
    walk(member, inside, [...path, ...step], (issue) => {
      found = true
      report(issue)
    })
  const node = nodeOf(codec)
  if (!hasForm(node, value)) {
    refuse()
    return
  }
  if ((node.kind === 'fields' || node.kind === 'entries') && !isPlainMap(value)) {
    refuse('a plain object (give this field a codec that encodes it)')
    return
  }
  if ((node.kind === 'list' || node.kind === 'tuple') && !isPlainList(value)) {
    refuse('a list without names of its own')
    return
  }
  switch (node.kind) {
    case 'fields':
      for (const name of Object.keys(node.props)) {
        const member = memberOf(value as Plain, name)
        if (member !== undefined || !node.partial) each(node.props[name]!, member, name)
      }
      return
    case 'entries':
      for (const [name, member] of Object.entries(value as Plain)) {
        if (node.domain.is(name)) each(node.values, member, name)
      }
      // Fixed names of which one is missing.
      if (!found && !accepts(codec, value)) refuse()
      return
    case 'list':
      for (const [i, member] of (value as unknown[]).entries()) each(node.element, member, i)
      return
    case 'tuple':
      for (const [i, member] of node.members.entries()) each(member, (value as unknown[])[i], i)
      return
    case 'set':
      for (const element of value as Set<unknown>) each(node.element, element)
      return
    case 'map':
      for (const [name, member] of value as Map<unknown, unknown>) {
        if (typeof name === 'string') each(node.value, member, name)
        else refuse()
      }
      return
    case 'wrapped':
      each(node.inner, value)
      if (!found && node.predicate && !holds(node.predicate, value)) refuse()
      return
    case 'intersection':
      for (const member of node.members) each(member, value)
      return
    case 'union': {
      if (fits(codec, value)) return
      const member = node.members.find((each) => accepts(each, value)) ?? intended(node.members, value)
      const issues: Issue[] = []
      if (member !== undefined) walk(member, value, path, (issue) => issues.push(issue))
      // Where the value is not even the beginning of that member, any of them was expected.
      if (issues.some((issue) => issue.path.length > path.length)) issues.forEach(report)
      else refuse()
      return
    }
    case 'scalar':
    case 'any':
    case 'opaque':
      if (!accepts(codec, value)) refuse()
      return
    default:
      node satisfies never
  }
}

/** False for what can have no parts to look at. */
function hasForm(node: SchemaNode, value: unknown): boolean {
  switch (node.kind) {
    case 'fields':
    case 'entries':
      return t.UnknownRecord.is(value)
    case 'list':
      return Array.isArray(value)
    case 'tuple':
      return Array.isArray(value) && value.length === node.members.length
    case 'set':
      return value instanceof Set
    case 'map':
      return value instanceof Map
    default:
      return true
  }
}

function holds(predicate: (value: unknown) => boolean, value: unknown): boolean {
  try {
    return predicate(value)
  } catch {
    // A codec of the user's that stumbles over a value does not accept it.
    return false
  }
}

/** The one member of a union that a value can have been meant as: by its tag, or since all others are null or absence. */
function intended(members: readonly t.Mixed[], value: unknown): t.Mixed | undefined {
  if (value === undefined || value === null) return undefined
  const possible = members.filter((member) => {
    const node = nodeOf(member)
    return !(node.kind === 'scalar' && node.type === 'NULL') && hasTagsOf(member, value)
  })
  return possible.length === 1 ? possible[0] : undefined
}

/** False when a field of the value contradicts the literals that the codec has there. */
export function hasTagsOf(codec: t.Mixed, value: unknown): boolean {
  if (!t.UnknownRecord.is(value)) return true
  const node = nodeOf(codec)
  if (node.kind === 'wrapped') return hasTagsOf(node.inner, value)
  if (node.kind === 'intersection') return node.members.every((member) => hasTagsOf(member, value))
  if (node.kind === 'union') return node.members.some((member) => hasTagsOf(member, value))
  if (node.kind !== 'fields') return true
  return Object.entries(node.props).every(([name, member]) => {
    const given = memberOf(value, name)
    return given === undefined || !isTag(member) || member.is(given)
  })
}

/** One literal, or some: such are stored as they are. */
function isTag(codec: t.Mixed): boolean {
  if (codec instanceof t.LiteralType || codec instanceof t.KeyofType) return true
  const node = nodeOf(codec)
  return node.kind === 'union' && node.members.every(isTag)
}

/** As deep as the codec that threw can be found. */
function encodeIssue(codec: t.Mixed, value: unknown, path: DocumentPath, error: unknown): Issue {
  const node = nodeOf(codec)
  if (node.kind === 'wrapped') return encodeIssue(node.inner, value, path, error)
  const parts: readonly (readonly [t.Mixed, string | undefined])[] =
    node.kind === 'fields'
      ? Object.entries(node.props).map(([name, member]) => [member, name])
      : node.kind === 'intersection'
        ? node.members.map((member) => [member, undefined])
        : []
  for (const [member, name] of parts) {
    const inside = name === undefined ? value : memberOf(value as Plain, name)
    try {
      member.encode(inside)
    } catch (cause) {
      return encodeIssue(member, inside, name === undefined ? path : [...path, name], cause)
    }
  }
  const reason = error instanceof Error ? error.message : String(error)
  return { path, expected: `a value that ${codec.name} can encode (${reason})`, actual: value }
}

/**
 * Values as a read gives them, where it makes something of absence: an absent set is read as an empty one.
 *
 * @module
 */
import type * as t from 'io-ts'
import { isPlainObject } from '../data/plain-object.ts'
import { decodeValue } from './decode-value.ts'
import { deepFreeze } from './freeze.ts'
import { oncePer } from './once.ts'
import { nodeOf, within } from './schema.ts'

/** What is read where nothing is stored; undefined where that is nothing. */
function readOfNothing(codec: t.Mixed): unknown {
  const decoded = decodeValue(codec, undefined)
  return decoded.ok ? decoded.value : undefined
}

/** Whether it is something. */
export const fillsAbsence: (codec: t.Mixed) => boolean = oncePer((codec) => readOfNothing(codec) !== undefined)

const hasFilled: (codec: t.Mixed) => boolean = oncePer((codec) =>
  [...within(codec)].some((each) => {
    const node = nodeOf(each)
    return node.kind === 'fields' && Object.values(node.props).some((member) => isFilled(node, member))
  }),
)

/** Of a field that may be absent in code, too; where it may not, its absence is a mistake. */
const isFilled = ({ partial }: { readonly partial: boolean }, member: t.Mixed): boolean =>
  fillsAbsence(member) && (partial || member.is(undefined))

/**
 * The value with what a read adds to it: what follows in the same unit of work, what judges it and what replays it see the
 * same. Frozen where it was; the same object where nothing is to be added.
 */
export function asRead(codec: t.Mixed, value: unknown): unknown {
  try {
    return filled(codec, value)
  } catch {
    // What cannot even be looked at cannot be encoded either, which tells where.
    return value
  }
}

function filled(schema: t.Mixed, value: unknown): unknown {
  if (!hasFilled(schema)) return value
  const node = nodeOf(schema)
  switch (node.kind) {
    case 'fields':
      return withChanged(value, Object.keys(node.props), (name, member) => {
        const codec = node.props[name]!
        if (member !== undefined) return filled(codec, member)
        return isFilled(node, codec) ? readOfNothing(codec) : undefined
      })
    case 'entries':
      return withChanged(value, undefined, (_, member) => filled(node.values, member))
    case 'list':
      return withMapped(value, (member) => filled(node.element, member))
    case 'tuple':
      return withMapped(value, (member, i) => (node.members[i] ? filled(node.members[i], member) : member))
    case 'map': {
      if (!(value instanceof Map)) return value
      const read = new Map([...value].map(([name, member]) => [name, filled(node.value, member)]))
      return [...read].some(([name, member]) => member !== value.get(name)) ? deepFreeze(read) : value
    }
    case 'wrapped':
      return filled(node.inner, value)
    case 'intersection':
      return node.members.reduce((read, member) => filled(member, read), value)
    case 'union': {
      const member = node.members.find((each) => each.is(value))
      return member ? filled(member, value) : value
    }
    default:
      return value
  }
}

function withChanged(
  value: unknown,
  given: readonly string[] | undefined,
  read: (name: string, member: unknown) => unknown,
) {
  if (!isPlainObject(value)) return value
  const names = given ?? Object.keys(value)
  const added: Record<string, unknown> = {}
  for (const name of names) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined
    const next = read(name, member)
    if (next !== member) added[name] = next
  }
  return Object.keys(added).length > 0 ? deepFreeze({ ...value, ...added }) : value
}

function withMapped(value: unknown, read: (member: unknown, i: number) => unknown) {
  if (!Array.isArray(value)) return value
  const list = value.map(read)
  return list.some((member, i) => member !== value[i]) ? deepFreeze(list) : value
}

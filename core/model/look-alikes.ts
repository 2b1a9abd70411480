/**
 * Members of a union that look the same once stored: a string that happens to be a time, say, would come back as a `Date`.
 * Found when the model is defined, since no read could tell them apart.
 *
 * @module
 */
import * as t from 'io-ts'
import { decodeValue } from './decode-value.ts'
import { fieldsOf, readsAbsence } from './fields.ts'
import type { Refuse } from './refuse.ts'
import { innerOf, nodeOf } from './schema.ts'

/** `refuse` throws. */
export function refuseLookAlikes(codec: t.Mixed, refuse: Refuse, above = new Set<t.Mixed>()): void {
  if (above.has(codec)) return
  above.add(codec)
  const node = nodeOf(codec)
  for (const inner of innerOf(node)) refuseLookAlikes(inner, refuse, above)
  if (node.kind !== 'union' || node.tag !== undefined) return
  const all = members(codec)
  const set = all.find(isSet)
  const before = set && all.slice(0, all.indexOf(set)).find(readsAbsence)
  if (before)
    refuse(`${codec.name} has ${before.name} before ${set.name}, whose empty sets it would read; put the set first`)
  for (const [i, member] of node.members.entries()) {
    const other = node.members.slice(i + 1).find((each) => compare([member], [each], []) === 'alike')
    if (other)
      refuse(
        `${codec.name} has ${member.name} and ${other.name}, which look the same once stored; use one of them, or give each a tag`,
      )
  }
}

/**
 * Two codecs are `alike` where there is a stored value of the second that the first, which is asked first, reads as another
 * kind of value, and `apart` where none is known that both read: who cannot be sure does not refuse.
 */
type Comparison = 'alike' | 'neither' | 'apart'

type Pairs = readonly (readonly [t.Mixed, t.Mixed])[]

function compare(ones: readonly t.Mixed[], others: readonly t.Mixed[], above: Pairs): Comparison {
  const found = ones
    .flatMap(members)
    .flatMap((one) => others.flatMap(members).map((other) => comparePair(one, other, above)))
  return found.find((each) => each === 'alike') ?? (found.includes('neither') ? 'neither' : 'apart')
}

function comparePair(one: t.Mixed, other: t.Mixed, above: Pairs): Comparison {
  if (one === other || above.some(([a, b]) => a === one && b === other)) return 'neither'
  const [first, second] = [partsOf(one), partsOf(other)]
  if (!first || !second) return compareValues(one, other)
  if (first.of !== second.of) return 'apart'
  const names = [...new Set([...first.names, ...second.names])]
  const needed = [...first.needed, ...second.needed]
  // Before anything is looked into: most members are told apart by a name.
  if (first.needed.some((name) => !second.at(name))) return 'apart'
  if (!first.isOpen && needed.some((name) => !first.at(name))) return 'apart'
  let isAlike = first.asMap !== second.asMap || names.some((name) => mayLack(second, name) && makesField(one, name))
  for (const name of names) {
    const [a, b] = [first.at(name), second.at(name)]
    const comparison = a && b && compare(a, b, [...above, [one, other]])
    if (comparison === 'apart' && needed.includes(name)) return 'apart'
    isAlike ||= comparison === 'alike'
  }
  return isAlike ? 'alike' : 'neither'
}

/** What is inside a stored value, by name; of lists and sets by position. */
interface Parts {
  readonly of: 'map' | 'list' | 'set'
  readonly asMap?: boolean
  /** There may be more than is named. */
  readonly isOpen?: boolean
  /** Every value has them. */
  readonly needed: readonly string[]
  /** All of them, or one for all where there may be any. */
  readonly names: readonly string[]
  at(name: string): readonly t.Mixed[] | undefined
}

/** Undefined for what has none, or has them under a condition that may tell it apart. */
function partsOf(codec: t.Mixed): Parts | undefined {
  if (isRefined(codec)) return undefined
  const fields = fieldsOf(codec)
  if (fields) {
    const names = [...fields.keys()]
    const needed = names.filter((name) => fields.get(name)!.required)
    return { of: 'map', asMap: false, isOpen: true, needed, names, at: (name) => fields.get(name)?.codecs }
  }
  const node = nodeOf(bare(codec))
  const any = { needed: [], names: ['0'] }
  switch (node.kind) {
    case 'entries':
      return { ...any, of: 'map', asMap: false, at: (name) => (node.domain.is(name) ? [node.values] : undefined) }
    case 'map':
      return { ...any, of: 'map', asMap: true, at: () => [node.value] }
    case 'list':
      return { ...any, of: 'list', at: () => [node.element] }
    case 'tuple': {
      const names = Object.keys(node.members)
      return {
        of: 'list',
        needed: names,
        names,
        at: (name) => node.members[Number(name)] && [node.members[Number(name)]!],
      }
    }
    case 'set':
      return { ...any, needed: any.names, of: 'set', at: () => [node.element] }
    default:
      return undefined
  }
}

/** One of each type, and those that are read as something else, too. */
const samples: readonly unknown[] = ['', '2024-05-01T12:00:00.000Z', 1, 1_714_564_800, true, null, new Uint8Array()]

/** By what both make of values that are one. */
function compareValues(one: t.Mixed, other: t.Mixed): Comparison {
  const kinds = [...samples, ...valuesOf(one), ...valuesOf(other)].flatMap((stored) => {
    const [a, b] = [decodeValue(one, stored), decodeValue(other, stored)]
    return a.ok && b.ok ? [[kindOf(a.value), kindOf(b.value)]] : []
  })
  if (kinds.some(([a, b]) => a !== b)) return 'alike'
  return kinds.length > 0 ? 'neither' : 'apart'
}

const kindOf = (value: unknown): unknown => (value as object | null | undefined)?.constructor

/** All that there are of a literal or an enum, none for what has no end of them. */
function valuesOf(codec: t.Mixed): readonly unknown[] {
  const known = bare(codec)
  if (known instanceof t.LiteralType) return [known.value]
  return known instanceof t.KeyofType ? Object.keys(known.keys) : []
}

function bare(codec: t.Mixed): t.Mixed {
  const node = nodeOf(codec)
  return node.kind === 'wrapped' ? bare(node.inner) : codec
}

function isRefined(codec: t.Mixed): boolean {
  const node = nodeOf(codec)
  return node.kind === 'wrapped' && (node.predicate !== undefined || isRefined(node.inner))
}

/** Empty ones are stored as absence. */
const isSet = (codec: t.Mixed): boolean => nodeOf(bare(codec)).kind === 'set'

/** Where nothing is stored under the name, nothing is read. */
const mayLack = ({ needed, at }: Parts, name: string): boolean =>
  !needed.includes(name) && !(at(name) ?? []).some((codec) => members(codec).some(isSet))

/** Whether a field must be there in code, and is made where nothing is stored, as an empty set is. */
function makesField(codec: t.Mixed, name: string): boolean {
  const node = nodeOf(bare(codec))
  if (node.kind === 'intersection') return node.members.some((member) => makesField(member, name))
  const field = node.kind === 'fields' && !node.partial && Object.hasOwn(node.props, name) && node.props[name]
  return field ? readsAbsence(field) && !field.is(undefined) : false
}

/** Members of unions. A refinement stays around what it refines, since it may be what tells it apart. */
function members(codec: t.Mixed): readonly t.Mixed[] {
  const node = nodeOf(bare(codec))
  return node.kind === 'union' ? node.members.flatMap(members) : [codec]
}

/**
 * Random records of every kind of value, and random edits that do the same to a draft and to a plain copy.
 *
 * @module
 */
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { binary, date, setOf } from '../../../core/model/codecs.ts'
import { type DraftOf, defineModel } from '../../../core/model/model.ts'

const Leaf = t.intersection([
  t.type({ at: date, size: t.number }),
  t.partial({ tags: setOf(t.number), note: t.string }),
])

export const treeModel = (table: string) =>
  defineModel({
    name: 'Tree',
    table,
    key: { partition: 'id' },
    schema: t.intersection([
      t.type({
        id: t.string,
        numbers: t.record(t.string, t.number),
        texts: t.record(t.string, t.string),
        bigs: t.record(t.string, t.bigint),
        dates: t.record(t.string, date),
        bytes: t.record(t.string, binary),
        sets: t.record(t.string, setOf(t.string)),
        lists: t.record(t.string, t.array(Leaf)),
        deep: t.record(t.string, t.type({ inner: t.record(t.string, Leaf), on: t.boolean })),
        badges: setOf(t.string),
        log: t.array(t.string),
        any: t.unknown,
      }),
      t.partial({ nick: t.string, part: Leaf, extra: t.record(t.string, t.array(t.number)) }),
    ]),
  })

export type Tree = DraftOf<ReturnType<typeof treeModel>>
type LeafValue = t.TypeOf<typeof Leaf>

const name = fc.constantFrom('a', 'b', 'c', 'odd.name', 'ünï', '#1', 'size')
const text = fc.oneof(fc.constantFrom('', 'x', 'y'), fc.string({ unit: 'grapheme', maxLength: 5 }))
const element = fc.constantFrom('p', 'q', 'r', 's')
const number = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((n) => Math.fround(n)),
)
const big = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n })
const moment = fc.integer({ min: 0, max: 5 }).map((ms) => new Date(ms))
const bytes = fc.uint8Array({ maxLength: 3 })
const filled = fc.uniqueArray(element, { minLength: 1 }).map((all) => new Set(all))
const leaf: fc.Arbitrary<LeafValue> = fc.record(
  {
    at: moment,
    size: number,
    note: text,
    tags: fc.uniqueArray(fc.integer({ min: 0, max: 3 })).map((all) => new Set(all)),
  },
  { requiredKeys: ['at', 'size', 'tags'] },
)
const dictionary = <A>(value: fc.Arbitrary<A>) => fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true })
const json = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    number,
    text,
    fc.boolean(),
    fc.constant(null),
    filled,
    dictionary(tie('node')),
    fc.array(tie('node'), { maxLength: 2 }),
  ),
})).node
const deep = fc.record({ inner: dictionary(leaf), on: fc.boolean() })

export const tree: fc.Arbitrary<Omit<Tree, 'id'>> = fc.record(
  {
    numbers: dictionary(number),
    texts: dictionary(text),
    bigs: dictionary(big),
    dates: dictionary(moment),
    bytes: dictionary(bytes),
    sets: dictionary(filled),
    lists: dictionary(fc.array(leaf, { maxLength: 3 })),
    deep: dictionary(deep),
    badges: fc.uniqueArray(element).map((all) => new Set(all)),
    log: fc.array(text, { maxLength: 3 }),
    any: json,
    nick: text,
    part: leaf,
    extra: dictionary(fc.array(number, { maxLength: 2 })),
  },
  { requiredKeys: ['numbers', 'texts', 'bigs', 'dates', 'bytes', 'sets', 'lists', 'deep', 'badges', 'log', 'any'] },
)

/** Does something to a draft, or to a plain copy; what it saw, it tells. */
interface Edit {
  readonly edit: (tree: Tree) => unknown
  /** Puts a part of the tree into a second place, so that a plain object has it twice by reference. */
  readonly moves: boolean
  readonly toString: () => string
}

const edit = (label: string, act: (tree: Tree) => unknown, moves = false): Edit => ({
  edit: act,
  moves,
  toString: () => label,
})

const move = (label: string, act: (tree: Tree) => unknown): Edit => edit(label, act, true)

/** What an edit saw, as a value of its own. */
const seen = (value: unknown): unknown => (typeof value === 'object' ? null : value)

/** What a recipe of these edits sees. */
export const drafted = (edits: readonly Edit[], draft: Tree): unknown[] => edits.map(({ edit }) => seen(edit(draft)))

/** The same on a plain copy, in which no part is twice. */
export const applied = (edits: readonly Edit[], plain: Tree): unknown[] =>
  edits.flatMap((each) => {
    const saw = drafted([each], plain)
    if (each.moves) Object.assign(plain, unshared(plain))
    return saw
  })

/** The edits as recipes: a recipe ends where a part is put elsewhere, since records share no parts either. */
export function recipes(edits: readonly Edit[]): Edit[][] {
  const groups: Edit[][] = [[]]
  for (const each of edits) {
    groups.at(-1)!.push(each)
    if (each.moves) groups.push([])
  }
  return groups
}

function unshared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unshared)
  if (value instanceof Set) return new Set(value)
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unshared(each)]))
}

const dictionaries = {
  numbers: number,
  texts: text,
  bigs: big,
  dates: moment,
  bytes,
  sets: filled,
  lists: fc.array(leaf, { maxLength: 3 }),
  deep,
} as const

type Dictionary = keyof typeof dictionaries
const anyDictionary = fc.constantFrom(...(Object.keys(dictionaries) as Dictionary[]))
const at = (tree: Tree, field: Dictionary) => tree[field] as Record<string, unknown>

const show = fc.stringify
/** Edits that only write. */
const writes: fc.Arbitrary<Edit>[] = [
  anyDictionary.chain((field) =>
    fc.tuple(name, dictionaries[field] as fc.Arbitrary<unknown>).map(([key, value]) =>
      edit(`${field}.${key} = ${show(value)}`, (tree) => {
        at(tree, field)[key] = structuredClone(value)
      }),
    ),
  ),
  fc
    .tuple(anyDictionary, name)
    .map(([field, key]) => edit(`delete ${field}.${key}`, (tree) => void delete at(tree, field)[key])),
  anyDictionary.chain((field) =>
    dictionary(dictionaries[field] as fc.Arbitrary<unknown>).map((value) =>
      edit(
        `${field} = ${show(value)}`,
        (tree) => Object.assign(tree, { [field]: structuredClone(value) }) && undefined,
      ),
    ),
  ),
  fc.tuple(name, name, leaf).map(([outer, inner, value]) =>
    edit(`deep.${outer}.inner.${inner} = ${show(value)}`, (tree) => {
      const parent = Object.hasOwn(tree.deep, outer) ? tree.deep[outer] : undefined
      if (parent) parent.inner[inner] = structuredClone(value)
    }),
  ),
  fc.tuple(name, name, number).map(([outer, inner, value]) =>
    edit(`deep.${outer}.inner.${inner}.size = ${value}`, (tree) => {
      const found = Object.hasOwn(tree.deep, outer) ? tree.deep[outer]!.inner : {}
      if (Object.hasOwn(found, inner)) found[inner]!.size = value
    }),
  ),
  element.map((each) => edit(`badges.add ${each}`, (tree) => void tree.badges.add(each))),
  element.map((each) => edit(`badges.delete ${each}`, (tree) => tree.badges.delete(each))),
  fc.constant(edit('badges.clear', (tree) => tree.badges.clear())),
  filled.map((value) =>
    edit(`badges = ${show(value)}`, (tree) => void Object.assign(tree, { badges: new Set(value) })),
  ),
  text.map((value) => edit(`log.push ${value}`, (tree) => void tree.log.push(value))),
  fc.tuple(name, leaf).map(([key, value]) =>
    edit(`lists.${key}.push`, (tree) => {
      if (Object.hasOwn(tree.lists, key)) tree.lists[key]!.push(structuredClone(value))
    }),
  ),
  fc
    .array(text, { maxLength: 3 })
    .map((value) => edit(`log = ${show(value)}`, (tree) => void Object.assign(tree, { log: [...value] }))),
  fc.tuple(fc.nat(3), text).map(([index, value]) =>
    edit(`log[${index}] = ${value}`, (tree) => {
      if (index <= tree.log.length) tree.log[index] = value
    }),
  ),
  fc.constant(edit('log.shift', (tree) => tree.log.shift())),
  fc
    .option(text, { nil: undefined })
    .map((value) => edit(`nick = ${value}`, (tree) => void Object.assign(tree, { nick: value }))),
  fc
    .option(leaf, { nil: undefined })
    .map((value) =>
      edit(`part = ${show(value)}`, (tree) => void Object.assign(tree, { part: structuredClone(value) })),
    ),
  number.map((value) =>
    edit(`part.size = ${value}`, (tree) => {
      if (tree.part) tree.part.size = value
    }),
  ),
  fc.constant(edit('delete part', (tree) => void delete tree.part)),
  fc.tuple(name, number).map(([key, value]) =>
    edit(`extra.${key} push ${value}`, (tree) => {
      tree.extra ??= {}
      if (!Object.hasOwn(tree.extra, key)) tree.extra[key] = []
      tree.extra[key]!.push(value)
    }),
  ),
  json.map((value) =>
    edit(`any = ${show(value)}`, (tree) => void Object.assign(tree, { any: structuredClone(value) })),
  ),
]

/** Edits that rest on what they see, and tell it. */
const looks: fc.Arbitrary<Edit>[] = [
  name.map((key) =>
    edit(`see numbers.${key}`, (tree) => (Object.hasOwn(tree.numbers, key) ? tree.numbers[key] : 'none')),
  ),
  fc.tuple(name, name).map(([from, to]) =>
    edit(`numbers.${to} += numbers.${from}`, (tree) => {
      tree.numbers[to] = ((tree.numbers[to] ?? 0) + (tree.numbers[from] ?? 0)) % 1000
    }),
  ),
  fc.constant(edit('see the keys of texts', (tree) => Object.keys(tree.texts).sort().join())),
  fc.constant(edit('see numbers', (tree) => JSON.stringify(Object.entries(tree.numbers).sort()))),
  element.map((each) => edit(`see badges.has ${each}`, (tree) => tree.badges.has(each))),
  fc.constant(edit('see badges.size', (tree) => tree.badges.size)),
  fc.constant(edit('see log.length', (tree) => tree.log.length)),
  fc.constant(edit("see 'nick' in tree", (tree) => tree.nick !== undefined)),
  fc.constant(edit('see part.size', (tree) => tree.part?.size ?? 'none')),
  fc.constant(
    move('part = copy of deep.a.inner.a', (tree) => {
      const found = tree.deep['a']?.inner['a']
      if (found) tree.part = found
    }),
  ),
  fc.constant(
    move('sets.a = badges', (tree) => {
      tree.sets['a'] = tree.badges
    }),
  ),
  fc.tuple(name, name).map(([from, to]) =>
    move(`lists.${to} = lists.${from}`, (tree) => {
      if (Object.hasOwn(tree.lists, from)) tree.lists[to] = tree.lists[from]!
    }),
  ),
  fc.constant(
    edit('texts.a = log joined', (tree) => {
      tree.texts = { ...tree.texts, a: tree.log.join() }
    }),
  ),
]

const anyEdit: fc.Arbitrary<Edit> = fc.oneof(...writes, ...looks)
export const anyEdits = fc.array(anyEdit, { minLength: 1, maxLength: 6 })

/** The tree as it would be stored and read: an empty set is absence, and so is undefined. */
export function settled(tree: object): unknown {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array)
      return value
    if (value instanceof Set) return value.size === 0 ? undefined : new Set([...value].sort())
    const entries = Object.entries(value).map(([key, each]): [string, unknown] => [key, walk(each)])
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined))
  }
  return walk(tree)
}

/**
 * A secondary index of a model: by which fields its entries are found, and which fields they hold.
 *
 * Its keys are made like those of the table, of fields or templates, with one difference: a record that lacks a field of
 * them is absent from the index, which so may be sparse.
 *
 * @module
 */
import { printValue } from '../data/print-value.ts'
import type { IndexDefinition, KeyAttribute } from '../store/table-definition.ts'
import type { Fields } from './fields.ts'
import { type KeyPart, keyPart } from './key-part.ts'
import { isObject, type Refuse } from './refuse.ts'

export interface ModelIndex {
  readonly name: string
  readonly kind: 'global' | 'local'
  /** Partition key first. */
  readonly keyParts: readonly KeyPart[]
  /** The fields that entries hold; undefined where they hold whole records. */
  readonly holds: readonly string[] | undefined
  /** As the table needs it. */
  readonly definition: IndexDefinition
}

/** What is known of the model besides its indexes. */
interface Around {
  readonly fields: Fields
  readonly keyParts: readonly KeyPart[]
  /** Attributes that every entry must hold, since reads filter by them. */
  readonly needed: readonly string[]
  /** Names that index attributes made by templates must not have. */
  readonly taken: ReadonlySet<string>
}

/** What DynamoDB takes for the name of an index. */
const indexName = /^[A-Za-z0-9_.-]{3,255}$/
const options: readonly string[] = ['partition', 'sort', 'kind', 'projection']

export function modelIndexes(given: unknown, around: Around, refuse: Refuse): readonly ModelIndex[] {
  if (given === undefined) return []
  if (!isObject(given)) return refuse('indexes must be an object of indexes by name')
  const indexes = Object.entries(given).map(([name, index]) => modelIndex(name, index, around, refuse))
  const twice = indexes.find((one, i) => indexes.slice(0, i).some((other) => sameKeys(one, other)))
  if (twice) refuse(`the index ${twice.name} has the same keys as another one; keep one of them`)
  agree([...around.keyParts, ...indexes.flatMap(({ keyParts }) => keyParts)], refuse)
  return Object.freeze(indexes)
}

function modelIndex(name: string, given: unknown, around: Around, refuse: Refuse): ModelIndex {
  const at = `indexes.${name}`
  if (!indexName.test(name)) refuse(`${at}: the name of an index is 3 to 255 letters, digits, _, . and -`)
  if (!isObject(given)) return refuse(`${at} must be { partition, sort?, kind?, projection? }`)
  for (const option of Object.keys(given)) {
    if (!options.includes(option)) refuse(`${at} has no option ${option}; it is { ${options.join(', ')} }`)
  }
  const { kind = 'global', projection = 'all' } = given
  if (kind !== 'global' && kind !== 'local') return refuse(`${at}.kind must be 'global' or 'local'`)
  const keyParts = (['partition', 'sort'] as const)
    .filter((role) => role === 'partition' || given[role] !== undefined)
    .map((role) => keyPart(role, given[role], around.fields, refuse, { at, mayBeAbsent: true }))
  for (const { attribute, template } of keyParts) {
    if (template && around.taken.has(attribute)) refuse(`${at}: the attribute ${attribute} is used for something else`)
  }
  if (kind === 'local') checkLocal(at, keyParts, around.keyParts, refuse)
  const holds = heldFields(at, projection, [...around.keyParts, ...keyParts], around.fields, refuse)
  const [partition, sort] = keyParts.map(({ attribute, type }): KeyAttribute => ({ name: attribute, type }))
  const keys = { partition: partition!, ...(sort && { sort }) }
  return Object.freeze({
    name,
    kind,
    keyParts: Object.freeze(keyParts),
    holds,
    definition: Object.freeze({ name, kind, ...keys, projection: projectionOf(holds, keyParts, around) }),
  })
}

function checkLocal(at: string, keyParts: readonly KeyPart[], tableParts: readonly KeyPart[], refuse: Refuse): void {
  if (tableParts.length < 2 || keyParts.length < 2) {
    refuse(`${at} is local, so that the model's key and the index both need a sort key`)
  }
  if (!samePart(keyParts[0]!, tableParts[0]!)) {
    refuse(`${at} is local, so that its partition must be that of the model's key, ${tableParts[0]!.attribute}`)
  }
}

/** The fields of a partial record: those of the keys of table and index, and those that were named. */
function heldFields(
  at: string,
  projection: unknown,
  keyParts: readonly KeyPart[],
  fields: Fields,
  refuse: Refuse,
): readonly string[] | undefined {
  if (projection === 'all') return undefined
  if (projection !== 'keys' && !Array.isArray(projection)) {
    return refuse(`${at}.projection must be 'all', 'keys' or a list of fields`)
  }
  const named: readonly unknown[] = projection === 'keys' ? [] : Array.from(projection as unknown[])
  for (const field of named) {
    if (typeof field !== 'string' || !fields.has(field)) {
      refuse(`${at}.projection names ${printValue(field)}, which is no field of the schema`)
    }
  }
  return Object.freeze([
    ...new Set([...keyParts.flatMap((part) => Object.keys(part.fields)), ...(named as readonly string[])]),
  ])
}

function projectionOf(
  holds: readonly string[] | undefined,
  keyParts: readonly KeyPart[],
  around: Around,
): IndexDefinition['projection'] {
  if (holds === undefined) return 'all'
  const keys = new Set([...around.keyParts, ...keyParts].map(({ attribute }) => attribute))
  const others = [...new Set([...holds, ...around.needed])].filter((name) => !keys.has(name))
  return others.length === 0 ? 'keys' : Object.freeze(others.toSorted())
}

const sameKeys = (one: ModelIndex, other: ModelIndex): boolean =>
  one.keyParts.length === other.keyParts.length &&
  one.keyParts.every((part, i) => samePart(part, other.keyParts[i]!)) &&
  one.kind === other.kind

const samePart = (one: KeyPart, other: KeyPart): boolean =>
  one.attribute === other.attribute && one.template?.text === other.template?.text

/** One attribute cannot be made by two templates. */
function agree(parts: readonly KeyPart[], refuse: Refuse): void {
  for (const part of parts) {
    const other = parts.find((each) => each.attribute === part.attribute && !samePart(each, part))
    if (other)
      refuse(`the attribute ${part.attribute} of keys and indexes is made in two ways; name one of them otherwise`)
  }
}

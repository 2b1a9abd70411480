/**
 * Defaults of fields: applied on create, and on read where a required field is absent.
 *
 * @module
 */
import type * as t from 'io-ts'
import { forsake } from '../arguments.ts'
import { hasTagsOf } from './check-value.ts'
import { fieldsOf } from './fields.ts'
import type { DeepReadonly } from './readonly.ts'
import { nodeOf } from './schema.ts'

/** The value of a field, in whichever members of a union it is. */
export type FieldValue<A, Field extends PropertyKey> = A extends unknown
  ? Field extends keyof A
    ? A[Field]
    : never
  : never

/** A value, or a function of the fields that were given or defaulted before this one. */
export type Default<A, Field extends PropertyKey> = object extends A
  ? EmptyCollection
  : DeepReadonly<FieldValue<A, Field>> | ((record: DeepReadonly<A>) => DeepReadonly<FieldValue<A, Field>>)

/**
 * What TypeScript is told of a default while it does not know the schema yet, in its first look at a definition. It keeps
 * from that look what `() => new Set()` returns, which must then not be a set of unknown.
 */
// biome-ignore lint/suspicious/noExplicitAny: fits any field
type EmptyCollection = () => ReadonlySet<any> | ReadonlyMap<any, any>

/** Fields that defaults added, each with the fields that it was made of. */
export type Defaulted = ReadonlyMap<string, ReadonlySet<string>>

/** Adds what is absent, in the order in which the defaults were written; calls each function at most once. */
export function applyDefaults(
  defaults: ReadonlyMap<string, unknown>,
  schema: t.Mixed,
  record: Record<string, unknown>,
  when: 'create' | 'read',
): Defaulted {
  const added = new Map<string, ReadonlySet<string>>()
  for (const [name, value] of defaults) {
    if (!needsDefault(name, schema, record, when)) continue
    const sources = new Set<string>()
    const take = (field: string): void => {
      for (const each of [field, ...(added.get(field) ?? [])]) sources.add(each)
    }
    const given = typeof value === 'function' ? value(observed(Object.freeze({ ...record }), take)) : value
    if (given === undefined) continue
    forsake(given)
    record[name] = given
    added.set(name, sources)
  }
  return added
}

/** The same record, which tells each field that somebody asks for. */
const observed = (record: Readonly<Record<string, unknown>>, tell: (field: string) => void): object => {
  const told =
    <A>(answer: (record: object, field: string | symbol) => A) =>
    (target: object, field: string | symbol): A => {
      if (typeof field === 'string') tell(field)
      return answer(target, field)
    }
  // Who lists the fields asks for each of them by its descriptor.
  return new Proxy(record, {
    get: told(Reflect.get),
    has: told(Reflect.has),
    getOwnPropertyDescriptor: told(Reflect.getOwnPropertyDescriptor),
  })
}

/**
 * Whether a field is absent that should not be: any on create, a required one on read. In a union, only what the member
 * has that the record belongs to, as far as its tags tell; these are the same in records and in items.
 */
export function needsDefault(name: string, schema: t.Mixed, record: object, when: 'create' | 'read'): boolean {
  if (Object.hasOwn(record, name) && (record as Record<string, unknown>)[name] !== undefined) return false
  return membersFor(schema, record).some((member) => {
    const field = fieldsOf(member)?.get(name)
    return field !== undefined && (when === 'create' || field.required)
  })
}

/** What a record or an item may be of: the parts of an intersection, and of a union the members that its tags allow. */
export function membersFor(schema: t.Mixed, record: object): readonly t.Mixed[] {
  const node = nodeOf(schema)
  if (node.kind === 'wrapped') return membersFor(node.inner, record)
  if (node.kind === 'intersection') return node.members.flatMap((member) => membersFor(member, record))
  if (node.kind !== 'union') return [schema]
  return node.members.filter((member) => hasTagsOf(member, record)).flatMap((member) => membersFor(member, record))
}

/**
 * The fields of a schema that describes an object, whichever way it is put together.
 *
 * @module
 */
import { isRight } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { oncePer } from './once.ts'
import { nodeOf } from './schema.ts'

export interface Field {
  /** More than one where members of a union or of an intersection name the same field. */
  readonly codecs: readonly t.Mixed[]
  /** Absence is refused on read. A set is never required, since its absence is the empty set. */
  readonly required: boolean
}

export type Fields = ReadonlyMap<string, Field>

/** Undefined for a schema that describes something else than an object with fixed names. */
export const fieldsOf: (codec: t.Mixed) => Fields | undefined = oncePer(findFields)

function findFields(codec: t.Mixed): Fields | undefined {
  const node = nodeOf(codec)
  switch (node.kind) {
    case 'fields':
      return new Map(
        Object.keys(node.props).map((name) => {
          const member = node.props[name]!
          return [name, { codecs: [member], required: !node.partial && !readsAbsence(member) }]
        }),
      )
    case 'wrapped':
      return fieldsOf(node.inner)
    case 'intersection':
      return merge(node.members, (found) => found.some((field) => field.required))
    case 'union':
      return merge(
        node.members,
        (found) => found.length === node.members.length && found.every((field) => field.required),
      )
    default:
      return undefined
  }
}

/** The fields of all members under their names; undefined when a member is no object. */
export function merge(
  members: readonly t.Mixed[],
  isRequired: (found: readonly Field[]) => boolean = () => false,
): Fields | undefined {
  const found = new Map<string, Field[]>()
  for (const member of members) {
    const fields = fieldsOf(member)
    if (fields === undefined) return undefined
    for (const [name, field] of fields) found.set(name, [...(found.get(name) ?? []), field])
  }
  return new Map(
    [...found].map(([name, fields]) => [
      name,
      { codecs: [...new Set(fields.flatMap((field) => field.codecs))], required: isRequired(fields) },
    ]),
  )
}

/** Whether the codec takes it that nothing is stored, whatever it makes of that. */
export function readsAbsence(codec: t.Mixed): boolean {
  try {
    return isRight(codec.decode(undefined))
  } catch {
    return false
  }
}

/**
 * Which places of a record are valid only together: whoever changes one of them rests on the others as they are.
 *
 * Two changes of different places may each be right and wrong together: below a refinement, in members of a union. Worked
 * out from the schema once; most models have none.
 *
 * @module
 */
import type * as t from 'io-ts'
import type { DocumentPath } from '../data/document-path.ts'
import { inside } from './codecs-at.ts'
import { type Field, fieldsOf } from './fields.ts'
import type { AnyModel } from './model.ts'
import { oncePer } from './once.ts'
import { alternatives, nodeOf, within } from './schema.ts'

/** A change of one of the names `of` a map rests on the names `on`; or any change inside of a value on the value as a whole. */
type Bond = 'whole' | { readonly of: ReadonlySet<string>; readonly on: readonly string[] }

/** The places whose values the schema judges together with that of the path; most often none. */
export function judgedWith({ definition }: AnyModel, path: DocumentPath): readonly DocumentPath[] {
  if (!hasBonds(definition.schema)) return []
  const found: DocumentPath[] = []
  let codecs: readonly t.Mixed[] = [definition.schema]
  for (let length = 0; length <= path.length; length++) {
    const [place, step] = [path.slice(0, length), path[length]]
    for (const bond of codecs.flatMap(bondsOf)) {
      if (bond === 'whole') found.push(place)
      else if (bond.of.has(String(step))) found.push(...bond.on.map((name) => [...place, name]))
    }
    if (step !== undefined) codecs = codecs.flatMap((codec) => inside(codec, step))
  }
  // No change of a record changes its key.
  return found.filter(([name]) => !definition.keyFields.includes(String(name)))
}

const hasBonds: (schema: t.Mixed) => boolean = oncePer((schema) =>
  [...within(schema)].some((codec) => bondsOf(codec).length > 0),
)

/** Of what is directly inside a value of the codec. */
const bondsOf: (codec: t.Mixed) => readonly Bond[] = oncePer((codec) => {
  const node = nodeOf(codec)
  switch (node.kind) {
    case 'wrapped':
      return [...(node.predicate ? refinementBonds(node.inner) : []), ...bondsOf(node.inner)]
    case 'intersection':
      return node.members.flatMap(bondsOf)
    case 'union':
      return [...unionBonds(codec, node.tag), ...node.members.flatMap(bondsOf)]
    default:
      return []
  }
})

/** What a refinement says may be about anything inside. */
function refinementBonds(codec: t.Mixed): readonly Bond[] {
  const fields = fieldsOf(codec)
  if (fields) return [{ of: new Set(fields.keys()), on: [...fields.keys()] }]
  return alternatives(codec).some((each) => containersOf(each).length > 0) ? ['whole'] : []
}

type Container = 'map' | 'list' | 'set'

/** What a value is stored as, where it is changed inside; several where nothing is known of it. */
function containersOf(codec: t.Mixed): readonly Container[] {
  switch (nodeOf(codec).kind) {
    case 'fields':
    case 'entries':
    case 'intersection':
      return ['map']
    case 'list':
    case 'tuple':
      return ['list']
    case 'set':
      return ['set']
    case 'any':
      return ['map', 'list', 'set']
    default:
      return []
  }
}

/**
 * What may be inside depends on the member. Where only one is stored as a map, say, the type tells, which every change
 * inside asks for anyway.
 */
function unionBonds(codec: t.Mixed, tag: string | undefined): readonly Bond[] {
  const storedAs = (container: Container) =>
    alternatives(codec).filter((each) => containersOf(each).includes(container))
  if (storedAs('list').length > 1 || storedAs('set').length > 1) return ['whole']
  const maps = storedAs('map')
  if (maps.length < 2) return []
  const fields = maps.flatMap((each) => fieldsOf(each) ?? [])
  if (fields.length < maps.length) return ['whole']
  const names = new Set(fields.flatMap((each) => [...each.keys()]))
  const different = [...names].filter((name) => !fields.every((each) => isSame(each.get(name), fields[0]!.get(name))))
  if (tag === undefined) return [{ of: new Set(different), on: different }]
  // The tag tells the member, so that changes within one do not rest on each other.
  return [
    { of: new Set(different), on: [tag] },
    { of: new Set([tag]), on: different },
  ]
}

const isSame = (one: Field | undefined, other: Field | undefined): boolean =>
  one?.required === other?.required &&
  one?.codecs.length === other?.codecs.length &&
  (one?.codecs ?? []).every((codec, i) => codec === other?.codecs[i])

/**
 * Makes `t.bigint` read what the engine stores: integers come back as `number` where a double holds them.
 * Rebuilds only the parts of a schema that have a `t.bigint` inside; done once, when the model is defined.
 *
 * @module
 */
import * as t from 'io-ts'
import { MapType, mapOf, SetType, setOf, storedBigint } from './codecs.ts'
import type { Refuse } from './refuse.ts'
import { nodeOf } from './schema.ts'

/** The same schema, reading stored bigints. `refuse` throws; it is told why it cannot be done. */
export function readBigints(schema: t.Mixed, refuse: Refuse): t.Mixed {
  const rebuilt = new Map<t.Mixed, t.Mixed>()

  const rebuild = (codec: t.Mixed): t.Mixed => {
    const known = rebuilt.get(codec)
    if (known !== undefined) return known
    if (!hasBigint(codec, new Set())) return codec
    const made = make(codec)
    rebuilt.set(codec, made)
    return made
  }

  const rebuildAll = (props: Readonly<Record<string, t.Mixed>>): Record<string, t.Mixed> =>
    Object.fromEntries(Object.entries(props).map(([name, codec]) => [name, rebuild(codec)]))

  const make = (codec: t.Mixed): t.Mixed => {
    const node = nodeOf(codec)
    if (node.kind === 'scalar' && tagOf(codec) === 'BigIntType') return storedBigint
    const { name } = codec
    switch (node.kind) {
      case 'fields':
        return node.partial ? t.partial(rebuildAll(node.props), name) : t.type(rebuildAll(node.props), name)
      case 'entries':
        return t.record(node.domain, rebuild(node.values), name)
      case 'list': {
        const element = rebuild(node.element)
        return tagOf(codec) === 'ArrayType' ? t.array(element, name) : t.readonlyArray(element, name)
      }
      case 'tuple':
        return t.tuple(node.members.map(rebuild) as [t.Mixed], name)
      case 'set':
        return setOf(rebuild(node.element))
      case 'map':
        return mapOf(rebuild(node.value))
      case 'union':
        if (node.members.some(isBigint) && node.members.some((member) => isNumeric(member) && !isBigint(member))) {
          refuse(`${name} has both number and bigint, which look the same once stored; use one of them`)
        }
        return t.union(node.members.map(rebuild) as [t.Mixed, t.Mixed], name)
      case 'intersection':
        return t.intersection(node.members.map(rebuild) as [t.Mixed, t.Mixed], name)
      case 'wrapped':
        switch (tagOf(codec)) {
          case 'RefinementType':
            return t.refinement(rebuild(node.inner), node.predicate!, name)
          case 'ReadonlyType':
            return t.readonly(rebuild(node.inner), name)
          case 'ExactType':
            return t.exact(rebuild(node.inner) as t.HasProps, name)
          default:
            return t.recursion<unknown, unknown, unknown, t.Mixed>(name, (self) => {
              rebuilt.set(codec, self)
              return rebuild(node.inner)
            })
        }
      default:
        return refuse(`t.bigint inside ${name}, a codec of your own, cannot be made to read stored integers`)
    }
  }

  return rebuild(schema)
}

const tagOf = (codec: t.Mixed): string | undefined => (codec as { readonly _tag?: string })._tag

/** Through brands and refinements. */
function isBigint(codec: t.Mixed): boolean {
  const node = nodeOf(codec)
  if (node.kind === 'scalar' && tagOf(codec) === 'BigIntType') return true
  return node.kind === 'wrapped' && tagOf(codec) === 'RefinementType' && isBigint(node.inner)
}

function isNumeric(codec: t.Mixed): boolean {
  const node = nodeOf(codec)
  return node.kind === 'wrapped' ? isNumeric(node.inner) : node.kind === 'scalar' && node.type === 'N'
}

/** Looks at what a codec shows of its inside, also at codecs that are not as io-ts made them. */
function hasBigint(codec: t.Mixed, above: Set<t.Mixed>): boolean {
  if (above.has(codec)) return false
  above.add(codec)
  if (tagOf(codec) === 'BigIntType') return true
  if (codec instanceof SetType) return hasBigint(codec.element, above)
  if (codec instanceof MapType) return hasBigint(codec.value, above)
  const { props, types, type, codomain } = codec as {
    readonly props?: Readonly<Record<string, t.Mixed>>
    readonly types?: readonly t.Mixed[]
    readonly type?: t.Mixed
    readonly codomain?: t.Mixed
  }
  const members = [
    ...Object.values(props ?? {}),
    ...(types ?? []),
    ...[type, codomain].filter((each) => each !== undefined),
  ]
  return members.some((member) => member instanceof t.Type && hasBigint(member, above))
}

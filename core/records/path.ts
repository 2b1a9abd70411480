/**
 * Places in records, for conditions: `player.home.city`, typed by what they hold and checked against the schema.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { type DocumentPath, printPath } from '../data/document-path.ts'
import { MAX_LEVELS } from '../data/levels.ts'
import { isAttributeName } from '../data/to-attribute.ts'
import { codecsAt } from '../model/codecs-at.ts'
import type { AnyModel } from '../model/model.ts'
import type { Atom } from '../model/readonly.ts'
import { alternatives, nodeOf } from '../model/schema.ts'

declare const held: unique symbol

/** A place in a record that holds a `V`, or the size of what is there. */
export interface Path<V> {
  readonly [held]: V
}

/** A place and all places inside of it. */
export type Paths<V> = Path<V> & { readonly [Name in NamesIn<V>]: Paths<Inside<V, Name>> }

type Leaf = Atom | ReadonlySet<unknown>

/** Of all members of a union: which of them a record is may be what the condition asks. */
type NamesIn<V> =
  V extends ReadonlyMap<unknown, unknown>
    ? string
    : V extends Leaf
      ? never
      : V extends readonly unknown[]
        ? number
        : keyof V

type Inside<V, Name> =
  V extends ReadonlyMap<unknown, infer Member>
    ? Member
    : V extends readonly (infer Member)[]
      ? Member
      : V extends unknown
        ? Name extends keyof V
          ? Exclude<V[Name], undefined>
          : never
        : never

/** What a `Path` stands for. */
export interface Place {
  readonly path: DocumentPath
  /** Its size, not its value. */
  readonly isSize: boolean
}

const places = new WeakMap<object, Place>()

/** Undefined for what is no `Path`. */
export const placeOf = (path: unknown): Place | undefined =>
  typeof path === 'object' && path !== null ? places.get(path) : undefined

/** All places of the model's records. Naming one that the schema does not have throws INVALID_ARGUMENT. */
export const pathsOf = <V>(model: AnyModel): Paths<V> => place(model, []) as Paths<V>

export function sizeAt({ path }: Place): Path<number> {
  const size = Object.freeze({})
  places.set(size, { path, isSize: true })
  return size as unknown as Path<number>
}

function place(model: AnyModel, path: DocumentPath): object {
  const proxy = new Proxy(Object.freeze({}), {
    get(_, name) {
      if (name === Symbol.toPrimitive) throw noValue(model, path)
      return typeof name === 'symbol' ? undefined : place(model, stepInto(model, path, name))
    },
  })
  places.set(proxy, { path, isSize: false })
  return proxy
}

function stepInto(model: AnyModel, path: DocumentPath, name: string): DocumentPath {
  const isIndex = /^\d+$/.test(name) && codecsAt(model, path).flatMap(alternatives).some(isList)
  const next = [...path, isIndex ? Number(name) : name]
  // A schema may be of any depth, an item is not.
  const canBe = next.length <= MAX_LEVELS && (isIndex || isAttributeName(name))
  if (canBe && codecsAt(model, next).length > 0) return next
  throw invalidArgument(printPath(next), `${model.name} has no field ${printPath(next)}; name one of its schema.`)
}

/** Of `record.energy > 5`, which JavaScript would answer, whatever is stored. */
const noValue = (model: AnyModel, path: DocumentPath) =>
  invalidArgument(
    printPath(path),
    `${model.name}: ${printPath(path) || 'the record'} is a place in a condition, not its value; compare it with one of the operators, ` +
      'as in (record, { atLeast }) => atLeast(record.size, 5).',
  )

const isList = (codec: Parameters<typeof nodeOf>[0]): boolean => ['list', 'tuple'].includes(nodeOf(codec).kind)

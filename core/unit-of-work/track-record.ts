/**
 * The frozen record that domain code reads: it remembers which paths were looked at.
 *
 * A proxy must show exactly what its frozen target has, so the target is a frozen copy whose branches are proxies
 * themselves. Only maps and sets are tracked inside; everything else, lists too, is one leaf.
 *
 * @module
 */
import type { DocumentPath } from '../data/document-path.ts'
import { readOnly } from '../model/freeze.ts'
import { childShape, type Shape } from '../model/shape.ts'
import {
  isBranch,
  isElementwise,
  isKnownName,
  type Looks,
  lookAtBranch,
  lookAtLeaf,
  lookAtNames,
  memberLike,
  storedElement,
} from './looks.ts'

interface Origin {
  readonly raw: object
  readonly path: DocumentPath
  readonly looks: Looks
}

/** What `console.log` of Node asks for. It looks at a proxy's target, past all traps. */
const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never

const origins = new WeakMap<object, Origin>()

/** The record as domain code sees it. The same looks are told as long as anybody holds it. */
export function trackRecord(raw: object, shape: Shape, looks: Looks): object {
  return trackBranch(raw as Record<string, unknown>, shape, [], looks)
}

/** What a tracked object stands for, with nothing told; undefined for any other value. */
export const rawOf = (value: object): object | undefined => origins.get(value)?.raw

/** What a tracked object stands for, told as a look at all of it; any other value as it is. */
export function untracked(value: unknown): unknown {
  const origin = typeof value === 'object' && value !== null ? origins.get(value) : undefined
  if (!origin) return value
  lookAtLeaf(origin.raw, origin.path, origin.looks)
  return origin.raw
}

/** What the proxy shows is made when somebody looks: most branches, and what `change` returns, nobody looks at. */
function trackBranch(raw: Record<string, unknown>, shape: Shape, path: DocumentPath, looks: Looks): object {
  const shadow: { [name: string]: unknown; [inspect]?: () => unknown } = Object.create(Object.getPrototypeOf(raw))
  // While there is nothing to see yet. Printing is no look: it is there to find mistakes, and would make others.
  shadow[inspect] = () => raw
  const shown = (): Record<string, unknown> => {
    if (!Object.isFrozen(shadow)) {
      delete shadow[inspect]
      for (const name of Object.keys(raw))
        shadow[name] = trackChild(raw[name], childShape(shape, name), [...path, name], looks)
      Object.freeze(shadow)
    }
    return shadow
  }

  const look = (name: string): void => {
    if (Object.hasOwn(shown(), name)) {
      const tracked = shadow[name] as object
      if (origins.has(tracked)) lookAtBranch(tracked, shape, [...path, name], looks)
      else lookAtLeaf(tracked, [...path, name], looks)
    } else if (isKnownName(shape, name)) looks.at('value', [...path, name])
  }
  const proxy = new Proxy(shadow, {
    get(target, name) {
      if (typeof name === 'string') look(name)
      return Reflect.get(target, name)
    },
    has(_, name) {
      if (typeof name === 'string' && (Object.hasOwn(raw, name) || isKnownName(shape, name)))
        looks.at('presence', [...path, name])
      return Reflect.has(shown(), name)
    },
    ownKeys() {
      lookAtNames(shape, path, looks)
      return Reflect.ownKeys(shown())
    },
    getOwnPropertyDescriptor(_, name) {
      if (typeof name === 'string') look(name)
      return Reflect.getOwnPropertyDescriptor(shown(), name)
    },
    // Frozen for everybody, also before it is filled.
    isExtensible: () => Reflect.isExtensible(shown()),
    preventExtensions: () => Reflect.preventExtensions(shown()),
    set: readOnly,
    defineProperty: readOnly,
    deleteProperty: readOnly,
    setPrototypeOf: readOnly,
  })
  origins.set(proxy, { raw, path, looks })
  return proxy
}

function trackChild(value: unknown, shape: Shape, path: DocumentPath, looks: Looks): unknown {
  if (isBranch(value, shape)) return trackBranch(value, shape, path, looks)
  return isElementwise(value, shape) ? trackSet(value, shape, path, looks) : value
}

function trackSet(raw: Set<unknown>, shape: Shape, path: DocumentPath, looks: Looks): object {
  const has = (element: unknown): boolean => {
    const stored = storedElement(shape, element)
    // What could never be an element is not there, now and always.
    if (stored !== undefined) looks.at('element', path, stored)
    return memberLike(raw, shape, element) !== undefined
  }
  const proxy = new Proxy(raw, {
    get(target, name) {
      if (name === 'has') return has
      const value = Reflect.get(target, name, target)
      if (name === 'constructor') return value
      looks.at('value', path)
      return typeof value === 'function' && !Object.hasOwn(target, name) ? value.bind(target) : value
    },
  })
  origins.set(proxy, { raw, path, looks })
  return proxy
}

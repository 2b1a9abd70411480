/**
 * The draft that a recipe changes: an immer draft whose reads are remembered like those of a record.
 *
 * All of the draft is seen through views, so that parts of it and of records can be put anywhere and changed on there.
 *
 * What is assigned or deleted is looked at first, since its effect, even having none, rests on what was there. A list is
 * one leaf, except for `push`: appending looks at nothing, so that two units of work may append to one list at once. (Its
 * result, the new length, is therefore not guarded; read `length` to depend on it.)
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import type { DocumentPath } from '../data/document-path.ts'
import { printPath } from '../data/document-path.ts'
import { childShape, type Shape } from '../model/shape.ts'
import { assigned } from './assigned.ts'
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
  unheard,
} from './looks.ts'
import { untracked } from './track-record.ts'

/** One recipe's view of one immer draft. */
export interface DraftView {
  readonly draft: object
  /** Whether a value that the recipe returned is part of this view. */
  owns(value: unknown): boolean
}

export function trackDraft(root: object, rootShape: Shape, rootLooks: Looks): DraftView {
  const views = new Map<object, object>()
  const owned = new WeakMap<object, { readonly draft: object; readonly path: DocumentPath }>()

  const remember = (draft: object, view: object, path: DocumentPath): object => {
    views.set(draft, view)
    owned.set(view, { draft, path })
    return view
  }
  /** The record's own branches are taken out of their views, and all of each is looked at. */
  const bare = (value: unknown): unknown => {
    const own = typeof value === 'object' && value !== null ? owned.get(value) : undefined
    if (!own) return untracked(value)
    rootLooks.at('value', own.path)
    return own.draft
  }
  const plain = (value: unknown): unknown => assigned(value, bare)

  function view(value: unknown, shape: Shape, path: DocumentPath, looks: Looks): unknown {
    if (typeof value !== 'object' || value === null) return value
    const known = views.get(value)
    if (known) return known
    if (isBranch(value, shape)) return remember(value, branch(value, shape, path, looks), path)
    if (Array.isArray(value) && shape.kind !== 'leaf') return remember(value, list(value, path, looks), path)
    if (isElementwise(value, shape)) return remember(value, setView(value, shape, path, looks), path)
    return value
  }

  /** What is within one leaf, all of which has been looked at. It is seen through, since anything may be put there, too. */
  const within = (value: unknown, path: DocumentPath): unknown =>
    value instanceof Map
      ? (views.get(value) ?? remember(value, mapView(value, path), path))
      : view(value, anything, path, unheard)

  function branch(draft: Record<string, unknown>, shape: Shape, path: DocumentPath, looks: Looks): object {
    const look = (name: string): unknown => {
      const value = draft[name]
      const here = [...path, name]
      if (!Object.hasOwn(draft, name)) {
        if (isKnownName(shape, name)) looks.at('value', here)
        return value
      }
      const child = view(value, childShape(shape, name), here, looks)
      if (child !== value) {
        lookAtBranch(value, shape, here, looks)
        return child
      }
      lookAtLeaf(value, here, looks)
      return within(value, here)
    }
    return new Proxy(draft, {
      get: (target, name) => (typeof name === 'string' ? look(name) : whole(target, name, path, looks)),
      set(target, name, value) {
        if (typeof name === 'symbol' || name === '__proto__') throw noSuchName(path, name)
        looks.at('value', [...path, name])
        return Reflect.set(target, name, plain(value))
      },
      defineProperty: (_, name) => refuseDefinition(path, name),
      setPrototypeOf: () => refuseDefinition(path, '__proto__'),
      deleteProperty(target, name) {
        looks.at('value', [...path, name as string])
        return Reflect.deleteProperty(target, name)
      },
      has(target, name) {
        if (typeof name === 'string' && (Object.hasOwn(target, name) || isKnownName(shape, name)))
          looks.at('presence', [...path, name])
        return Reflect.has(target, name)
      },
      ownKeys(target) {
        lookAtNames(shape, path, looks)
        return Reflect.ownKeys(target)
      },
      getOwnPropertyDescriptor(target, name) {
        const descriptor = Reflect.getOwnPropertyDescriptor(target, name)
        if (typeof name !== 'string') return descriptor
        const value = look(name)
        return descriptor && { ...descriptor, value }
      },
    })
  }

  function list(draft: unknown[], path: DocumentPath, looks: Looks): object {
    const push = (...values: unknown[]): number => draft.push(...values.map(plain))
    return new Proxy(draft, {
      get(target, name, receiver) {
        if (name === 'push') return push
        lookAtLeaf(target, path, looks)
        return within(Reflect.get(target, name, receiver), path)
      },
      set(target, name, value) {
        if (!isListName(name) || Number(name === 'length' ? value : name) > MAX_LENGTH) throw noSuchName(path, name)
        looks.at('value', path)
        return Reflect.set(target, name, plain(value))
      },
      defineProperty: (_, name) => refuseDefinition(path, name),
      setPrototypeOf: () => refuseDefinition(path, '__proto__'),
      deleteProperty(target, name) {
        if (!isListName(name) || name === 'length') throw noSuchName(path, name)
        looks.at('value', path)
        return Reflect.deleteProperty(target, name)
      },
      has(target, name) {
        looks.at('value', path)
        return Reflect.has(target, name)
      },
      ownKeys(target) {
        looks.at('value', path)
        return Reflect.ownKeys(target)
      },
    })
  }

  function setView(draft: Set<unknown>, shape: Shape, path: DocumentPath, looks: Looks): object {
    const look = (element: unknown): void => {
      const stored = storedElement(shape, element)
      if (stored !== undefined) looks.at('element', path, stored)
    }
    const like = (element: unknown): unknown => memberLike(draft, shape, element)
    const methods: Methods = {
      add(element: unknown) {
        // Nothing will be sent for what is there already, so that it is there must stay so.
        if (like(element) !== undefined) look(element)
        else draft.add(element)
        return proxy
      },
      // Its answer tells whether the element was there, so it is a look at that element.
      delete(element: unknown) {
        look(element)
        return draft.delete(like(element))
      },
      has(element: unknown) {
        look(element)
        return like(element) !== undefined
      },
      // Emptying a set removes the elements it had, whatever they were: all of them have been looked at.
      clear() {
        looks.at('value', path)
        draft.clear()
      },
    }
    const proxy = withMethods(draft, methods, () => looks.at('value', path))
    return proxy
  }

  function mapView(draft: Map<unknown, unknown>, path: DocumentPath): object {
    const entries = function* () {
      for (const [name, value] of draft) yield [name, within(value, path)] as const
    }
    const methods: Methods = {
      get: (name: unknown) => within(draft.get(name), path),
      set(name: unknown, value: unknown) {
        draft.set(name, plain(value))
        return proxy
      },
      forEach(each: (value: unknown, name: unknown, map: object) => void, self?: unknown) {
        for (const [name, value] of entries()) each.call(self, value, name, proxy)
      },
      *values() {
        for (const [, value] of entries()) yield value
      },
      entries,
      [Symbol.iterator]: entries,
    }
    const proxy = withMethods(draft, methods, () => {})
    return proxy
  }

  /** Immer's own symbols lead past the view: whoever asks for them sees all of the branch. */
  function whole(target: object, name: symbol, path: DocumentPath, looks: Looks): unknown {
    lookAtLeaf(target, path, looks)
    return Reflect.get(target, name)
  }

  const draft = view(root, rootShape, [], rootLooks) as object
  return { draft, owns: (value) => typeof value === 'object' && value !== null && owned.has(value) }
}

type Methods = Readonly<Record<string | symbol, unknown>>

/** A set or a map with these methods in place of its own; whoever uses another one looks at all of it. */
function withMethods(draft: object, methods: Methods, lookAtAll: () => void): object {
  return new Proxy(draft, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return methods[name]
      const value = Reflect.get(target, name, target)
      if (name === 'constructor') return value
      lookAtAll()
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const anything: Shape = { kind: 'any' }

/** No item could hold as many elements; gaps up to there would be walked one by one. */
const MAX_LENGTH = 10_000_000

const isListName = (name: string | symbol): boolean =>
  typeof name === 'string' && (name === 'length' || /^(0|[1-9]\d*)$/.test(name))

/** What would change the object and not the record, or what immer would refuse in its own words. */
const noSuchName = (path: DocumentPath, name: string | symbol) =>
  invalidArgument(
    printPath([...path, String(name)]),
    `A draft's ${printPath(path) || 'record'} can have nothing under the name ${JSON.stringify(String(name))}.`,
  )

function refuseDefinition(path: DocumentPath, name: string | symbol): never {
  throw invalidArgument(
    printPath([...path, String(name)]),
    `Assign to ${printPath([...path, String(name)])} instead of defining it.`,
  )
}

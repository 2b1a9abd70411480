/**
 * Domain events: what happened, in the words of the domain, with an io-ts payload and a reducer that says what it does to a
 * record.
 *
 * @module
 */
import * as t from 'io-ts'
import { readBigints } from './read-bigints.ts'
import type { Draft } from './readonly.ts'
import { isObject, type Refuse } from './refuse.ts'

/** One kind of domain event in a model's definition. */
export interface EventOptions<Fields, Payload> {
  /** What the event tells besides its name. */
  // biome-ignore lint/suspicious/noExplicitAny: any stored form
  readonly payload: t.Type<Payload, any, unknown>
  /** What it does to the record. Runs again when events are replayed, so it must rest on record and payload alone. */
  readonly reducer: (draft: Draft<Fields>, payload: Payload) => void
  /**
   * Older payloads to the present one, step by step: the first function gets what was stored at first, and the last one
   * returns what `payload` decodes. Add one whenever the payload changes.
   */
  // biome-ignore lint/suspicious/noExplicitAny: whatever older versions had
  readonly upcast?: readonly ((older: any) => unknown)[] | undefined
}

/** An event that a unit of work can apply to a record with these fields. Made by `Model.events.Name(payload)`. */
export interface DomainEvent<Fields extends object, Name extends string = string, Payload = unknown> {
  /** The model's name. */
  readonly model: string
  readonly name: Name
  readonly payload: Payload
  /** Type only. */
  readonly _fields: Fields
}

/** As a definition keeps it. */
export interface EventDefinition {
  readonly payload: t.Mixed
  readonly reducer: (draft: never, payload: never) => unknown
  readonly upcast: readonly ((older: unknown) => unknown)[]
}

const members: readonly string[] = ['payload', 'reducer', 'upcast']

/** Events as the model's author wrote them, checked. `refuse` throws. */
export function checkEvents(given: unknown, refuse: Refuse): ReadonlyMap<string, EventDefinition> {
  if (given === undefined) return new Map()
  if (!isObject(given)) return refuse('events must be an object by name')
  return new Map(
    Object.entries(given).map(([name, event]) => {
      const { payload, reducer, upcast = [], ...rest } = (event ?? {}) as Readonly<Record<string, unknown>>
      const [stray] = Object.keys(rest)
      if (name === '') refuse('an event needs a name')
      if (stray !== undefined) refuse(`events.${name} has no option ${stray}; it has ${members.join(', ')}`)
      if (!(payload instanceof t.Type)) refuse(`events.${name}.payload must be an io-ts codec, such as t.type({ … })`)
      if (typeof reducer !== 'function') refuse(`events.${name}.reducer must be a function of a draft and the payload`)
      if (!Array.isArray(upcast) || !upcast.every((step) => typeof step === 'function')) {
        refuse(`events.${name}.upcast must be a list of functions`)
      }
      const own = { payload: readBigints(payload as t.Mixed, refuse), reducer, upcast }
      return [name, Object.freeze(own) as unknown as EventDefinition]
    }),
  )
}

/** The functions that make events: `Model.events`. */
export const eventMakers = (
  model: string,
  events: ReadonlyMap<string, EventDefinition>,
): Readonly<Record<string, (payload: unknown) => DomainEvent<object>>> =>
  Object.freeze(
    Object.fromEntries(
      [...events.keys()].map((name) => [
        name,
        (payload: unknown) => Object.freeze({ model, name, payload }) as DomainEvent<object>,
      ]),
    ),
  )

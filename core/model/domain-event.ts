/**
 * Domain events: what happened, in the words of the domain, with an io-ts payload and a reducer that says what it does to a
 * record.
 *
 * @module
 */
import * as t from 'io-ts'
import { type AttributeValue, isMap, isNumber } from '../data/attribute-value.ts'
import { engineError } from '../errors.ts'
import { encodeValue } from './check-value.ts'
import { decodeValue } from './decode-value.ts'
import { ownCopy } from './freeze.ts'
import { printIssues } from './issue.ts'
import type { AnyModel } from './model.ts'
import type { Draft } from './readonly.ts'

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
export function checkEvents(given: unknown, refuse: (reason: string) => never): ReadonlyMap<string, EventDefinition> {
  if (given === undefined) return new Map()
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuse('events must be an object by name')
  return new Map(
    Object.entries(given as Readonly<Record<string, unknown>>).map(([name, event]) => {
      const { payload, reducer, upcast = [], ...rest } = (event ?? {}) as Readonly<Record<string, unknown>>
      const [stray] = Object.keys(rest)
      if (name === '') refuse('an event needs a name')
      if (stray !== undefined) refuse(`events.${name} has no option ${stray}; it has ${members.join(', ')}`)
      if (!(payload instanceof t.Type)) refuse(`events.${name}.payload must be an io-ts codec, such as t.type({ … })`)
      if (typeof reducer !== 'function') refuse(`events.${name}.reducer must be a function of a draft and the payload`)
      if (!Array.isArray(upcast) || !upcast.every((step) => typeof step === 'function')) {
        refuse(`events.${name}.upcast must be a list of functions`)
      }
      return [name, Object.freeze({ payload, reducer, upcast }) as unknown as EventDefinition]
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

/** The payload as it is stored, with the number of its version where there were others. Throws INVALID_ARGUMENT. */
export function encodePayload(model: AnyModel, name: string, payload: unknown): AttributeValue {
  const { payload: codec, upcast } = model.definition.events.get(name)!
  const { value, issues } = encodeValue(codec, payload)
  if (issues.length > 0) {
    throw engineError(
      'INVALID_ARGUMENT',
      `The payload of ${model.name}’s event ${name} is invalid: ${printIssues(issues)}. Nothing was written.`,
      { argument: `events.${name}` },
    )
  }
  return upcast.length === 0 ? (value ?? null) : { '#v': upcast.length + 1, '#d': value ?? null }
}

/** The payload as today's codec has it; as it is stored where the model no longer knows the event. */
export function decodePayload(model: AnyModel, name: string, stored: AttributeValue | undefined): unknown {
  const definition = model.definition.events.get(name)
  const { version, data } = versioned(stored)
  if (!definition) return data
  const { payload, upcast } = definition
  const present = upcast.slice(version - 1).reduce<unknown>((older, step) => step(older), ownCopy(data ?? null))
  const decoded = decodeValue(payload, present)
  if (decoded.ok) return decoded.value
  throw engineError(
    'INVALID_RECORD',
    `The stored payload of ${model.name}’s event ${name} (version ${version}) does not fit: ${printIssues(decoded.issues)}. ` +
      'Give the event an upcast step from what was stored.',
    { model: model.name, stored: true, issues: decoded.issues },
  )
}

/** A payload of the first version is stored as it is. */
function versioned(stored: AttributeValue | undefined): { version: number; data: AttributeValue | undefined } {
  const isVersioned =
    isMap(stored) && Object.keys(stored).length === 2 && isNumber(stored['#v']) && Object.hasOwn(stored, '#d')
  return isVersioned ? { version: Number(stored['#v']), data: stored['#d'] } : { version: 1, data: stored }
}

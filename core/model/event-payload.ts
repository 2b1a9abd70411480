/**
 * Payloads of domain events as histories keep them: with the number of their version where there were others, and brought to
 * today's when they are read.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { type AttributeValue, isMap, isNumber } from '../data/attribute-value.ts'
import { isPlainObject } from '../data/plain-object.ts'
import type { Issue } from '../data/to-attribute.ts'
import { engineError } from '../errors.ts'
import { encodeValue } from './check-value.ts'
import { decodeValue } from './decode-value.ts'
import { fieldsOf } from './fields.ts'
import { looseCopy } from './freeze.ts'
import { printIssues, strayField } from './issue.ts'
import type { AnyModel } from './model.ts'

/**
 * The payload as it is stored, with the number of its version where there were others; undefined where it is absent, as a
 * `t.void` is. Throws INVALID_ARGUMENT.
 */
export function encodePayload(model: AnyModel, name: string, payload: unknown): AttributeValue | undefined {
  const { payload: codec, upcast } = model.definition.events.get(name)!
  const encoded = encodeValue(codec, payload)
  const { value } = encoded
  // As for records: a field that the schema does not have is most often misspelt.
  const fields = fieldsOf(codec)
  const given = fields && isPlainObject(payload) ? Object.entries(payload) : []
  const stray = given.flatMap(([field, actual]) => (fields!.has(field) ? [] : [strayField(field, actual)]))
  const issues = [...encoded.issues, ...stray]
  if (issues.length > 0) {
    throw invalidArgument(
      `events.${name}`,
      `The payload of ${model.name}’s event ${name} is invalid: ${printIssues(issues)}. Nothing was written.`,
    )
  }
  if (upcast.length === 0) return value
  return { '#v': upcast.length + 1, ...(value === undefined ? {} : { '#d': value }) }
}

/** The payload as today's codec has it; as it is stored where the model no longer knows the event. */
export function decodePayload(model: AnyModel, name: string, stored: AttributeValue | undefined): unknown {
  const definition = model.definition.events.get(name)
  const { version, data } = versioned(stored)
  if (!definition) return data
  const { payload, upcast } = definition
  let present: unknown
  try {
    present = upcast.slice(version - 1).reduce<unknown>((older, step) => step(older), looseCopy(data))
  } catch (thrown) {
    const issues = [{ path: [], expected: `an upcast from version ${version} that does not throw`, actual: data }]
    throw unfit(model, name, version, issues, thrown)
  }
  const decoded = decodeValue(payload, present)
  if (decoded.ok) return decoded.value
  throw unfit(model, name, version, decoded.issues)
}

const unfit = (model: AnyModel, name: string, version: number, issues: readonly Issue[], cause?: unknown) =>
  engineError(
    'INVALID_RECORD',
    `The stored payload of ${model.name}’s event ${name} (version ${version}) does not fit: ${printIssues(issues)}. ` +
      'Give the event an upcast step from what was stored.',
    { model: model.name, stored: true, issues },
    { cause },
  )

/** A payload of the first version is stored as it is. */
function versioned(stored: AttributeValue | undefined): { version: number; data: AttributeValue | undefined } {
  const isVersioned =
    isMap(stored) && isNumber(stored['#v']) && Object.keys(stored).every((name) => name === '#v' || name === '#d')
  return isVersioned ? { version: Number(stored['#v']), data: stored['#d'] } : { version: 1, data: stored }
}

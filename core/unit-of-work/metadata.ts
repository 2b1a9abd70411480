/**
 * What callers say of a unit of work besides what it does: who acts, for which request, because of what.
 *
 * @module
 */
import { forsake, invalidArgument } from '../arguments.ts'
import { type AttributeMap, isMap } from '../data/attribute-value.ts'
import { valueSize } from '../data/item.ts'
import { toAttribute } from '../data/to-attribute.ts'
import { printIssues } from '../model/issue.ts'

/** It is written into every record that the commit changes. */
const MAX_BYTES = 2048

/** Plain data of at most 2 KB, or an INVALID_ARGUMENT. */
export function checkMetadata(argument: string, given: unknown): AttributeMap | undefined {
  if (given === undefined) return undefined
  forsake(given)
  const { value, issues } = toAttribute(given)
  const refuse = (problem: string) =>
    invalidArgument(argument, `Expected ${argument} to be ${problem}. Nothing was written.`)
  if (issues.length > 0) throw refuse(`plain data: ${printIssues(issues)}`)
  if (!isMap(value)) throw refuse('an object of plain data')
  if (valueSize(value) > MAX_BYTES) throw refuse(`at most ${MAX_BYTES} bytes, got ${valueSize(value)}`)
  return Object.keys(value).length === 0 ? undefined : value
}

/** The engine's and the call's, which comes over it. */
export function mergeMetadata(engine: (() => unknown) | undefined, own: unknown): AttributeMap | undefined {
  const given = checkMetadata('what the engine’s metadata function returns', engine?.())
  const called = checkMetadata('metadata', own)
  return given && called ? checkMetadata('metadata', { ...given, ...called }) : (given ?? called)
}

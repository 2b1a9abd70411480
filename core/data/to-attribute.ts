/**
 * The gate between JavaScript values and stored values: copies, freezes, and refuses whatever DynamoDB could not give
 * back unchanged. Nothing is rounded, dropped or coerced, but for `undefined` in a map and empty sets, which are absence.
 *
 * @module
 */
import {
  type AttributeMap,
  type AttributeValue,
  isNumber,
  type ScalarValue,
  scalarKey,
  typeOf,
} from './attribute-value.ts'
import type { DocumentPath } from './document-path.ts'
import { MAX_LEVELS } from './levels.ts'
import { narrowest, numberProblem } from './number.ts'
import { isPlainObject } from './plain-object.ts'
import { printValue } from './print-value.ts'

/** One thing that is wrong with a value: where, what was expected, what came. */
export interface Issue {
  readonly path: DocumentPath
  readonly expected: string
  readonly actual: unknown
}

type Gated = { readonly value: AttributeValue | undefined; readonly issues: readonly Issue[] }

const noGaps = 'a value, since a list has no absent elements'
/** ES2024, which Node has had since 20. */
type WellFormed = string & { isWellFormed(): boolean }
export const isIllFormed = (text: string): boolean => !(text as WellFormed).isWellFormed()

/** DynamoDB's limit of a name. */
const MAX_NAME_BYTES = 64 * 1024 - 1

/** Whether something can be stored under the name. Three bytes are the most that one unit of UTF-16 takes. */
export const isAttributeName = (name: string): boolean =>
  name !== '' &&
  name !== '__proto__' &&
  !isIllFormed(name) &&
  (name.length <= MAX_NAME_BYTES / 3 || Buffer.byteLength(name) <= MAX_NAME_BYTES)

/**
 * The stored form of a value, or everything that keeps it from being stored. `value` is undefined for absence.
 * `depth` is how many lists and maps stand around it; paths of issues then begin with as many zeros.
 */
export function toAttribute(input: unknown, depth = 0): Gated {
  const issues: Issue[] = []
  const value = convert(input, depth === 0 ? [] : new Array<number>(depth).fill(0), issues, new Set())
  return { value, issues }
}

function convert(
  input: unknown,
  path: DocumentPath,
  issues: Issue[],
  ancestors: Set<object>,
): AttributeValue | undefined {
  const refuse = (expected: string): undefined => {
    issues.push({ path, expected, actual: input })
  }
  if (input === undefined || input === null || typeof input === 'boolean') return input
  if (typeof input === 'string') return isIllFormed(input) ? refuse('well-formed Unicode text') : input
  if (isNumber(input)) {
    const problem = numberProblem(input)
    return problem ? refuse(problem) : narrowest(input)
  }
  if (typeof input !== 'object') return refuse('a value that can be stored')
  // Not what merely has one as its prototype.
  if (input instanceof Uint8Array && ArrayBuffer.isView(input)) return Uint8Array.from(input)
  const elements = input instanceof Set ? elementsOf(input) : undefined
  if (elements) return convertSet(elements, path, issues)
  if (path.length >= MAX_LEVELS) return refuse(`at most ${MAX_LEVELS} levels of nesting`)
  if (ancestors.has(input)) return refuse('a value without cycles')
  ancestors.add(input)
  const result = Array.isArray(input)
    ? convertList(input, path, issues, ancestors)
    : convertMap(input, path, issues, ancestors)
  ancestors.delete(input)
  return result
}

/** Also of a set that is tracked; undefined for what merely has one as its prototype. */
function elementsOf(input: ReadonlySet<unknown>): readonly unknown[] | undefined {
  try {
    return [...input]
  } catch {
    return undefined
  }
}

function convertList(input: readonly unknown[], path: DocumentPath, issues: Issue[], ancestors: Set<object>) {
  if (Object.getPrototypeOf(input) !== Array.prototype) {
    issues.push({ path, expected: 'a plain list (give this field a codec that encodes it)', actual: input })
    return undefined
  }
  // Its length is the one name that a list has besides its elements.
  const elements = Reflect.ownKeys(input).length - 1
  if (elements > input.length) {
    issues.push({ path, expected: 'a list without names of its own', actual: input })
    return undefined
  }
  if (elements < input.length) {
    // Only the first: there may be four billion of them.
    let gap = 0
    while (Object.hasOwn(input, gap)) gap++
    issues.push({ path: [...path, gap], expected: noGaps, actual: undefined })
    return undefined
  }
  const list: AttributeValue[] = []
  for (let i = 0; i < input.length; i++) {
    const known = issues.length
    const element = convert(input[i], [...path, i], issues, ancestors)
    if (element !== undefined) list.push(element)
    // Leaving the element out would renumber all that follow.
    else if (issues.length === known) {
      issues.push({ path: [...path, i], expected: noGaps, actual: input[i] })
    }
  }
  return Object.freeze(list)
}

function convertMap(input: object, path: DocumentPath, issues: Issue[], ancestors: Set<object>) {
  if (!isPlainObject(input)) {
    issues.push({ path, expected: 'a plain object (give this field a codec that encodes it)', actual: input })
    return undefined
  }
  const map: Record<string, AttributeValue> = {}
  for (const name of Reflect.ownKeys(input)) {
    if (typeof name === 'symbol' || !isAttributeName(name)) {
      issues.push({ path, expected: `an attribute name other than ${printValue(String(name))}`, actual: name })
      continue
    }
    const member = convert(input[name], [...path, name], issues, ancestors)
    if (member !== undefined) map[name] = member
  }
  return Object.freeze(map) as AttributeMap
}

function convertSet(input: readonly unknown[], path: DocumentPath, issues: Issue[]) {
  const elements = new Map<string, ScalarValue>()
  let type: string | undefined
  for (const element of input) {
    const scalar =
      typeof element === 'object' && !(element instanceof Uint8Array) && !isNumber(element) ? undefined : element
    const converted = scalar === undefined ? undefined : convert(scalar, path, issues, new Set())
    if (converted === undefined || !['S', 'N', 'B'].includes(typeOf(converted))) {
      issues.push({ path, expected: 'a set of strings, numbers or binary values', actual: element })
      continue
    }
    type ??= typeOf(converted)
    if (typeOf(converted) !== type)
      issues.push({ path, expected: 'a set whose elements have one type', actual: element })
    elements.set(scalarKey(converted as ScalarValue), converted as ScalarValue)
  }
  return elements.size === 0 ? undefined : new Set(elements.values())
}

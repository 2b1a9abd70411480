/**
 * Values on their way into and out of a store that keeps them in memory. Inside they are frozen and belong to the store
 * alone; sets and binary values, which JavaScript cannot freeze, are copied on the way out too.
 *
 * @module
 */
import { type AttributeMap, type AttributeValue, isList, isMap, isSet, scalarKey } from '../data/attribute-value.ts'
import { printPath } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { levels, MAX_LEVELS } from '../data/levels.ts'
import { toAttribute } from '../data/to-attribute.ts'

/** A copy of its own that is frozen, or why DynamoDB cannot store the value. */
type Taken = { readonly value: AttributeValue } | { readonly problem: string }

/** `depth` is how many levels lie above the value in its item. */
export function take(input: AttributeValue, depth = 0): Taken {
  const { value, issues } = toAttribute(input)
  const [issue] = issues
  if (issue) return { problem: `Expected ${issue.expected} at ${printPath(issue.path) || 'the root'}` }
  // The gate takes an empty set for absence; a plan that still has one comes from elsewhere.
  const problem = setProblem(input)
  if (problem) return { problem }
  if (value === undefined) return { problem: 'Expected a value' }
  if (depth + levels(value) > MAX_LEVELS) return { problem: `Expected at most ${MAX_LEVELS} levels of nesting` }
  return { value }
}

/** What a caller may keep and change without the store noticing. */
export const give = (item: Item): Item => detach(item) as Item

function detach(value: AttributeValue): AttributeValue {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (isSet(value)) return new Set([...value].map((element) => detach(element) as typeof element))
  if (isList(value)) {
    const copies = value.map(detach)
    // What holds nothing that can change is shared.
    return copies.every((copy, i) => copy === value[i]) ? value : Object.freeze(copies)
  }
  if (!isMap(value)) return value
  let changed = false
  const copy: Record<string, AttributeValue> = {}
  for (const name of Object.keys(value)) {
    copy[name] = detach(value[name]!)
    changed ||= copy[name] !== value[name]
  }
  return changed ? (Object.freeze(copy) as AttributeMap) : value
}

function setProblem(value: AttributeValue): string | undefined {
  if (isSet(value)) {
    if (value.size === 0) return 'Expected a set with elements, as DynamoDB has no empty ones'
    const distinct = new Set([...value].map(scalarKey)).size
    return distinct < value.size ? 'Expected a set without duplicates' : undefined
  }
  if (!isList(value) && !isMap(value)) return undefined
  for (const member of isList(value) ? value : Object.values(value as AttributeMap)) {
    const problem = setProblem(member)
    if (problem) return problem
  }
  return undefined
}

/**
 * The condition language: what must hold of an item for a write to happen, or for a query to return it.
 *
 * A condition is a plain frozen value. Its one meaning is `evaluate`; the DynamoDB adapter renders the same tree to a
 * condition expression, and every adapter must agree with `evaluate`.
 *
 * @module
 */
import type { AttributeType, AttributeValue, ScalarValue } from '../data/attribute-value.ts'
import type { DocumentPath } from '../data/document-path.ts'

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>='

/**
 * What must hold of a stored item, as plain data. `evaluate` gives its meaning: that of DynamoDB's condition
 * expressions, on items whole.
 */
export type Condition =
  | { readonly kind: 'exists'; readonly path: DocumentPath }
  | { readonly kind: 'absent'; readonly path: DocumentPath }
  | {
      readonly kind: 'compare'
      readonly path: DocumentPath
      readonly operator: Comparator
      readonly value: AttributeValue
    }
  | { readonly kind: 'between'; readonly path: DocumentPath; readonly low: ScalarValue; readonly high: ScalarValue }
  | { readonly kind: 'in'; readonly path: DocumentPath; readonly values: readonly AttributeValue[] }
  | { readonly kind: 'begins-with'; readonly path: DocumentPath; readonly prefix: string | Uint8Array }
  | { readonly kind: 'contains'; readonly path: DocumentPath; readonly element: ScalarValue }
  | { readonly kind: 'has-type'; readonly path: DocumentPath; readonly type: AttributeType }
  | { readonly kind: 'size'; readonly path: DocumentPath; readonly operator: Comparator; readonly size: number }
  | { readonly kind: 'all'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'any'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }

const frozen = (condition: Condition): Condition => Object.freeze(condition)

/** The attribute is there, whatever it holds. */
export const exists = (path: DocumentPath): Condition => frozen({ kind: 'exists', path })

/** The attribute is not there; also true where a parent is missing, and of an item that does not exist. */
export const absent = (path: DocumentPath): Condition => frozen({ kind: 'absent', path })

/** False where the attribute is absent, for every operator but `<>`. Maps, lists and sets know only `=` and `<>`. */
export const compareTo = (path: DocumentPath, operator: Comparator, value: AttributeValue): Condition =>
  frozen({ kind: 'compare', path, operator, value })

export const equals = (path: DocumentPath, value: AttributeValue): Condition => compareTo(path, '=', value)

export const between = (path: DocumentPath, low: ScalarValue, high: ScalarValue): Condition =>
  frozen({ kind: 'between', path, low, high })

export const isIn = (path: DocumentPath, values: readonly AttributeValue[]): Condition =>
  frozen({ kind: 'in', path, values })

export const beginsWith = (path: DocumentPath, prefix: string | Uint8Array): Condition =>
  frozen({ kind: 'begins-with', path, prefix })

/** A set or list has the element, or a string or binary has the part. */
export const contains = (path: DocumentPath, element: ScalarValue): Condition =>
  frozen({ kind: 'contains', path, element })

export const hasType = (path: DocumentPath, type: AttributeType): Condition => frozen({ kind: 'has-type', path, type })

/**
 * Length of a string (UTF-16 units as DynamoDB's Java counts), bytes of a binary, members of a set, list or map. What has
 * no size satisfies only `<>`.
 */
export const hasSize = (path: DocumentPath, operator: Comparator, size: number): Condition =>
  frozen({ kind: 'size', path, operator, size })

/** True of everything when empty. One condition is returned as it is; nested conjunctions are flattened. */
export function all(conditions: readonly Condition[]): Condition {
  const flat = conditions.flatMap((condition) => (condition.kind === 'all' ? condition.conditions : [condition]))
  return flat.length === 1 ? flat[0]! : frozen({ kind: 'all', conditions: Object.freeze(flat) })
}

/** False of everything when empty. */
export function any(conditions: readonly Condition[]): Condition {
  return conditions.length === 1 ? conditions[0]! : frozen({ kind: 'any', conditions: Object.freeze([...conditions]) })
}

export const not = (condition: Condition): Condition => frozen({ kind: 'not', condition })

/** Every path that the condition is about. */
export function pathsIn(condition: Condition): readonly DocumentPath[] {
  if (condition.kind === 'not') return pathsIn(condition.condition)
  if (condition.kind === 'all' || condition.kind === 'any') return condition.conditions.flatMap(pathsIn)
  return [condition.path]
}

/**
 * The update language: how an item changes, as a list of actions on disjoint paths.
 *
 * Plain frozen values, like conditions. Their one meaning is `apply`; all actions see the item as it was before the update.
 *
 * @module
 */
import type { AttributeSet, AttributeValue } from '../data/attribute-value.ts'
import type { DocumentPath } from '../data/document-path.ts'
import type { StoredNumber } from '../data/number.ts'

/** A change of one path of an item, as plain data. */
export type UpdateAction =
  | { readonly kind: 'set'; readonly path: DocumentPath; readonly value: AttributeValue }
  | { readonly kind: 'remove'; readonly path: DocumentPath }
  | { readonly kind: 'append'; readonly path: DocumentPath; readonly values: readonly AttributeValue[] }
  | { readonly kind: 'increment'; readonly path: DocumentPath; readonly by: StoredNumber }
  | { readonly kind: 'add-to-set'; readonly path: DocumentPath; readonly elements: AttributeSet }
  | { readonly kind: 'remove-from-set'; readonly path: DocumentPath; readonly elements: AttributeSet }

/**
 * What becomes of an item, all at once: no two actions are on one path or on a path inside of another's. `apply`
 * gives its meaning.
 */
export type Update = readonly UpdateAction[]

const frozen = (action: UpdateAction): UpdateAction => Object.freeze(action)

/** The parent must exist and be a map (or list). */
export const set = (path: DocumentPath, value: AttributeValue): UpdateAction => frozen({ kind: 'set', path, value })

/** Removing what is not there is no error, as long as the parent is. */
export const remove = (path: DocumentPath): UpdateAction => frozen({ kind: 'remove', path })

/** Adds to the end of a list; an absent list counts as empty. */
export const append = (path: DocumentPath, values: readonly AttributeValue[]): UpdateAction =>
  frozen({ kind: 'append', path, values })

/** Adds to a number; an absent number counts as zero. */
export const increment = (path: DocumentPath, by: StoredNumber): UpdateAction => frozen({ kind: 'increment', path, by })

/** Adds elements; an absent set counts as empty. */
export const addToSet = (path: DocumentPath, elements: AttributeSet): UpdateAction =>
  frozen({ kind: 'add-to-set', path, elements })

/** Removes elements; a set that becomes empty is removed, since DynamoDB has no empty sets. */
export const removeFromSet = (path: DocumentPath, elements: AttributeSet): UpdateAction =>
  frozen({ kind: 'remove-from-set', path, elements })

/** Whether it adds elements to a set or removes some, whatever else is in the set. */
export const changesElements = (
  action: UpdateAction,
): action is Extract<UpdateAction, { readonly elements: AttributeSet }> =>
  action.kind === 'add-to-set' || action.kind === 'remove-from-set'

/** Changes nothing, whatever the item: DynamoDB has no empty sets, so that adding or removing one means no action at all. */
export const isIdle = (action: UpdateAction): boolean => changesElements(action) && action.elements.size === 0

/**
 * `draftwork/store`: what a store of your own is made of. Its errors, and what conditions, updates and plans mean, so that
 * it refuses and does the same as the stores of this package, which are made of the same.
 *
 * @module
 */
export {
  type AttributeList,
  type AttributeMap,
  type AttributeSet,
  type AttributeType,
  type AttributeValue,
  compare,
  equal,
  type ScalarValue,
  scalarKey,
  typeOf,
} from '../data/attribute-value.ts'
export type { DocumentPath } from '../data/document-path.ts'
export { addressKey, type Item, type ItemAddress, type ItemKey, itemSize, keyOf } from '../data/item.ts'
export { Decimal, numberText, parseNumber, type StoredNumber } from '../data/number.ts'
export { parseValue, valueText } from '../data/value-text.ts'
export { engineError } from '../errors.ts'
export { apply, InapplicableUpdate } from '../expression/apply.ts'
export { evaluate } from '../expression/evaluate.ts'
export type { Update, UpdateAction } from '../expression/update.ts'
export { acceptPlan, type InvalidPlan, itemProblem } from './accept-plan.ts'
export { acceptBatch, itemAfter } from './bulk-write.ts'
export { changeTable } from './change-table.ts'
export { checkChangesRequest } from './changes.ts'
export { assertSameKeys, keyNames, keyProblem, valuesProblem } from './check-keys.ts'
export { requestProblem } from './check-request.ts'
export { type Decision, decide } from './decide.ts'
export { indexed } from './indexed.ts'
export { dynamodbLimits } from './limits.ts'
export { PageBuilder } from './page-builder.ts'
export { RecentPlans } from './recent-plans.ts'
export { give } from './stored-value.ts'

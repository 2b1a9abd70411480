/**
 * The gate for plans: copies and freezes every value, and refuses what no store could apply whatever its items are.
 *
 * Pure, like `decide.ts`: for every adapter that evaluates plans itself, so that all refuse the same in the same words.
 *
 * @module
 */
import type { AttributeMap } from '../data/attribute-value.ts'
import { equal } from '../data/attribute-value.ts'
import { type DocumentPath, printPath } from '../data/document-path.ts'
import { addressKey, type Item, itemSize, valueSize } from '../data/item.ts'
import { isIdle, type Update, type UpdateAction } from '../expression/update.ts'
import { indexProblem, keyNames, keyProblem } from './check-keys.ts'
import type { CommitOutcome } from './commit-outcome.ts'
import type { StoreLimits } from './limits.ts'
import { storedSize, storedSizeName } from './stored-size.ts'
import { take } from './stored-value.ts'
import type { TableDefinition } from './table-definition.ts'
import { updatePathsProblem } from './update-paths.ts'
import type { WriteAction, WritePlan } from './write-plan.ts'

/** A plan that no store could ever apply, and why. */
export type InvalidPlan = CommitOutcome & { readonly kind: 'invalid' }

export const invalid = (reason: string, position?: number): InvalidPlan => ({ kind: 'invalid', reason, position })

/** The plan's actions with values of their own, or the outcome of a plan that can never be applied. */
export function acceptPlan(
  { actions }: WritePlan,
  definitionOf: (action: WriteAction) => TableDefinition,
  limits: StoreLimits,
): readonly WriteAction[] | InvalidPlan {
  if (actions.length > limits.actions) {
    return invalid(`A plan takes at most ${limits.actions} actions, got ${actions.length}`)
  }
  for (const [position, action] of actions.entries()) {
    const problem = keyProblem(definitionOf(action), action.key)
    if (problem) return invalid(problem, position)
  }
  const unsound = unsoundPlan(actions)
  if (unsound) return unsound
  const accepted: WriteAction[] = []
  let bytes = 0
  for (const [position, action] of actions.entries()) {
    const own = acceptAction(action, definitionOf(action), limits)
    if (typeof own === 'string') return invalid(own, position)
    accepted.push(own)
    bytes += actionBytes(own)
    if (bytes > limits.planBytes) return invalid(`A plan takes at most ${limits.planBytes} bytes`, position)
  }
  return accepted
}

/** What is wrong with a plan whatever the tables are; undefined for a sound one. */
export function unsoundPlan(actions: readonly WriteAction[]): InvalidPlan | undefined {
  if (actions.length === 0) return invalid('A plan needs at least one action')
  const seen = new Map<string, number>()
  for (const [position, action] of actions.entries()) {
    const address = addressKey(action)
    const earlier = seen.get(address)
    if (earlier !== undefined) return invalid(`Actions ${earlier} and ${position} are on the same item`, position)
    seen.set(address, position)
    if (action.kind !== 'put') continue
    // DynamoDB takes the key from the item, so another one there would be written to another place.
    const stray = Object.keys(action.key).find((name) => !equal(action.item[name], action.key[name]))
    if (stray !== undefined) return invalid(`The item put has another ${stray} than its key`, position)
  }
  return undefined
}

/** The action with values of its own, or what is wrong with it. */
function acceptAction(action: WriteAction, definition: TableDefinition, limits: StoreLimits): WriteAction | string {
  const key = take(action.key)
  if ('problem' in key) return key.problem
  const own = { ...action, key: key.value as WriteAction['key'] }
  if (own.kind === 'put') {
    const item = take(own.item)
    if ('problem' in item) return item.problem
    return itemProblem(item.value as Item, definition, limits) ?? { ...own, item: item.value as Item }
  }
  if (own.kind === 'update') {
    const update = acceptUpdate(own.update, keyNames(definition))
    return typeof update === 'string' ? update : { ...own, update }
  }
  return own
}

/** What keeps an item from its table, beside its key. */
export function itemProblem(item: Item, definition: TableDefinition, limits: StoreLimits): string | undefined {
  const size = storedSize(definition, item)
  if (size > limits.itemBytes) return `Expected at most ${limits.itemBytes} ${storedSizeName(definition)}, got ${size}`
  return indexProblem(definition, item)
}

function acceptUpdate(update: Update, keys: readonly string[]): Update | string {
  const effective = update.filter((action) => !isIdle(action))
  const problem = updatePathsProblem(effective, keys)
  if (problem) return problem
  const accepted: UpdateAction[] = []
  for (const action of effective) {
    const own = acceptUpdateAction(action)
    if (typeof own === 'string') return own
    accepted.push(own)
  }
  return accepted
}

function acceptUpdateAction(action: UpdateAction): UpdateAction | string {
  const { path } = action
  switch (action.kind) {
    case 'set':
      return withOwn(path, take(action.value, path.length), (value) => ({ ...action, value }))
    case 'remove':
      return action
    case 'append':
      return withOwn(path, take(action.values, path.length), (values) => ({
        ...action,
        values: values as typeof action.values,
      }))
    case 'increment':
      return withOwn(path, take(action.by), (by) => ({ ...action, by: by as typeof action.by }))
    case 'add-to-set':
    case 'remove-from-set':
      return withOwn(path, take(action.elements), (elements) => ({
        ...action,
        elements: elements as typeof action.elements,
      }))
    default:
      return action satisfies never
  }
}

const withOwn = (
  path: DocumentPath,
  taken: ReturnType<typeof take>,
  make: (value: AttributeMap[string]) => UpdateAction,
): UpdateAction | string => ('problem' in taken ? `${taken.problem} (${printPath(path)})` : make(taken.value))

/** What the action brings along; not what is stored already. */
function actionBytes(action: WriteAction): number {
  if (action.kind === 'put') return itemSize(action.item)
  let bytes = itemSize(action.key)
  if (action.kind !== 'update') return bytes
  for (const each of action.update) {
    if (each.kind === 'set') bytes += valueSize(each.value)
    else if (each.kind === 'append') bytes += valueSize(each.values)
    else if (each.kind === 'increment') bytes += valueSize(each.by)
    else if (each.kind !== 'remove') bytes += valueSize(each.elements)
  }
  return bytes
}

/**
 * Steps of an entry as they read today: what one did to a record in another form of its schema is the difference that it makes
 * in the present one.
 *
 * @module
 */
import { type Item, type ItemAddress, printKey } from '../data/item.ts'
import { type EngineError, engineError } from '../errors.ts'
import { diff } from '../expression/diff.ts'
import { recordChanges, redo } from '../journal/change.ts'
import type { Step } from '../journal/entry.ts'
import { itemAs, schemaVersionOf } from '../model/migrate.ts'
import type { AnyModel } from '../model/model.ts'
import { isBranchPath } from '../model/shape.ts'
import { attempt } from './image.ts'

/**
 * `stored` is the record before the first step, as it was stored. Of domain events only the names and payloads are of use
 * then: their reducers tell what they do today.
 */
export function stepsToday(
  model: AnyModel,
  address: ItemAddress,
  steps: readonly Step[],
  stored: Item | undefined,
): readonly Step[] {
  const { migrations, version } = model.definition
  if (!migrations || steps.every(({ name }) => name !== undefined)) return steps
  let after = stored
  return steps.map((step) => {
    const before = after
    const next = before && attempt(() => redo(step.changes, before))
    if (!before || !next?.known || !next.item) throw changedByOthers(model, address)
    after = next.item
    const isToday = [before, next.item].every((item) => schemaVersionOf(model, item) === version)
    return isToday || step.name !== undefined ? step : { ...step, changes: changesToday(model, before, next.item) }
  })
}

/** In which form the record was in between cannot be told. */
export const changedByOthers = (model: AnyModel, { key }: ItemAddress): EngineError =>
  engineError(
    'INVALID_ARGUMENT',
    `Another program has changed ${model.name} ${printKey(key)}, so that its history cannot be folded.`,
    { argument: 'key' },
  )

function changesToday(model: AnyModel, from: Item, to: Item) {
  const before = itemAs(model, from)
  const images = { stored: before, before, after: itemAs(model, to) }
  const changes = recordChanges(diff(images, isBranchPath(model.shape)), before)
  // What is made of the record's fields is made anew with them.
  return changes.filter(({ path }) => !model.definition.hidden.has(String(path[0])))
}

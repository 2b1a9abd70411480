/**
 * What is wrong with a plan before anything is sent.
 *
 * @module
 */
import { equal } from '../../core/data/attribute-value.ts'
import { addressKey } from '../../core/data/item.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'

/** The outcome of a plan that must not be sent; undefined for a sound one. */
export function checkPlan({ actions }: WritePlan): (CommitOutcome & { kind: 'invalid' }) | undefined {
  if (actions.length === 0) return { kind: 'invalid', reason: 'A plan needs at least one action' }
  const seen = new Map<string, number>()
  for (const [position, action] of actions.entries()) {
    const address = addressKey(action)
    const earlier = seen.get(address)
    if (earlier !== undefined) {
      return { kind: 'invalid', position, reason: `Actions ${earlier} and ${position} are on the same item` }
    }
    seen.set(address, position)
    if (action.kind !== 'put') continue
    // DynamoDB takes the key from the item, so another one there would be written to another place.
    const stray = Object.keys(action.key).find((name) => !equal(action.item[name], action.key[name]))
    if (stray !== undefined) {
      return { kind: 'invalid', position, reason: `The item put at ${position} has another ${stray} than its key` }
    }
  }
  return undefined
}

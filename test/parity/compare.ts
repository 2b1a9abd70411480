/**
 * Runs cases on two stores and says where they differ in outcome, failed positions, images or items.
 *
 * @module
 */
import fc from 'fast-check'
import { type AttributeValue, equal } from '../../core/data/attribute-value.ts'
import type { Item } from '../../core/data/item.ts'
import { apply, InapplicableUpdate } from '../../core/expression/apply.ts'
import { evaluate } from '../../core/expression/evaluate.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { Store } from '../../core/store/store.ts'
import type { WriteAction } from '../../core/store/write-plan.ts'
import { always, type Step } from './steps.ts'

export interface NamedStore {
  readonly name: string
  readonly store: Store
  readonly isDynamodbLocal?: boolean
}

export const table = 'parity'

/** The outcome that both gave; throws where they gave different ones. `prefix` begins keys that nothing else uses. */
export async function compare(
  one: NamedStore,
  other: NamedStore,
  cases: readonly Step[],
  prefix: string,
): Promise<CommitOutcome> {
  const [mine, theirs] = await Promise.all([run(one.store, cases, prefix), run(other.store, cases, prefix)])
  if (!same(mine.items, theirs.items)) {
    const [a, b] = [fc.stringify(mine.items), fc.stringify(theirs.items)]
    throw new Error(`Items: ${one.name} ${a}, ${other.name} ${b}`)
  }
  const isGap = other.isDynamodbLocal && isLocalGap(cases, mine.outcome, theirs.outcome)
  if (!equal(meaning(mine.outcome), meaning(theirs.outcome)) && !isGap) {
    const [a, b] = [describe(mine.outcome), describe(theirs.outcome)]
    throw new Error(`Outcome: ${one.name} ${a}, ${other.name} ${b}`)
  }
  return theirs.outcome
}

async function run(store: Store, cases: readonly Step[], prefix: string) {
  const keyOf = (i: number) => ({ id: `${prefix}-${i}` })
  const seeds = cases.flatMap(({ present }, i): WriteAction[] => {
    const key = keyOf(i)
    return present ? [{ kind: 'put', table, key, item: { ...key, ...present }, condition: always }] : []
  })
  if (seeds.length > 0) {
    const seeded = await store.commit(plan(seeds))
    if (seeded.kind !== 'committed') throw new Error(`Seeding: ${describe(seeded)}`)
  }
  const actions = cases.map(({ condition, write }, i): WriteAction => {
    const target = { table, key: keyOf(i), condition }
    return write.kind === 'put'
      ? { ...target, kind: 'put', item: { ...keyOf(i), ...write.attributes } }
      : { ...target, ...write }
  })
  const outcome = await store.commit(plan(actions))
  const keys = cases.map((_, i) => ({ table, key: keyOf(i) }))
  return { outcome, items: await store.read(keys, { consistent: true }) }
}

export const plan = (actions: readonly WriteAction[]) => ({ id: globalThis.crypto.randomUUID(), actions })

export const describe = (outcome: CommitOutcome): string => fc.stringify({ ...outcome, cause: undefined })

/** What of an outcome must be the same: not the words. */
const meaning = (outcome: CommitOutcome): AttributeValue =>
  outcome.kind === 'conflict'
    ? outcome.failures.map(({ position, present }) => [position, present ?? null])
    : outcome.kind

/**
 * DynamoDB Local refuses a plan for an update that does not fit before it looks at the other actions' conditions; the
 * service names both in its cancellation reasons, and the condition wins.
 */
function isLocalGap(cases: readonly Step[], memory: CommitOutcome, dynamodb: CommitOutcome): boolean {
  if (memory.kind !== 'conflict' || dynamodb.kind !== 'invalid') return false
  return cases.some(({ present, condition, write }, i) => {
    const item = present && { id: String(i), ...present }
    if (write.kind !== 'update' || !evaluate(condition, item)) return false
    try {
      apply(write.update, item ?? {})
      return false
    } catch (error) {
      return error instanceof InapplicableUpdate
    }
  })
}

const same = (a: readonly (Item | undefined)[], b: readonly (Item | undefined)[]): boolean =>
  a.length === b.length && a.every((item, i) => equal(item, b[i]))

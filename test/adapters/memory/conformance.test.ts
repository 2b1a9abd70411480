import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { all } from '../../../core/expression/condition.ts'
import type { Store } from '../../../core/store/store.ts'
import { storeConformance } from '../../conformance/index.ts'
import { passingStore } from '../../support/passing-store.ts'

for (const { name, run } of storeConformance('memory', memoryStore)) test(name, run)

const silent = () => memoryStore({ changeLog: false })
for (const { name, run } of storeConformance('memory without a log', silent, { lacks: ['changes'] })) test(name, run)

const stuttering = () => memoryStore({ adversity: { seed: 3, repeatChanges: 0.5 } })
for (const { name, run } of storeConformance('memory that repeats changes', stuttering)) test(name, run)

// Wrapped stores are stores: the suite neither knows nor minds what is around one.

const calm = () => memoryStore({ adversity: { seed: 1, throttle: 0, duplicate: 0, staleReads: 0, staleIndexes: 0 } })
for (const { name, run } of storeConformance('memory with no adversity', calm)) test(name, run)

for (const { name, run } of storeConformance('memory behind a wrapper', () => passingStore(memoryStore())))
  test(name, run)

// The suite itself: it must not be content with everything.

async function failures(createStore: () => Store): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { name, run } of storeConformance('broken', createStore)) await run().catch(() => failed.push(name))
  return failed
}

test('a store that ignores conditions fails', async () => {
  const failed = await failures(() => {
    const store = memoryStore()
    const blind: Store['commit'] = ({ id, actions }, options) =>
      store.commit({ id, actions: actions.map((action) => ({ ...action, condition: all([]) })) }, options)
    return { ...store, commit: blind }
  })
  assert.ok(failed.includes('broken commit: answers a failed condition with the present item'))
  assert.ok(failed.includes('broken concurrency: of many who create one item, one succeeds'))
})

test('a store that applies the actions of a plan one by one fails', async () => {
  const failed = await failures(() => {
    const store = memoryStore()
    const piecemeal: Store['commit'] = async ({ id, actions }, options) => {
      for (const [i, action] of actions.entries()) {
        const outcome = await store.commit({ id: `${id}-${i}`, actions: [action] }, options)
        if (outcome.kind !== 'committed') return outcome
      }
      return { kind: 'committed' }
    }
    return { ...store, commit: piecemeal }
  })
  assert.ok(failed.includes('broken commit: applies nothing when one condition fails, and lists every failure'))
  assert.ok(failed.includes('broken commit: applies a plan of several actions once, however often it is sent'))
})

test('a known gap must be the name of a case, and must fail', async () => {
  assert.throws(() => storeConformance('memory', memoryStore, { knownGaps: { 'read: nonsense': 'x' } }), /nonsense/)
  const gap = 'read: answers nothing for no addresses'
  const cases = storeConformance('memory', memoryStore, { knownGaps: { [gap]: 'closed since' } })
  const closed = cases.find(({ name }) => name.endsWith(gap))
  const message = await closed?.run().catch((error: Error) => error.message)
  assert.match(String(message), /is closed: strike it/)
  const throttled = () => memoryStore({ adversity: { seed: 1, throttle: 1 } })
  const kept = 'commit: answers a failed condition with the present item'
  const open = storeConformance('throttled', throttled, { knownGaps: { [kept]: 'it never commits' } })
  await open.find(({ name }) => name.endsWith(kept))?.run()
})

test.run()

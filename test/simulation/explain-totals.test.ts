/**
 * Totals that are explained and totals that are not.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Effect, explainTotals } from './explain-totals.ts'

const move = (outcome: Effect['outcome'], amount: number): Effect => ({ outcome, adds: { a: -amount, b: amount } })
const wrong = (effects: readonly Effect[], after: Record<string, number>): readonly string[] =>
  explainTotals({ a: 10, b: 0 }, effects, after).map(({ story }) => story)

test('successes count once, failures never', () => {
  assert.equal(wrong([move('ok', 3), move('fail', 5)], { a: 7, b: 3 }), [])
})

test('an unknown outcome may be either, for all its totals', () => {
  assert.equal(wrong([move('unknown', 3)], { a: 10, b: 0 }), [])
  assert.equal(wrong([move('unknown', 3)], { a: 7, b: 3 }), [])
  assert.is(wrong([move('unknown', 3)], { a: 7, b: 0 }).length, 1)
})

test('finds lost and double effects and those of failures', () => {
  assert.equal(wrong([move('ok', 3)], { a: 10, b: 0 }), [
    'a is 10, 3 too much (0 unknown)',
    'b is 0, 3 too little (0 unknown)',
  ])
  assert.is(wrong([move('ok', 3)], { a: 4, b: 6 }).length, 2)
  assert.is(wrong([move('fail', 3)], { a: 7, b: 3 }).length, 2)
})

test.run()

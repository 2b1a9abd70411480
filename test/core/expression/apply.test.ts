import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AttributeMap, equal, isList } from '../../../core/data/attribute-value.ts'
import { overlap, valueAt } from '../../../core/data/document-path.ts'
import { apply, InapplicableUpdate } from '../../../core/expression/apply.ts'
import {
  addToSet,
  append,
  increment,
  remove,
  removeFromSet,
  set,
  type Update,
} from '../../../core/expression/update.ts'
import { attributes, updateActionOn, updateOn } from '../../parity/arbitrary.ts'

// Each kind of update has its examples in test/conformance/updates.ts, which memory runs through `apply`.

/** The item after the update; undefined where it does not fit. */
function attempt(update: Update, item: AttributeMap): AttributeMap | undefined {
  try {
    return apply(update, item)
  } catch (error) {
    if (error instanceof InapplicableUpdate) return undefined
    throw error
  }
}

const throughLists = (update: Update, item: AttributeMap): boolean =>
  update.some(({ path }) => path.some((_, i) => isList(valueAt(item, path.slice(0, i)))))

test('actions on disjoint paths commute, in one update or one after the other', () => {
  const pair = attributes.chain((item) => fc.tuple(fc.constant(item), updateActionOn(item), updateActionOn(item)))
  fc.assert(
    fc.property(pair, ([item, a, b]) => {
      fc.pre(!overlap(a.path, b.path))
      const together = attempt([a, b], item)
      assert.ok(equal(together, attempt([b, a], item)))
      // One after the other, an element may have moved before the second looks.
      if (throughLists([a, b], item)) return
      const [afterA, afterB] = [attempt([a], item), attempt([b], item)]
      assert.ok(equal(together, afterA && attempt([b], afterA)))
      assert.ok(equal(together, afterB && attempt([a], afterB)))
    }),
    { numRuns: 1000 },
  )
})

test('what no path names is left as it was, and shared', () => {
  const pair = attributes.chain((item) => fc.tuple(fc.constant(item), updateOn(item)))
  fc.assert(
    fc.property(pair, ([item, update]) => {
      const before = structuredClone(Object.keys(item))
      const next = attempt(update, item)
      assert.equal(Object.keys(item), before)
      if (next === undefined) return
      for (const name of Object.keys(item)) {
        if (update.every(({ path }) => path[0] !== name)) assert.is(next[name], item[name])
      }
    }),
  )
})

test('an update without actions changes nothing', () => {
  fc.assert(fc.property(attributes, (item) => assert.is(apply([], item), item)))
  assert.equal(apply([addToSet(['s'], new Set()), removeFromSet(['m', 's'], new Set())], {}), {})
})

test('set then look: the value is there', () => {
  const fitting = attributes.chain((item) => fc.tuple(fc.constant(item), updateActionOn(item)))
  fc.assert(
    fc.property(fitting, ([item, action]) => {
      if (action.kind !== 'set' || throughLists([action], item)) return
      const next = attempt([action], item)
      if (next) assert.ok(equal(valueAt(next, action.path), action.value))
    }),
  )
})

test('removing elements before a removal inside a later one keeps to the indexes before', () => {
  // Found by reading: the element went first, and the removal inside hit its neighbour.
  const item = { l: [0, { x: 1, y: 2 }, { x: 3 }] }
  assert.equal(apply([remove(['l', 0]), remove(['l', 1, 'x'])], item), { l: [{ y: 2 }, { x: 3 }] })
})

test('removing past the end does not remove what the same update appends', () => {
  assert.equal(apply([set(['l', 9], 'new'), remove(['l', 1])], { l: ['a'] }), { l: ['a', 'new'] })
})

test('a misfit says where, what was expected and what is there', () => {
  const message = (update: Update, item: AttributeMap): string => {
    try {
      apply(update, item)
    } catch (error) {
      return String(error)
    }
    return 'no error'
  }
  assert.match(message([append(['l'], [1])], { l: 'x' }), 'Expected a list at l, found S')
  assert.match(message([increment(['m', 'n'], 1)], { m: { n: null } }), 'Expected a number at m.n, found NULL')
  assert.match(
    message([addToSet(['s'], new Set([1]))], { s: new Set(['a']) }),
    'Expected a set of one type at s, found SS',
  )
  assert.match(message([set(['m', 'k'], 1)], {}), 'No parent for m.k')
  assert.match(message([increment(['n'], 0.1)], { n: 10n ** 38n }), 'at most 38 significant digits at n')
})

test.run()

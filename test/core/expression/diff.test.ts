/** The law of `diff`: applied to what is stored, it gives what was wanted, and touches nothing else. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AttributeValue, equal } from '../../../core/data/attribute-value.ts'
import { overlap } from '../../../core/data/document-path.ts'
import type { Item } from '../../../core/data/item.ts'
import { apply } from '../../../core/expression/apply.ts'
import { diff } from '../../../core/expression/diff.ts'

const name = fc.constantFrom('a', 'b', 'c', 'd')
const scalar = fc.oneof(fc.constantFrom('', 'x', 'y'), fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.constant(null))
const set = fc.oneof(
  fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { minLength: 1 }).map((all) => new Set(all)),
  fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1 }).map((all) => new Set(all)),
)
const value: fc.Arbitrary<AttributeValue> = fc.letrec<{ node: AttributeValue }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    set,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(name, tie('node'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).node
const item: fc.Arbitrary<Item> = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true })
const merge = fc.func(fc.boolean()).map((mergeable) => (path: readonly unknown[]) => mergeable(path.join('.')))

const check = (wanted: Item, got: Item) =>
  assert.ok(equal(wanted, got), `${fc.stringify(got)}, not ${fc.stringify(wanted)}`)

test('apply(diff(before, after), before) is after', () => {
  void fc.assert(
    fc.property(item, item, merge, (before, after, mergeable) => {
      const update = diff({ stored: before, before, after }, mergeable)
      check(after, apply(update, before))
    }),
    { numRuns: 3000 },
  )
})

test('nothing changed, nothing to do; and no two actions of an update meet', () => {
  void fc.assert(
    fc.property(item, item, merge, (before, after, mergeable) => {
      assert.equal(diff({ stored: before, before, after: structuredClone(before) }, mergeable), [])
      const update = diff({ stored: before, before, after }, mergeable)
      for (const [i, a] of update.entries()) for (const b of update.slice(i + 1)) assert.not(overlap(a.path, b.path))
    }),
    { numRuns: 1000 },
  )
})

test('what only defaults knew is stored where it was changed, whole, and else left out', () => {
  void fc.assert(
    fc.property(item, item, fc.uniqueArray(name), merge, (before, after, missing, mergeable) => {
      const stored = Object.fromEntries(
        Object.entries(before).filter(([each]) => !(missing as string[]).includes(each)),
      )
      const result = apply(diff({ stored, before, after }, mergeable), stored)
      const untouched = Object.keys(before).filter((each) => !(each in stored) && equal(before[each], after[each]))
      check(
        Object.fromEntries(Object.entries(after).filter(([each]) => !(untouched as string[]).includes(each))),
        result,
      )
    }),
    { numRuns: 3000 },
  )
})

test('what the record does not know of stays', () => {
  void fc.assert(
    fc.property(item, item, value, merge, (before, after, foreign, mergeable) => {
      const result = apply(diff({ stored: { ...before, foreign }, before, after }, mergeable), { ...before, foreign })
      check({ ...after, foreign }, result)
    }),
    { numRuns: 1000 },
  )
})

test.run()

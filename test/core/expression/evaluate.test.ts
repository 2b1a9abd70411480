import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { valueAt } from '../../../core/data/document-path.ts'
import {
  absent,
  all,
  any,
  beginsWith,
  between,
  type Condition,
  compareTo,
  contains,
  equals,
  exists,
  hasSize,
  hasType,
  isIn,
  not,
} from '../../../core/expression/condition.ts'
import { evaluate } from '../../../core/expression/evaluate.ts'
import { attributes, conditionOn } from '../../parity/arbitrary.ts'

// Each kind of condition has its examples in test/conformance/conditions.ts, which memory runs through `evaluate`.

const itemAndConditions = fc
  .option(attributes, { nil: undefined })
  .chain((item) => fc.tuple(fc.constant(item), conditionOn(item), conditionOn(item)))

test('negation, conjunction and disjunction are those of logic', () => {
  fc.assert(
    fc.property(itemAndConditions, ([item, a, b]) => {
      const holds = (condition: Condition): boolean => evaluate(condition, item)
      assert.is(holds(not(a)), !holds(a))
      assert.is(holds(all([a, b])), holds(a) && holds(b))
      assert.is(holds(any([a, b])), holds(a) || holds(b))
      assert.is(holds(not(all([a, b]))), holds(any([not(a), not(b)])))
      assert.ok(holds(all([])))
      assert.not(holds(any([])))
    }),
  )
})

test('kinds that say the same agree', () => {
  fc.assert(
    fc.property(itemAndConditions, ([item, condition]) => {
      const holds = (condition: Condition): boolean => evaluate(condition, item)
      if (condition.kind === 'exists') assert.is(holds(condition), !holds(absent(condition.path)))
      if (condition.kind === 'in') {
        const { path, values } = condition
        assert.is(holds(condition), holds(any(values.map((each) => equals(path, each)))))
      }
      if (condition.kind === 'between') {
        const { path, low, high } = condition
        assert.is(holds(condition), holds(all([compareTo(path, '>=', low), compareTo(path, '<=', high)])))
      }
      if (condition.kind === 'compare') {
        const { path, value } = condition
        const present = valueAt(item, path)
        assert.is(holds(equals(path, value)), !holds(compareTo(path, '<>', value)))
        if (present !== undefined) assert.ok(holds(equals(path, present)))
      }
    }),
  )
})

test('an item that does not exist has no attributes', () => {
  assert.ok(evaluate(absent(['id']), undefined))
  assert.ok(evaluate(compareTo(['a'], '<>', 1), undefined))
  assert.ok(evaluate(hasSize(['a'], '<>', 1), undefined))
  for (const condition of [
    exists(['id']),
    equals(['a'], 1),
    compareTo(['a'], '<', 1),
    between(['a'], 1, 2),
    isIn(['a'], [1]),
    beginsWith(['a'], ''),
    contains(['a'], 'x'),
    hasType(['a'], 'NULL'),
    hasSize(['a'], '=', 0),
  ]) {
    assert.not(evaluate(condition, undefined), condition.kind)
  }
})

test('nested conjunctions are flattened, and one condition stays itself', () => {
  const [a, b, c] = [exists(['a']), exists(['b']), exists(['c'])]
  assert.equal(all([a, all([b, c])]), { kind: 'all', conditions: [a, b, c] })
  assert.is(all([a]), a)
  assert.is(any([a]), a)
  assert.is(all([all([a])]), a)
})

test.run()

import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { overlap, pathKey, printPath, startsWith, valueAt } from '../../../core/data/document-path.ts'

const path = fc.array(fc.oneof(fc.constantFrom('a', 'b', '0', 'a.b', '[0]'), fc.integer({ min: 0, max: 2 })), {
  maxLength: 3,
})

test('a path prints as people write it', () => {
  assert.is(printPath(['home', 'city']), 'home.city')
  assert.is(printPath(['items', 0, 'price']), 'items[0].price')
  assert.is(printPath(['prices', 'per unit']), 'prices."per unit"')
  assert.is(printPath([]), '')
})

test('no two paths share a key or a print', () => {
  fc.assert(
    fc.property(path, path, (a, b) => {
      const same = a.length === b.length && a.every((step, i) => step === b[i])
      assert.is(pathKey(a) === pathKey(b), same)
      assert.is(printPath(a) === printPath(b), same)
    }),
  )
})

test('paths overlap when one begins with the other', () => {
  fc.assert(
    fc.property(path, path, (a, b) => {
      assert.is(overlap(a, b), overlap(b, a))
      assert.is(overlap(a, b), startsWith(a, b) || startsWith(b, a))
      assert.ok(overlap(a, [...a, ...b]))
    }),
  )
})

test('a value is found by names in maps and by numbers in lists only', () => {
  const item = { m: { list: ['x', { y: 1 }] }, text: 'abc', nil: null }
  assert.is(valueAt(item, ['m', 'list', 1, 'y']), 1)
  assert.is(valueAt(item, ['nil']), null)
  assert.is(valueAt(item, []), item)
  for (const absent of [
    ['m', 0],
    ['m', 'list', '0'],
    ['text', 0],
    ['text', 'length'],
    ['m', 'toString'],
    ['x', 'y'],
  ]) {
    assert.is(valueAt(item, absent), undefined)
  }
  assert.is(valueAt(undefined, ['m']), undefined)
})

test.run()

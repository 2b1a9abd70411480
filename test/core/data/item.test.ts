import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { equal } from '../../../core/data/attribute-value.ts'
import { addressKey, itemSize, keyOf, utf8Size, valueSize } from '../../../core/data/item.ts'
import { scalar } from '../../parity/arbitrary.ts'

test('text is sized as UTF-8', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.is(utf8Size(text), Buffer.byteLength(text))))
})

test('an item is sized by the rule that DynamoDB documents', () => {
  assert.is(itemSize({}), 0)
  assert.is(itemSize({ id: 'abc' }), 5)
  assert.is(itemSize({ é: '\u{1F600}' }), 6)
  assert.is(valueSize(null), 1)
  assert.is(valueSize(true), 1)
  assert.is(valueSize(Uint8Array.of(1, 2, 3)), 3)
  assert.is(valueSize(new Set(['a', 'bc'])), 3)
  assert.is(valueSize([]), 3)
  assert.is(valueSize(['a', 'bc']), 3 + 2 + 3)
  assert.is(valueSize({ k: 'abc' }), 3 + 1 + 1 + 3)
})

test('addresses have one key exactly when table and key are equal', () => {
  fc.assert(
    fc.property(scalar, scalar, (a, b) => {
      const key = (id: typeof a) => addressKey({ table: 't', key: { id } })
      assert.is(key(a) === key(b), equal(a, b))
    }),
  )
  const one = addressKey({ table: 't', key: { p: 'a', s: 1 } })
  assert.is(addressKey({ table: 't', key: { s: 1n, p: 'a' } }), one)
  assert.is.not(addressKey({ table: 'u', key: { p: 'a', s: 1 } }), one)
})

test('the key of an item holds the named attributes only', () => {
  assert.equal(keyOf({ p: 'a', s: 1, more: 2 }, ['p', 's']), { p: 'a', s: 1 })
})

test.run()

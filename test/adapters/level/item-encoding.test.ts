import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeItem, encodeItem } from '../../../adapters/level/item-encoding.ts'
import { type AttributeMap, equal } from '../../../core/data/attribute-value.ts'
import { parseNumber } from '../../../core/data/number.ts'
import { attributes } from '../../parity/arbitrary.ts'

test('every item comes back equal, and the same as often as it is written', () => {
  fc.assert(
    fc.property(attributes, (item) => {
      const back = decodeItem(encodeItem(item))
      assert.ok(equal(back, item))
      assert.is(encodeItem(back), encodeItem(item))
    }),
    { numRuns: 1000 },
  )
})

test('every value comes back in its own type', () => {
  const item: AttributeMap = {
    text: 'é\u{1F600}\0',
    integer: 2 ** 53 - 1,
    tiny: 1e-130,
    large: 2n ** 64n,
    decimal: parseNumber('0.12345678901234567890123456789012345678'),
    bytes: Uint8Array.of(0, 255),
    truth: false,
    nothing: null,
    texts: new Set(['N', 'list']),
    numbers: new Set([1, 2n ** 70n]),
    binaries: new Set([Uint8Array.of(1), Uint8Array.of()]),
    list: ['list', ['1', 'N'], [], [[]], 'N', { set: ['set'] }],
    map: { map: {}, '0': 1, constructor: 'x' },
  }
  assert.equal(decodeItem(encodeItem(item)), item)
})

test('what comes back is frozen deeply', () => {
  const item = decodeItem(encodeItem({ list: [{ inner: [1] }], map: { inner: {} } })) as never as {
    readonly list: readonly { readonly inner: object }[]
    readonly map: { readonly inner: object }
  }
  for (const each of [item, item.list, item.list[0], item.list[0]?.inner, item.map, item.map.inner]) {
    assert.ok(Object.isFrozen(each))
  }
})

// A database that was written before must be readable: whoever changes this has to raise FORMAT.
test('the encoding is that of format 2', () => {
  const item = {
    id: 'a',
    n: 1.5,
    big: 2n ** 64n,
    b: Uint8Array.of(1, 2),
    s: new Set(['x']),
    l: [null, true],
    m: { k: [] },
  }
  const text =
    '{"id":"a","n":1.5,"big":{"":"N18446744073709551616"},"b":{"":"BAQI="},"s":{"":["x"]},"l":[null,true],"m":{"k":[]}}'
  assert.is(encodeItem(item), text)
  assert.equal(decodeItem(text), item)
})

test.run()

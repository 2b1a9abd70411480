/**
 * Every value comes back as it was stored, at any depth, whichever way it goes in and out.
 *
 * @module
 */
import type { AttributeValue } from '../../core/data/attribute-value.ts'
import { Decimal } from '../../core/data/number.ts'
import { absent } from '../../core/expression/condition.ts'
import { set } from '../../core/expression/update.ts'
import { type Bench, type Cases, expectConflict, put, update } from './bench.ts'
import { expect, expectEqual } from './expect.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

const samples: Readonly<Record<string, readonly AttributeValue[]>> = {
  texts: ['', ' ', 'text', 'é', '\u{1F600}\u{1F468}‍\u{1F469}', 'e\u0301', '\0\n\u2028', '￿', 'x'.repeat(5000)],
  'numbers, with every digit': [
    0,
    1,
    -1,
    0.1,
    -2.5e-7,
    2 ** 53 - 1,
    1e-130,
    2n ** 53n + 1n,
    -(2n ** 80n),
    12345678901234567890123456789012345678n,
    10n ** 125n * 9n,
    new Decimal('0.12345678901234567890123456789012345678'),
    new Decimal('-1234567890123456789.0123456789012345678'),
    new Decimal('1.0000000000000000000000000000000000001e-100'),
  ],
  'true, false and null': [true, false, null],
  'binary values': [bytes(), bytes(0), bytes(...Array(256).keys())],
  sets: [
    new Set(['a', 'é', '\u{1F600}']),
    new Set(['']),
    new Set([1, -0.5, 2n ** 70n]),
    new Set([bytes(1), bytes(1, 2)]),
  ],
  'lists and maps, also empty ones': [
    [],
    {},
    [[], {}, '', null],
    { empty: {}, list: [[[]]] },
    { 'a b': 1, 'a.b': 2, '#': 3, constructor: 4, toString: 5, é: 6, ' ': 7 },
    [new Set([1]), { s: new Set(['x']), b: bytes(7), n: new Decimal('0.00000000000000000001') }, [true, [false]]],
  ],
}

async function expectRoundTrip({ commit, look, table }: Bench, values: readonly AttributeValue[]): Promise<void> {
  const name = await table()
  for (const [i, value] of values.entries()) {
    const item = { id: `item ${i}`, value, deep: { list: [value, { value }] } }
    await commit(put(name, item))
    expectEqual(await look(name, item.id), item, `value ${i} by put and read`)
    expectConflict(await commit(put(name, item, absent(['id']))), [[0, item]], `value ${i} in a conflict`)
    const other = `other ${i}`
    await commit(update(name, other, [set(['value'], value), set(['deep'], item.deep)]))
    expectEqual(await look(name, other), { ...item, id: other }, `value ${i} by update`)
  }
}

export const values: Cases = {
  ...Object.fromEntries(
    Object.entries(samples).map(([kind, values]) => [
      `keeps ${kind}`,
      (bench: Bench) => expectRoundTrip(bench, values),
    ]),
  ),
  'gives numbers in the narrowest form that holds them': async ({ commit, look, table }) => {
    const name = await table()
    await commit(put(name, { id: 'a', small: 5n, large: 2n ** 60n, exact: new Decimal('0.5'), fine: 0.1 }))
    const item = await look(name, 'a')
    expect(item?.['small'] === 5, 'Expected a small integer to be a number')
    expect(item?.['large'] === 2n ** 60n, 'Expected a large integer to be a bigint')
    expect(item?.['exact'] === 0.5 && item?.['fine'] === 0.1, 'Expected what a double holds to be a number')
  },
  'gives an item of a few hundred attributes': async ({ commit, look, table }) => {
    const name = await table()
    const item = {
      id: 'a',
      ...Object.fromEntries([...Array(300).keys()].map((i) => [`attribute ${i}`, { i, text: `value ${i}` }])),
    }
    await commit(put(name, item))
    expectEqual(await look(name, 'a'), item, 'item')
  },
}

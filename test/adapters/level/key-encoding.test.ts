import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { behind, encodeBeginning, encodeKeyValue, hashOf } from '../../../adapters/level/key-encoding.ts'
import { compare, type ScalarValue } from '../../../core/data/attribute-value.ts'
import { Decimal, type StoredNumber } from '../../../core/data/number.ts'
import { beginsWith } from '../../../core/expression/condition.ts'
import { evaluate } from '../../../core/expression/evaluate.ts'
import { bytes, number, text } from '../../parity/arbitrary.ts'

const keyText = fc.oneof(
  text,
  fc.string({ unit: fc.constantFrom('\0', '\u0001', 'a', '\u{10000}', '￿'), maxLength: 4 }),
)
const keyBytes = fc.oneof(bytes, fc.uint8Array({ maxLength: 6 }))
const keyNumber = fc.oneof(
  number,
  fc.double({ noNaN: true, min: -1e100, max: 1e100 }).filter((n) => n === 0 || Math.abs(n) > 1e-100),
)
const alike = [keyText, keyBytes, keyNumber] as fc.Arbitrary<ScalarValue>[]
const pair = fc.oneof(...alike.map((values) => fc.tuple(values, values)))

const sign = (n: number | undefined): number => Math.sign(n ?? Number.NaN)

test('the order of the bytes is the order of the values', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      assert.is(Buffer.compare(encodeKeyValue(a), encodeKeyValue(b)), sign(compare(a, b)))
    }),
    { numRuns: 5000 },
  )
})

test('numbers of every size and sign are in order', () => {
  const decimal = (text: string): StoredNumber => new Decimal(text)
  const ordered: readonly StoredNumber[] = [
    decimal('-9.9e125'),
    -(10n ** 125n),
    decimal('-12345678901234567890123456789012345678e10'),
    -100,
    -99.5,
    -10,
    -9.99,
    -9,
    -1.01,
    -1,
    -0.1,
    decimal('-1e-129'),
    decimal('-1e-130'),
    0,
    decimal('1e-130'),
    decimal('1.0000000000000000000000000000000000001e-130'),
    decimal('1e-129'),
    0.001,
    0.1,
    1,
    1.01,
    1.1,
    9,
    10,
    11,
    decimal('12.345678901234567890123456789012345678'),
    99,
    100,
    2 ** 53 - 1,
    2n ** 53n,
    12345678901234567890123456789012345677n,
    12345678901234567890123456789012345678n,
    10n ** 125n,
    decimal('9.9999999999999999999999999999999999999e125'),
  ]
  const encoded = ordered.map(encodeKeyValue)
  for (const [i, each] of encoded.slice(1).entries()) {
    assert.is(Buffer.compare(encoded[i]!, each), -1, `${ordered[i]} before ${ordered[i + 1]}`)
  }
})

test('one number is one key, whatever type holds it', () => {
  for (const same of [
    [5, 5n, new Decimal('5.0')],
    [0, -0, 0n],
    [0.25, new Decimal('25e-2')],
  ]) {
    for (const each of same) assert.equal(encodeKeyValue(each), encodeKeyValue(same[0]!))
  }
})

test('no encoding begins another, so that several follow each other without ambiguity', () => {
  const two = (values: fc.Arbitrary<ScalarValue>, more: fc.Arbitrary<ScalarValue>) =>
    fc.tuple(values, more, values, more)
  const keys = fc.oneof(...alike.flatMap((first) => alike.map((second) => two(first, second))))
  fc.assert(
    fc.property(keys, ([p1, s1, p2, s2]) => {
      const one = Buffer.concat([encodeKeyValue(p1), encodeKeyValue(s1)])
      const other = Buffer.concat([encodeKeyValue(p2), encodeKeyValue(s2)])
      assert.is(Buffer.compare(one, other), sign(compare(p1, p2)) || sign(compare(s1, s2)))
      if (compare(p1, p2) !== 0) assert.not.ok(other.subarray(0, encodeKeyValue(p1).length).equals(encodeKeyValue(p1)))
    }),
    { numRuns: 5000 },
  )
})

test('what begins with a text or bytes is a stretch of keys', () => {
  const beginning = fc.oneof(fc.tuple(keyText, keyText), fc.tuple(keyBytes, keyBytes))
  const partition = encodeKeyValue('of some partition')
  fc.assert(
    fc.property(beginning, ([value, prefix]) => {
      const key = Buffer.concat([partition, encodeKeyValue(value)])
      const first = Buffer.concat([partition, encodeBeginning(prefix)])
      const inside = Buffer.compare(key, first) >= 0 && Buffer.compare(key, behind(first)) < 0
      assert.is(inside, evaluate(beginsWith(['value'], prefix), { value }))
    }),
    { numRuns: 3000 },
  )
})

test('partitions spread over the whole range of the hash', () => {
  const segments = Array<number>(16).fill(0)
  for (let i = 0; i < 16_000; i++) segments[hashOf(encodeKeyValue(`item ${i}`))[0]! >>> 4]! += 1
  for (const count of segments) assert.ok(count > 700 && count < 1300, `A segment holds ${count} of 16000 items`)
})

// A database that was written before must be readable: whoever changes these has to raise FORMAT.
test('the encoding is that of format 2', () => {
  const hex = (value: ScalarValue): string => encodeKeyValue(value).toString('hex')
  assert.is(hex('a\0é'), '6100ffc3a90001')
  assert.is(hex(Uint8Array.of(0, 255)), '00ffff0001')
  assert.is(hex(0), '02')
  assert.is(hex(120.5), '03840d0600')
  assert.is(hex(-120.5), '017bf2f9ff')
  assert.is(hashOf(Buffer.from('a')).toString('hex'), 'e9167c8f')
})

test.run()

import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type AttributeValue,
  compare,
  equal,
  isMap,
  scalarKey,
  setHas,
  typeOf,
} from '../../../core/data/attribute-value.ts'
import { Decimal, numberText, type StoredNumber } from '../../../core/data/number.ts'
import { bytes, number, scalar, text, value } from '../../parity/arbitrary.ts'

/** The same value, built anew with entries and elements in another order and numbers in another form. */
function twin(value: AttributeValue): AttributeValue {
  if (value instanceof Set) return new Set([...value].reverse().map((each) => twin(each) as string))
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map(twin)
  if (typeof value === 'number' || typeof value === 'bigint') return new Decimal(numberText(value))
  if (isMap(value))
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, each]) => [name, twin(each)]),
    )
  return value
}

test('equality is reflexive, whatever the order of entries and the form of numbers', () => {
  fc.assert(
    fc.property(value, (a) => {
      assert.ok(equal(a, a))
      assert.ok(equal(a, twin(a)))
      assert.ok(equal(twin(a), a))
    }),
  )
})

test('equality is symmetric and transitive', () => {
  const near = value.chain((a) => {
    const each = fc.oneof(fc.constant(a), fc.constant(twin(a)), value)
    return fc.tuple(each, each, each)
  })
  fc.assert(
    fc.property(near, ([a, b, c]) => {
      assert.is(equal(a, b), equal(b, a))
      if (equal(a, b) && equal(b, c)) assert.ok(equal(a, c))
    }),
  )
})

test('equal values have one type', () => {
  fc.assert(fc.property(value, value, (a, b) => assert.ok(!equal(a, b) || typeOf(a) === typeOf(b))))
})

test('what looks alike but differs is not equal', () => {
  const different: readonly (readonly [AttributeValue | undefined, AttributeValue | undefined])[] = [
    [null, undefined],
    [0, false],
    ['1', 1],
    ['', null],
    [[], {}],
    [[], new Set()],
    [{}, new Set()],
    [new Uint8Array(), []],
    [new Set([1]), new Set(['1'])],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ toString: 1 }, { constructor: 1 }],
    [{}, new Uint8Array()],
    [new Decimal('1'), {}],
  ]
  for (const [a, b] of different) {
    assert.not(equal(a, b))
    assert.not(equal(b, a))
  }
})

test('scalars are compared as sort keys: total within a type, never across types', () => {
  const triple = fc.oneof(
    fc.tuple<StoredNumber[]>(number, number, number),
    fc.tuple<string[]>(text, text, text),
    fc.tuple<Uint8Array[]>(bytes, bytes, bytes),
  ) as fc.Arbitrary<[AttributeValue, AttributeValue, AttributeValue]>
  fc.assert(
    fc.property(triple, ([a, b, c]) => {
      const order = (x: AttributeValue, y: AttributeValue): number => Math.sign(compare(x, y) ?? Number.NaN)
      assert.is(order(a, a), 0)
      assert.is(order(a, b) + order(b, a), 0)
      assert.is(order(a, b) === 0, equal(a, b))
      if (order(a, b) <= 0 && order(b, c) <= 0) assert.ok(order(a, c) <= 0)
    }),
  )
  fc.assert(fc.property(scalar, scalar, (a, b) => assert.is(compare(a, b) === undefined, typeOf(a) !== typeOf(b))))
})

test('texts are ordered by their UTF-8 bytes', () => {
  const anyText = fc.oneof(text, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
  const pair = fc.oneof(
    fc.tuple(anyText, anyText),
    fc.tuple(anyText, anyText, anyText).map(([start, a, b]) => [start + a, start + b] as [string, string]),
  )
  fc.assert(
    fc.property(pair, ([a, b]) => {
      assert.is(Math.sign(compare(a, b) ?? Number.NaN), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: 1000 },
  )
})

test('bytes are ordered unsigned', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      assert.is(Math.sign(compare(a, b) ?? Number.NaN), Buffer.compare(a, b))
    }),
  )
})

test('a set has an element whatever object holds it', () => {
  assert.ok(setHas(new Set([Uint8Array.of(1, 2)]), Uint8Array.of(1, 2)))
  assert.ok(setHas(new Set([5n]), 5))
  assert.ok(setHas(new Set([0.5]), new Decimal('0.50')))
  assert.not(setHas(new Set(['5']), 5))
  fc.assert(
    fc.property(fc.array(scalar), scalar, (elements, element) => {
      assert.is(
        setHas(new Set(elements), element),
        elements.some((each) => equal(each, element)),
      )
    }),
  )
})

test('keys of scalars are equal exactly for equal scalars', () => {
  fc.assert(fc.property(scalar, scalar, (a, b) => assert.is(scalarKey(a) === scalarKey(b), equal(a, b))))
})

test.run()

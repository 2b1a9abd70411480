import type { AttributeValue as WireValue } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromWire, mapFromWire, mapToWire, toWire } from '../../../adapters/dynamodb/attribute-values.ts'
import { type AttributeMap, type AttributeValue, equal } from '../../../core/data/attribute-value.ts'
import { Decimal } from '../../../core/data/number.ts'

const scalars = [fc.string(), fc.maxSafeInteger(), fc.double({ noNaN: true, min: -1e15, max: 1e15 }).map(Number)]
const bytes = fc.uint8Array({ maxLength: 8 }).map((each) => Uint8Array.from(each))
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    ...scalars,
    fc.bigInt({ min: 10n ** 17n, max: 10n ** 38n - 1n }),
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }).map((each) => new Set(each)),
    fc.uniqueArray(fc.maxSafeInteger(), { minLength: 1, maxLength: 4 }).map((each) => new Set(each)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }).map((each) => ({ ...each })),
  ),
}))

test('every value comes back from its wire form', () => {
  fc.assert(fc.property(value, (each) => assert.ok(equal(fromWire(toWire(each)), each))))
})

test('agrees with the SDK where the SDK loses nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 5 }), (map) => {
      // `marshall` loses the first at any depth, and takes a map with the second for an instance of a class.
      fc.pre(!namesIn(map).some((name) => name === '__proto__' || name === 'constructor'))
      const item = map as AttributeMap
      const wire = marshall(item, { allowImpreciseNumbers: true })
      assert.equal(mapToWire(item), wire)
      assert.ok(
        equal(mapFromWire(wire), unmarshall(wire, { wrapNumbers: false }) as AttributeMap) || hasBigNumber(wire),
      )
    }),
    { numRuns: 200 },
  )
})

test('what should be bytes and is not is refused, not taken for none', () => {
  assert.throws(() => fromWire({ B: 'AQID' as never }), 'Expected a binary value as bytes, got string')
  assert.throws(() => fromWire({ BS: ['AQID' as never] }), 'Expected a binary value as bytes, got string')
})

const namesIn = (each: unknown): readonly string[] => {
  if (typeof each !== 'object' || each === null || each instanceof Uint8Array || each instanceof Set) return []
  return [...(Array.isArray(each) ? [] : Object.keys(each)), ...Object.values(each).flatMap(namesIn)]
}

/** `unmarshall` refuses or rounds these. */
const hasBigNumber = (wire: unknown): boolean => /"N":"-?\d{16,}"/.test(JSON.stringify(wire))

test('numbers keep all 38 digits', () => {
  for (const text of [
    '1.2345678901234567890123456789012345678',
    '-1e-130',
    '0.1',
    '12345678901234567890123456789012345678',
  ]) {
    const back = toWire(fromWire({ N: text }))
    assert.ok(equal(fromWire(back), fromWire({ N: text })), text)
  }
  assert.is(fromWire({ N: '1.0' }), 1)
  assert.is(fromWire({ N: '9007199254740993' }), 9007199254740993n)
  assert.instance(fromWire({ N: '1.2345678901234567890123456789012345678' }), Decimal)
  assert.equal(toWire(-0), { N: '0' })
})

test('an attribute may be called __proto__', () => {
  const map = mapFromWire({ m: { M: JSON.parse('{"__proto__":{"N":"1"},"constructor":{"S":"x"}}') } })
  const { m } = map
  assert.equal(Object.keys(m as AttributeMap), ['__proto__', 'constructor'])
  assert.is(JSON.stringify(mapToWire(map)), '{"m":{"M":{"__proto__":{"N":"1"},"constructor":{"S":"x"}}}}')
})

test('what comes out is frozen, and binary is a plain Uint8Array', () => {
  const map = mapFromWire({ l: { L: [{ M: {} }] }, b: { B: Buffer.from([1, 2]) }, s: { BS: [Buffer.from([3])] } })
  const { l, b, s } = map
  assert.ok(Object.isFrozen(map) && Object.isFrozen(l))
  assert.is((b as Uint8Array).constructor, Uint8Array)
  assert.equal(b, Uint8Array.of(1, 2))
  assert.equal([...(s as Set<Uint8Array>)], [Uint8Array.of(3)])
})

test('a tag that is not known is an error, and so is an empty set', () => {
  assert.throws(() => fromWire({ $unknown: ['VEC', []] } as WireValue), /unknown type/)
  assert.throws(() => fromWire({} as WireValue), /no tag/)
  assert.throws(() => mapFromWire({ a: undefined as unknown as WireValue }), /lost the value of the attribute a/)
  assert.throws(() => toWire(new Set<string>()), /empty/)
})

test.run()

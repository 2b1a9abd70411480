import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addNumbers,
  compareNumbers,
  Decimal,
  narrowest,
  numberKey,
  numberProblem,
  numberSize,
  numberText,
  parseNumber,
} from '../../../core/data/number.ts'

/** An independent notation of a decimal: whole digits, scaled. */
const scaled = fc.record({
  units: fc.oneof(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.bigInt({ min: -50n, max: 50n })),
  scale: fc.integer({ min: 0, max: 40 }),
})
type Scaled = { readonly units: bigint; readonly scale: number }

const SCALE = 40
const toUnits = ({ units, scale }: Scaled): bigint => units * 10n ** BigInt(SCALE - scale)
const toText = ({ units, scale }: Scaled): string => {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

test('what is parsed prints as the same number, in every notation', () => {
  fc.assert(
    fc.property(scaled, (each) => {
      const number = parseNumber(toText(each))
      const again = parseNumber(numberText(number))
      assert.is(compareNumbers(number, again), 0)
      assert.is(numberKey(number), numberKey(parseNumber(`${each.units}e-${each.scale}`)))
      assert.is(typeof again, typeof number)
    }),
  )
})

test('a double that is no large integer survives printing and parsing as itself', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
      if (Number.isInteger(double) && !Number.isSafeInteger(double)) return
      assert.is(parseNumber(numberText(double)), double === 0 ? 0 : double)
    }),
  )
})

test('the order is that of scaled integers', () => {
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const [x, y] = [toUnits(a), toUnits(b)]
      assert.is(Math.sign(compareNumbers(parseNumber(toText(a)), parseNumber(toText(b)))), x < y ? -1 : x > y ? 1 : 0)
    }),
  )
})

test('the sum is that of scaled integers', () => {
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const sum = addNumbers(parseNumber(toText(a)), parseNumber(toText(b)))
      const text = toText({ units: toUnits(a) + toUnits(b), scale: SCALE })
      // Sums of more than 38 digits are for the caller to refuse.
      if (numberProblem(new Decimal(text)) !== undefined) return assert.type(numberProblem(sum), 'string')
      const expected = parseNumber(text)
      assert.is(numberKey(sum), numberKey(expected))
      assert.is(typeof sum, typeof expected)
    }),
  )
})

test('keys are equal exactly for equal numbers', () => {
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const [x, y] = [parseNumber(toText(a)), parseNumber(toText(b))]
      assert.is(numberKey(x) === numberKey(y), compareNumbers(x, y) === 0)
    }),
  )
})

test('the narrowest form is a number where a double holds it exactly', () => {
  assert.is(narrowest(5n), 5)
  assert.is(narrowest(new Decimal('0.50')), 0.5)
  assert.is(narrowest(new Decimal('1e3')), 1000)
  assert.is(narrowest(-0), 0)
  assert.ok(Object.is(narrowest(-0), 0))
  assert.is(narrowest(2n ** 53n), 2n ** 53n)
  assert.is(narrowest(new Decimal('1e30')), 10n ** 30n)
  assert.instance(narrowest(new Decimal('0.12345678901234567890')), Decimal)
  // Safe as a double, were its fraction not lost.
  assert.instance(parseNumber('1.00000000000000000000000001'), Decimal)
})

test('what DynamoDB cannot hold has a problem, what it can has none', () => {
  for (const good of [0, -0, 0.1, 2 ** 53 - 1, 10n ** 125n, 9n * 10n ** 125n, 1e-130, new Decimal('1.50e2')]) {
    assert.is(numberProblem(good), undefined, String(good))
  }
  for (const bad of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    1e-131,
    10n ** 126n,
    10n ** 38n + 1n,
    new Decimal('1e-131'),
    new Decimal('NaN'),
    new Decimal(''),
    new Decimal('.'),
  ]) {
    assert.type(numberProblem(bad), 'string', String(bad))
  }
})

test('what is no decimal is not parsed', () => {
  for (const text of ['', '.', 'e5', 'NaN', 'Infinity', '1 2', '0x10', '--1', '1e', 'abc']) {
    assert.throws(() => parseNumber(text), /Expected a decimal number/, text)
  }
})

test('what no store could hold is refused without working it out', () => {
  // A short text made a power of ten of millions of digits first, which took seconds.
  const long = 2_000_000
  const began = performance.now()
  for (const text of [
    '1e126',
    '1e20000000',
    '-3E+999999999999',
    `1e${'9'.repeat(long)}`,
    '1.5e-20000000',
    '1'.repeat(39),
    `1${'0'.repeat(long)}1`,
    '9'.repeat(long),
  ]) {
    assert.throws(() => parseNumber(text), /Expected a number/, text.slice(0, 20))
    assert.type(numberProblem(new Decimal(text)), 'string', text.slice(0, 20))
  }
  assert.is(parseNumber(`1.5${'0'.repeat(long)}`), 1.5)
  assert.ok(performance.now() - began < 1000)
})

test('size grows by a byte with every two digits', () => {
  assert.is(numberSize(0), 1)
  assert.is(numberSize(1), 2)
  assert.is(numberSize(100), 2)
  assert.is(numberSize(12), 2)
  assert.is(numberSize(123), 3)
  assert.is(numberSize(-12), 3)
  assert.is(numberSize(10n ** 38n - 1n), 20)
})

test('the size is that of the significant digits in pairs from the decimal point, in every notation', () => {
  fc.assert(
    fc.property(scaled, (each) => {
      let { units, scale: places } = each
      while (units !== 0n && units % 10n === 0n) {
        units /= 10n
        places--
      }
      const digits = String(units < 0n ? -units : units).length
      const expected = Math.min(21, Math.ceil((digits + (Math.abs(places) % 2)) / 2) + 1 + (units < 0n ? 1 : 0))
      assert.is(numberSize(parseNumber(toText(each))), units === 0n ? 1 : expected)
    }),
  )
})

test.run()

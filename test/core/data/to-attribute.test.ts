import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AttributeValue, equal, isList, isMap } from '../../../core/data/attribute-value.ts'
import { Decimal } from '../../../core/data/number.ts'
import { toAttribute } from '../../../core/data/to-attribute.ts'
import { value } from '../../parity/arbitrary.ts'

const refusals = (input: unknown) => toAttribute(input).issues.map(({ path, expected }) => [path, expected] as const)
const firstRefusal = (input: unknown): string => refusals(input)[0]?.[1] ?? 'no issue'

function isDeeplyFrozen(value: AttributeValue): boolean {
  if (isList(value)) return Object.isFrozen(value) && value.every(isDeeplyFrozen)
  return !isMap(value) || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))
}

test('what can be stored passes unchanged, as a frozen copy', () => {
  fc.assert(
    fc.property(value, (input) => {
      const { value, issues } = toAttribute(input)
      assert.equal(issues, [])
      assert.ok(equal(value, input))
      assert.ok(value !== undefined && isDeeplyFrozen(value))
    }),
  )
})

test('what has passed passes again, as itself', () => {
  fc.assert(
    fc.property(value, (input) => {
      const once = toAttribute(input).value
      assert.equal(toAttribute(once), { value: once, issues: [] })
    }),
  )
})

test('bytes and sets are copied', () => {
  const input = { bytes: Uint8Array.of(1), tags: new Set(['x']) }
  const { value } = toAttribute(input)
  input.bytes[0] = 2
  input.tags.add('y')
  assert.ok(equal(value, { bytes: Uint8Array.of(1), tags: new Set(['x']) }))
})

test('numbers take the form in which they would come back', () => {
  assert.equal(toAttribute([5n, -0, new Decimal('0.5'), 2n ** 60n]).value, [5, 0, 0.5, 2n ** 60n])
})

test('absence in a map is left out; absence in a list is refused', () => {
  assert.equal(toAttribute({ a: undefined, b: 1, c: new Set() }).value, { b: 1 })
  assert.is(toAttribute(undefined).value, undefined)
  assert.is(toAttribute(new Set()).value, undefined)
  assert.match(firstRefusal([1, undefined]), /no absent elements/)
  assert.match(firstRefusal([new Set()]), /no absent elements/)
  // biome-ignore lint/suspicious/noSparseArray: what a sparse array means is the point.
  assert.is(refusals([, 1]).length, 1)
})

test('what DynamoDB could not give back is refused, with its path', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = { cycle }
  class Point {}
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [Number.NaN, /finite/],
    [Number.POSITIVE_INFINITY, /finite/],
    [2 ** 53, /safe integer/],
    [10n ** 38n + 1n, /38 significant digits/],
    [10n ** 126n, /between/],
    [new Decimal('x'), /decimal number/],
    ['\ud800', /well-formed/],
    ['a\udc00b', /well-formed/],
    [cycle, /cycles/],
    [new Date(), /plain object/],
    [new Point(), /plain object/],
    [new Map(), /plain object/],
    [Symbol('x'), /can be stored/],
    [() => 1, /can be stored/],
    [new Set([1, 'a']), /one type/],
    [new Set([true]), /set of strings/],
    [new Set([null]), /set of strings/],
    [new Set([[]]), /set of strings/],
    [new Set(['\ud800']), /well-formed/],
    [JSON.parse('{ "__proto__": 1 }'), /attribute name/],
    [{ '': 1 }, /attribute name/],
    [{ '\ud800': 1 }, /attribute name/],
    [{ ['é'.repeat(32_768)]: 1 }, /attribute name other than "é/],
    [{ [Symbol('x')]: 1 }, /attribute name/],
  ]
  for (const [input, expected] of refused) {
    const [[path, text] = [[], 'no issue']] = refusals({ deep: [input] })
    assert.equal(path.slice(0, 2), ['deep', 0], String(expected))
    assert.match(text, expected)
  }
})

test('the same object twice is no cycle', () => {
  const shared = { n: 1 }
  assert.equal(toAttribute([shared, { shared }]).issues, [])
})

test('every fault is listed, not only the first', () => {
  assert.is(refusals({ a: Number.NaN, b: [undefined], c: { d: new Date() } }).length, 3)
})

test('an item has at most 32 levels', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 'x' : { m: nested(levels - 1) })
  assert.equal(refusals(nested(32)), [])
  assert.match(firstRefusal(nested(33)), /32 levels/)
})

test('what merely has a set or bytes as its prototype is neither', () => {
  // A field named `__proto__` of the caller's made such an object, and its conversion threw an error from inside.
  for (const prototype of [new Uint8Array([1]), new Set(['a'])]) {
    const { value, issues } = toAttribute(Object.create(prototype))
    assert.is(value, undefined)
    assert.is(issues.length, 1)
  }
})

test.run()

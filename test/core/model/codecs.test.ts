import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { binary, date, epochSeconds, mapOf, setOf } from '../../../core/model/codecs.ts'

const decoded = <A>(codec: t.Type<A, unknown>, stored: unknown): A | undefined => {
  const result = codec.decode(stored)
  return isRight(result) ? result.right : undefined
}

test('a date is stored as ISO 8601 text with milliseconds', () => {
  const time = new Date(1714564800123)
  assert.is(date.encode(time), '2024-05-01T12:00:00.123Z')
  assert.equal(decoded(date, '2024-05-01T12:00:00.123Z'), time)
})

test('other spellings of a time, and what is none, are refused', () => {
  for (const text of ['2024-05-01', '2024-05-01T12:00:00Z', '2024-02-30T00:00:00.000Z', 'soon', 5, null, new Date()]) {
    assert.ok(isLeft(date.decode(text)), String(text))
  }
  assert.not(date.is(new Date(Number.NaN)))
})

test('a moment to the second is stored as a number; milliseconds are refused, not rounded', () => {
  const time = new Date(1714564800_000)
  assert.is(epochSeconds.encode(time), 1714564800)
  assert.equal(decoded(epochSeconds, 1714564800), time)
  assert.equal(decoded(epochSeconds, -1), new Date(-1000))
  assert.not(epochSeconds.is(new Date(1714564800_001)))
  assert.not(epochSeconds.is(new Date(Number.NaN)))
  for (const stored of [0.5, '1714564800', 1e15, 2 ** 60, null, new Date(0)]) {
    assert.ok(isLeft(epochSeconds.decode(stored)), String(stored))
  }
})

test('bytes are copied', () => {
  const stored = Buffer.from([1, 2])
  const bytes = decoded(binary, stored)!
  stored[0] = 9
  assert.equal([...bytes], [1, 2])
  assert.is(bytes.constructor, Uint8Array)
})

test('a set of dates is stored as a set of texts, and absence is the empty set', () => {
  const codec = setOf(date)
  assert.equal(codec.encode(new Set([new Date(0)])), new Set(['1970-01-01T00:00:00.000Z']))
  assert.equal(decoded(codec, new Set(['1970-01-01T00:00:00.000Z'])), new Set([new Date(0)]))
  assert.equal(decoded(codec, undefined), new Set())
  assert.ok(isLeft(codec.decode(['1970-01-01T00:00:00.000Z'])))
  assert.ok(isLeft(codec.decode(new Set(['soon']))))
})

test('a map is stored as a map, whatever its names are', () => {
  const codec = mapOf(date)
  const map = new Map([
    ['a', new Date(0)],
    ['__proto__', new Date(1)],
    ['constructor', new Date(2)],
  ])
  assert.equal(decoded(codec, codec.encode(map)), map)
  assert.ok(isLeft(codec.decode(undefined)))
  assert.ok(isLeft(codec.decode({ a: 'soon' })))
})

test('sets and maps know their own kind', () => {
  assert.ok(setOf(t.string).is(new Set(['a'])))
  assert.not(setOf(t.string).is(new Set([1])))
  assert.not(mapOf(t.string).is(new Map([[1, 'a']])))
})

test.run()

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isEngineError } from '../../../core/errors.ts'
import { binary, date } from '../../../core/model/codecs.ts'
import { addressOf, keyOfRecord } from '../../../core/model/key.ts'
import { type AnyModel, defineModel, type KeyOf } from '../../../core/model/model.ts'

const Visit = defineModel({
  name: 'Visit',
  table: 'visits',
  key: { partition: 'player', sort: 'at' },
  schema: t.type({ player: t.string, at: date, score: t.number }),
})

const Order = defineModel({
  name: 'Order',
  table: 'app',
  key: {
    partition: { attribute: 'pk', template: 'U#${user}' },
    sort: { attribute: 'sk', template: 'O##${shop}##${no}' },
  },
  schema: t.type({ user: t.string, shop: t.string, no: t.bigint, total: t.number }),
})

const refused = (model: AnyModel, key: unknown, message: RegExp) =>
  assert.throws(
    () => addressOf(model, key as KeyOf<AnyModel>),
    (error: unknown) => isEngineError(error, 'INVALID_ARGUMENT') && message.test(error.message),
    String(message),
  )

test('a key is stored as its fields are', () => {
  assert.equal(addressOf(Visit, { player: 'ann', at: new Date(0) }), {
    table: 'visits',
    key: { player: 'ann', at: '1970-01-01T00:00:00.000Z' },
  })
})

test('a template is filled with what its fields are stored as', () => {
  assert.equal(addressOf(Order, { user: 'a#b', shop: 'x', no: 7n }), {
    table: 'app',
    key: { pk: 'U#a#b', sk: 'O##x##7' },
  })
})

test('what is no key of the model is refused', () => {
  refused(Visit, undefined, /expected \{ player, at \}, got undefined/)
  refused(Visit, { player: 'ann' }, /at: expected Date, got undefined/)
  refused(
    Visit,
    { player: 5, at: new Date(Number.NaN) },
    /player: expected string, got 5; at: expected Date, got an invalid/,
  )
  // Written as +010000-…, it would come before all others.
  for (const at of [new Date(Date.UTC(10_000, 0)), new Date(Date.UTC(-1, 0))])
    refused(Visit, { player: 'ann', at }, /at: expected a time from year 0 to 9999 in a key/)
  refused(Visit, { player: 'ann', at: new Date(), score: 1 }, /score: expected no such field/)
  refused(Visit, { player: '', at: new Date() }, /1 to 2048 bytes/)
  refused(Visit, { player: 'å'.repeat(1025), at: new Date() }, /1 to 2048 bytes/)
  refused(Visit, { player: '\ud800', at: new Date() }, /well-formed/)
  refused(Order, { user: 'ann', shop: 'x', no: 1 }, /no: expected bigint, got 1/)
  refused(Order, { user: 'ann', shop: 'x'.repeat(1030), no: 1n }, /1 to 1024 bytes/)
  refused(Order, { user: '', shop: 'x', no: 1n }, /user: expected a string that is not empty/)
})

test('inherited properties are no key', () => {
  const model = defineModel({
    name: 'C',
    table: 'c',
    key: { partition: 'constructor' },
    schema: t.type({ constructor: t.string }),
  })
  refused(model, {}, /constructor: expected string, got undefined/)
})

test('binary and number keys', () => {
  const model = defineModel({
    name: 'B',
    table: 'b',
    key: { partition: 'hash', sort: 'no' },
    schema: t.type({ hash: binary, no: t.number }),
  })
  const hash = new Uint8Array([1])
  const { key } = addressOf(model, { hash, no: -0 })
  hash[0] = 2
  assert.equal(key, { hash: new Uint8Array([1]), no: 0 })
  refused(model, { hash: new Uint8Array(), no: 1 }, /1 to 2048 bytes/)
  refused(model, { hash: new Uint8Array(1), no: Number.NaN }, /finite/)
})

test('no two keys have one address', () => {
  const part = fc.string({ unit: fc.constantFrom('a', '#', '1'), maxLength: 6 })
  const key = fc.record({ user: part, shop: part, no: fc.bigInt({ min: 0n, max: 20n }) })
  const addressed = (each: KeyOf<typeof Order>) => {
    try {
      return JSON.stringify(addressOf(Order, each).key)
    } catch (error) {
      if (isEngineError(error, 'INVALID_ARGUMENT')) return undefined
      throw error
    }
  }
  const seen = new Map<string, string>()
  void fc.assert(
    fc.property(key, (each) => {
      const address = addressed(each)
      if (address === undefined) return
      const text = `${each.user}|${each.shop}|${each.no}`
      assert.is(seen.get(address) ?? text, text)
      seen.set(address, text)
    }),
    { numRuns: 3000 },
  )
  assert.is(addressed({ user: 'a', shop: 'b#', no: 1n }), undefined)
})

test('the key of a record', () => {
  assert.equal(keyOfRecord(Visit, { player: 'ann', at: new Date(0), score: 1 }), { player: 'ann', at: new Date(0) })
})

test.run()

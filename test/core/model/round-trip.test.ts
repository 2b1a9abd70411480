import * as fc from 'fast-check'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { equal } from '../../../core/data/attribute-value.ts'
import { binary, date, mapOf, setOf } from '../../../core/model/codecs.ts'
import { addressOf, keyOfRecord } from '../../../core/model/key.ts'
import { defineModel, type NewRecord } from '../../../core/model/model.ts'
import { decodeItem, encodeRecord, newRecord } from '../../../core/model/record.ts'

const Everything = defineModel({
  name: 'Everything',
  table: 'everything',
  key: { partition: 'id', sort: 'at' },
  schema: t.intersection([
    t.type({
      id: t.string,
      at: date,
      big: t.bigint,
      bytes: binary,
      days: setOf(date),
      numbers: setOf(t.number),
      visits: mapOf(t.type({ n: t.bigint, when: t.union([date, t.null]) })),
      prices: t.record(t.string, t.number),
      list: t.readonlyArray(t.tuple([t.string, date])),
    }),
    t.partial({
      home: t.type({ city: t.string, tags: setOf(t.string) }),
      note: t.union([t.string, t.boolean, t.null]),
    }),
  ]),
})

const text = fc.string({ unit: 'grapheme' })
const name = text.filter((each) => each !== '' && each !== '__proto__')
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
const big = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
const number = fc.double({ min: -1e15, max: 1e15, noNaN: true, noDefaultInfinity: true }).map((n) => {
  const rounded = Number(n.toPrecision(15))
  return Math.abs(rounded) < 1e-120 ? 0 : rounded
})
const plain = <A>(entries: [string, A][]): Record<string, A> => Object.fromEntries(entries)
const record = fc.record(
  {
    id: name,
    at: time,
    big,
    bytes: fc.uint8Array(),
    // By time, since a set tells two equal dates apart that are stored as one.
    days: fc.uniqueArray(time, { selector: Number }).map((each) => new Set(each)),
    numbers: fc.array(number).map((each) => new Set(each)),
    visits: fc
      .array(fc.tuple(name, fc.record({ n: big, when: fc.option(time) }, { noNullPrototype: true })))
      .map((each) => new Map(each)),
    prices: fc.array(fc.tuple(name, number)).map(plain),
    list: fc.array(fc.tuple(text, time)),
    home: fc.record({ city: text, tags: fc.array(text).map((each) => new Set(each)) }, { noNullPrototype: true }),
    note: fc.oneof(text, fc.boolean(), fc.constant(null)),
  },
  { requiredKeys: ['id', 'at', 'big', 'bytes', 'days', 'numbers', 'visits', 'prices', 'list'], noNullPrototype: true },
)

test('what is encoded is decoded again, and encoded again to the same item', () => {
  void fc.assert(
    fc.property(record, (given) => {
      const made = newRecord(Everything, given as NewRecord<typeof Everything>)
      assert.equal(made.record, given)
      assert.ok(equal(encodeRecord(Everything, made.record), made.item))
      assert.equal(decodeItem(Everything, made.item), made.record)
      assert.equal(addressOf(Everything, keyOfRecord(Everything, made.record)), made.address)
    }),
  )
})

test.run()

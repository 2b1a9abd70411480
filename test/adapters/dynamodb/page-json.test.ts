import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pageJson } from '../../../adapters/dynamodb/page-json.ts'

/** Larger than what is read as a whole. */
const filler = { S: 'x'.repeat(20_000) }

const name = fc.constantFrom('id', 'Items', 'LastEvaluatedKey', 'Count', '"Items":[', '],"LastEvaluatedKey":{')
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ S: fc.oneof(name, fc.string()) }),
    fc.record({ M: fc.dictionary(name, tie('value')) }),
    fc.record({ L: fc.array(tie('value')) }),
  ),
})).value
const item = fc.dictionary(name, value)

/** In DynamoDB's order. */
const members = ['ConsumedCapacity', 'Count', 'Items', 'LastEvaluatedKey', 'ScannedCount']

const read = (text: string) => pageJson(text, (items) => JSON.parse(items)) as Record<string, unknown> | undefined

test('a large page says the same as its text, whatever its items are named and say', () => {
  let taken = 0
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 5 }),
      item,
      fc.oneof(fc.constant(members), fc.shuffledSubarray(members, { minLength: 3 })),
      fc.boolean(),
      (items, key, order, atEnd) => {
        const all = atEnd ? [...items, { id: filler }] : [{ id: filler }, ...items]
        const answer: Record<string, unknown> = {
          Count: all.length,
          ScannedCount: 100,
          Items: all,
          LastEvaluatedKey: key,
          ConsumedCapacity: { TableName: 'Items', Table: { CapacityUnits: 1 } },
        }
        const text = JSON.stringify(Object.fromEntries(order.map((member) => [member, answer[member]])))
        const page = read(text)
        // Whatever is not of the form is parsed as a whole. How many are is chance: it goes on until enough of them were.
        fc.pre(page !== undefined)
        taken++
        assert.equal({ ...page }, JSON.parse(text))
      },
    ),
    { numRuns: 150 },
  )
  assert.ok(taken > 100, `only ${taken} pages were of the form`)
})

test('where a page ends is known before its items are parsed', () => {
  const whole = JSON.stringify({
    Count: 1,
    Items: [{ id: filler }],
    LastEvaluatedKey: { id: { S: 'a' } },
    ScannedCount: 1,
  })
  const broken = whole.replace('xxx', 'x"x')
  const page = read(broken)!
  assert.equal(page['LastEvaluatedKey'], { id: { S: 'a' } })
  assert.throws(
    () => page['Items'],
    (error: unknown) => error instanceof SyntaxError,
  )
})

test('small pages, last pages and other answers are read as a whole', () => {
  assert.is(read(JSON.stringify({ Items: [{ id: { S: 'a' } }], LastEvaluatedKey: { id: { S: 'a' } } })), undefined)
  assert.is(read(JSON.stringify({ Items: [{ id: filler }] })), undefined)
  assert.is(read(JSON.stringify({ Item: { id: filler, LastEvaluatedKey: { M: { Items: { L: [] } } } } })), undefined)
})

test.run()

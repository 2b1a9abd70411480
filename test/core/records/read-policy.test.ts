/** Stored items that do not fit their model, records that have expired, and tables of several models. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { date } from '../../../core/model/codecs.ts'
import { defineModel } from '../../../core/model/model.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { people, refused, town } from './town.ts'

for (const kind of storeKinds) {
  test(`one bad item does not take the others of its page along (${kind})`, async () => {
    const { Person, records, foreign, end } = await town(kind)
    await records.putMany(Person, people(5))
    const bad = { town: 'Oslo', no: 2, name: 'c', born: 'long ago', log: 'no list', level: 1 }
    await foreign(bad)
    const key = { town: 'Oslo' }
    const seen: number[] = []
    await refused(
      'INVALID_RECORD',
      /born: expected an ISO .*; log: expected Array<string>, got "no list"/,
      async () => {
        for await (const { no } of records.query(Person, { key })) seen.push(no)
      },
    )
    assert.equal(seen, [0, 1])
    const left = await records.query(Person, { key, onInvalid: 'skip' }).toArray()
    assert.equal(
      left.map(({ no }) => no),
      [0, 1, 3, 4],
    )
    const raw = await records.scan(Person, { onInvalid: 'raw' }).toArray()
    assert.is(raw.length, 5)
    const invalid = raw.find((each) => 'invalid' in each)
    assert.ok(invalid && 'invalid' in invalid)
    assert.equal(invalid.key, { town: 'Oslo', no: 2 })
    assert.equal(invalid.item, bad)
    assert.equal(
      invalid.issues.map(({ path }) => path),
      [['born'], ['log']],
    )
    const keys = [1, 2, 3].map((no) => ({ town: 'Oslo', no }))
    const found = await records.getMany(Person, keys, { onInvalid: 'skip' }).toArray()
    assert.equal(
      found.map((person) => person?.no),
      [1, undefined, 3],
    )
    await refused('INVALID_RECORD', /born/, () => records.getMany(Person, keys).toArray())
    // What is not asked for is not looked at.
    assert.is((await records.query(Person, { key, select: ['no'] }).toArray()).length, 5)
    await refused('INVALID_RECORD', /log: expected Array/, () =>
      records.query(Person, { key, select: ['log'] }).toArray(),
    )
    await end()
  })

  test(`expired records are present, or absent where that is asked for (${kind})`, async () => {
    // A year that DynamoDB Local's own clock has not reached: within seconds it deletes what has expired.
    const now = Date.UTC(2100, 0, 1)
    const { Person, records, end } = await town(kind, undefined, () => now)
    const [a, b, c, d] = people(4)
    const second = now / 1000
    await records.putMany(Person, [
      { ...a!, until: second - 1 },
      { ...b!, until: second },
      { ...c!, until: second + 1 },
      d!,
    ])
    const key = { town: 'Oslo' }
    const numbers = async (expired?: 'present' | 'absent') => ({
      query: (await records.query(Person, { key, expired }).toArray()).map(({ no }) => no),
      count: await records.scan(Person, { expired }).count(),
      many: (
        await records
          .getMany(
            Person,
            [0, 2].map((no) => ({ town: 'Oslo', no })),
            { expired },
          )
          .toArray()
      ).map((p) => p?.no),
      one: (await records.find(Person, { town: 'Oslo', no: 1 }, { expired }))?.no,
      // The index by level does not hold all, but what expires.
      partial: await records.scan(Person, { index: 'byLevel', expired }).count(),
    })
    assert.equal(await numbers(), { query: [0, 1, 2, 3], count: 4, many: [0, 2], one: 1, partial: 4 })
    assert.equal(await numbers('absent'), { query: [2, 3], count: 2, many: [undefined, 2], one: undefined, partial: 2 })
    await end()
  })

  test(`models that share a table and an index see their own records only (${kind})`, async () => {
    const table = `${tablePrefix()}-app`
    const byCity = { partition: { attribute: 'gpk', template: 'CITY#${city}' }, projection: 'keys' } as const
    const User = defineModel({
      name: 'User',
      table,
      key: { partition: { attribute: 'pk', template: 'USER#${user}' }, sort: { attribute: 'sk', template: 'PROFILE' } },
      schema: t.intersection([t.type({ user: t.string }), t.partial({ city: t.string, nick: t.string })]),
      indexes: { byCity },
    })
    const Order = defineModel({
      name: 'Order',
      table,
      key: {
        partition: { attribute: 'pk', template: 'USER#${user}' },
        sort: { attribute: 'sk', template: 'ORDER#${shop}#${day}#${no}' },
      },
      schema: t.type({ user: t.string, shop: t.string, day: date, no: t.number, city: t.string }),
      indexes: { byCity },
    })
    const store = openStore(kind)
    const { records, tables } = createEngine({ store, models: [User, Order], journalTable: `${table}-journal` })
    await tables.create()
    await records.putMany(
      User,
      ['ann', 'bob'].map((user) => ({ user, city: 'Oslo', nick: user })),
    )
    const day = (date: number) => new Date(Date.UTC(2024, 0, date))
    await records.putMany(Order, [
      { user: 'ann', shop: 'east', day: day(1), no: 1, city: 'Oslo' },
      { user: 'ann', shop: 'east', day: day(2), no: 2, city: 'Bergen' },
      { user: 'ann', shop: 'west', day: day(1), no: 3, city: 'Oslo' },
      { user: 'bob', shop: 'east', day: day(1), no: 4, city: 'Oslo' },
    ])
    const orders = async (key: Parameters<typeof records.query<typeof Order>>[1]['key']) =>
      (await records.query(Order, { key }).toArray()).map(({ no }) => no)
    assert.equal(await orders({ user: 'ann' }), [1, 2, 3])
    assert.equal(await orders({ user: 'ann', shop: 'east' }), [1, 2])
    assert.equal(await orders({ user: 'ann', shop: { beginsWith: 'w' } }), [3])
    assert.equal(await orders({ user: 'ann', shop: 'east', day: day(2) }), [2])
    assert.equal(await orders({ user: 'ann', shop: 'east', day: day(2), no: 2 }), [2])
    await refused('INVALID_ARGUMENT', /given only after the fields before it/, () =>
      orders({ user: 'ann', day: day(2) }),
    )
    await refused('INVALID_ARGUMENT', /a string without "#"/, () => orders({ user: 'ann', shop: { beginsWith: 'e#' } }))

    assert.equal(await records.query(User, { key: { user: 'ann' } }).toArray(), [
      { user: 'ann', city: 'Oslo', nick: 'ann' },
    ])
    assert.is(await records.scan(User).count(), 2)
    assert.is(await records.scan(Order, { segments: 2 }).count(), 4)
    const inOslo = await records.query(User, { index: 'byCity', key: { city: 'Oslo' } }).toArray()
    assert.equal(
      inOslo.toSorted((a, b) => a.user.localeCompare(b.user)),
      [
        { user: 'ann', city: 'Oslo' },
        { user: 'bob', city: 'Oslo' },
      ],
    )
    assert.is(await records.query(Order, { index: 'byCity', key: { city: 'Oslo' } }).count(), 3)
    await tables.delete()
  })
}

test.run()

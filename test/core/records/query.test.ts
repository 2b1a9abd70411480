import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { storeKinds } from '../../support/stores.ts'
import { people, refused, smallPages, town } from './town.ts'

const numbers = (records: readonly { readonly no: number }[]): number[] => records.map(({ no }) => no)

for (const kind of storeKinds) {
  test(`a query is by partition, bounded by the sort field, in either direction (${kind})`, async () => {
    const { Person, records, end } = await town(kind)
    await records.putMany(Person, [...people(12), ...people(3, 'Bergen')])
    const query = async (key: Parameters<typeof records.query<typeof Person>>[1]['key'], reverse = false) =>
      numbers(await records.query(Person, { key, reverse }).toArray())
    assert.equal(await query({ town: 'Bergen' }), [0, 1, 2])
    assert.equal(await query({ town: 'Oslo', no: 5 }), [5])
    assert.equal(await query({ town: 'Oslo', no: { less: 2 } }), [0, 1])
    assert.equal(await query({ town: 'Oslo', no: { atMost: 2 } }), [0, 1, 2])
    assert.equal(await query({ town: 'Oslo', no: { greater: 9 } }), [10, 11])
    assert.equal(await query({ town: 'Oslo', no: { atLeast: 9 } }, true), [11, 10, 9])
    assert.equal(await query({ town: 'Oslo', no: { between: [3, 5] } }), [3, 4, 5])
    assert.equal(await query({ town: 'Nowhere' }), [])
    const whole = await records.query(Person, { key: { town: 'Oslo', no: 0 } }).first()
    assert.equal(whole?.born, new Date('1950-01-01T00:00:00.000Z'))
    assert.equal(whole?.home, { street: 'Main' })
    await end()
  })

  test(`a page size beyond every page is as good as none (${kind})`, async () => {
    const { Person, records, end } = await town(kind)
    await records.putMany(Person, people(3))
    // DynamoDB's own is of 32 bits.
    for (const pageSize of [2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      assert.is(await records.query(Person, { key: { town: 'Oslo' }, pageSize }).count(), 3)
      assert.is((await records.scan(Person, { pageSize }).toArray()).length, 3)
    }
    await end()
  })

  test(`an index gives whole records, or the fields that it holds (${kind})`, async () => {
    const { Person, records, end } = await town(kind)
    await records.putMany(Person, people(12))
    const bakers = await records.query(Person, { index: 'byJob', key: { job: 'baker' } }).toArray()
    assert.equal(
      bakers.map(({ name }) => name),
      ['a0', 'e4', 'i8'],
    )
    assert.equal(bakers[0], await records.get(Person, { town: 'Oslo', no: 0 }))
    const begins = { job: 'smith', name: { beginsWith: 'c' } }
    assert.equal(numbers(await records.query(Person, { index: 'byJob', key: begins }).toArray()), [2])
    const since = new Date(Date.UTC(1955, 0, 1))
    const level = await records
      .query(Person, { index: 'byLevel', key: { level: 0, born: { atLeast: since } } })
      .toArray()
    assert.equal(level[0], { town: 'Oslo', no: 6, level: 0, born: new Date(Date.UTC(1956, 0, 1)), name: 'g6' })
    const local = await records.query(Person, { index: 'byName', key: { town: 'Oslo', name: { less: 'b' } } }).toArray()
    assert.equal(numbers(local), [0, 10])
    await end()
  })

  test(`limit counts records, whatever was looked at for them; a selection gives those fields (${kind})`, async () => {
    const { Person, records, end } = await town(kind)
    await records.putMany(Person, people(30))
    const tall = records.query(Person, {
      key: { town: 'Oslo' },
      filter: (person, { contains }) => contains(person.tags, 'tall'),
      select: ['no', 'tags'],
      limit: 4,
    })
    assert.equal(
      await tall.toArray(),
      [0, 5, 10, 15].map((no) => ({ no, tags: new Set(['tall', 'kind']) })),
    )
    assert.is(await tall.count(), 4)
    assert.equal(await tall.first(), { no: 0, tags: new Set(['tall', 'kind']) })
    const none = records.query(Person, { key: { town: 'Oslo' }, limit: 0 })
    assert.equal([await none.toArray(), await none.first(), await none.count()], [[], undefined, 0])
    await end()
  })

  test(`cursors go on behind any page and any record (${kind})`, async () => {
    const { Person, records, end } = await town(kind, (store) => smallPages(store).small)
    await records.putMany(Person, people(11))
    for (const reverse of [false, true]) {
      const options = { key: { town: 'Oslo' }, reverse }
      const everybody = numbers(await records.query(Person, options).toArray())
      assert.is(everybody.length, 11)
      const seen: number[] = []
      let from: string | undefined
      let pages = 0
      do {
        const page = await records.query(Person, { ...options, limit: 4, from }).page()
        seen.push(...numbers(page.records))
        from = page.cursor
      } while (from !== undefined && ++pages < 20)
      assert.equal(seen, everybody)
      for await (const page of records.query(Person, options).pages()) {
        for (const record of page.records) {
          const rest = records.query(Person, { ...options, from: page.cursorAfter(record) })
          assert.equal(numbers(await rest.toArray()), everybody.slice(everybody.indexOf(record.no) + 1))
        }
      }
    }
    await end()
  })
}

test('a page that the filter left empty is no end, and is not shown', async () => {
  const { Person, records } = await town('memory', (store) => smallPages(store).small)
  await records.putMany(Person, people(20))
  const last = records.query(Person, {
    key: { town: 'Oslo' },
    filter: (person, { atLeast }) => atLeast(person.born, new Date(Date.UTC(1968, 0, 1))),
  })
  assert.equal(numbers(await last.toArray()), [18, 19])
  const pages = []
  for await (const page of last.pages()) pages.push(numbers(page.records))
  assert.equal(pages, [[18, 19]])
  assert.is((await last.page()).cursor, undefined)
})

test('count is of all pages, and fetches no items', async () => {
  let fetched = 0
  const { Person, records } = await town('memory', (store) => {
    const { small } = smallPages(store)
    return {
      ...small,
      async query(request, options) {
        const page = await small.query(request, options)
        fetched += page.items.length
        return page
      },
    }
  })
  await records.putMany(Person, people(20))
  const query = records.query(Person, { key: { town: 'Oslo' }, filter: (person, { equal }) => equal(person.level, 1) })
  assert.is(await query.count(), 7)
  assert.is(fetched, 0)
  assert.is((await query.toArray()).length, 7)
})

test('a query asks for no more than it needs', async () => {
  const { requests, Person, records } = await (async () => {
    let requests: ReturnType<typeof smallPages>['requests'] = []
    const made = await town('memory', (store) => {
      const wrapped = smallPages(store, 1000)
      requests = wrapped.requests
      return wrapped.small
    })
    return { ...made, requests }
  })()
  await records.putMany(Person, people(20))
  await records.query(Person, { key: { town: 'Oslo' }, limit: 5 }).toArray()
  assert.equal(
    requests.map(({ limit }) => limit),
    [5],
  )
  requests.length = 0
  // The first look finds too few, so that the next is twice as far.
  const odd = records.query(Person, {
    key: { town: 'Oslo' },
    limit: 4,
    filter: (person, { absent }) => absent(person.job),
  })
  assert.equal(numbers(await odd.toArray()), [1, 3, 5, 7])
  assert.equal(
    requests.map(({ limit }) => limit),
    [4, 4],
  )
})

test('what the model does not have is refused before anything is sent', async () => {
  const { Person, records } = await town('memory', (store) => ({
    ...store,
    query: async () => assert.unreachable('sent') as never,
    scan: async () => assert.unreachable('sent') as never,
  }))
  const query = (options: unknown) => () => records.query(Person, options as never).toArray()
  const key = { town: 'Oslo' }
  const bad = 'INVALID_ARGUMENT'
  await refused(bad, /expected key to be an object of town, no/, query({}))
  await refused(bad, /key\.town to be/, query({ key: {} }))
  await refused(bad, /key\.town to be string, got 5/, query({ key: { town: 5 } }))
  await refused(bad, /key\.name to be no field but town, no/, query({ key: { town: 'a', name: 'x' } }))
  await refused(
    bad,
    /key\.no to be number, or one of { less, .*beginsWith }/,
    query({ key: { town: 'a', no: { near: 5 } } }),
  )
  await refused(
    bad,
    /key\.no\.beginsWith to be left out, since a number has no beginning/,
    query({ key: { town: 'a', no: { beginsWith: '1' } } }),
  )
  await refused(bad, /between to be \[low, high\]/, query({ key: { town: 'a', no: { between: 5 } } }))
  // DynamoDB refuses both; the embedded stores found nothing in the one and everything in the other.
  await refused(bad, /low before high/, query({ key: { town: 'a', no: { between: [5, 3] } } }))
  await refused(
    bad,
    /beginsWith to be a string that is not empty/,
    query({ index: 'byName', key: { town: 'a', name: { beginsWith: '' } } }),
  )
  // No sort key is longer; the embedded stores took it for a bound like others.
  await refused(
    bad,
    /key name to have at most 1024 bytes, got 1025/,
    query({ index: 'byName', key: { town: 'a', name: { less: 'x'.repeat(1025) } } }),
  )
  await refused(bad, /key name not to be empty/, query({ index: 'byName', key: { town: 'a', name: '' } }))
  await refused(bad, /index to be one of byJob, byLevel, byName/, query({ key, index: 'byTown' }))
  await refused(bad, /global index byJob/, query({ index: 'byJob', key: { job: 'a' }, consistent: true }))
  await refused(bad, /limit to be/, query({ key, limit: -1 }))
  await refused(bad, /pageSize to be/, query({ key, pageSize: 0 }))
  await refused(bad, /options to be named/, query({ key, filters: [] }))
  await refused(bad, /select to be fields among/, query({ key, select: ['nick'] }))
  await refused(
    bad,
    /select to be fields among town, no, level, born, name/,
    query({ index: 'byLevel', key: { level: 1 }, select: ['job'] }),
  )
  await refused(bad, /onInvalid to be/, query({ key, onInvalid: 'drop' }))
  await refused(bad, /cursor/, query({ key, from: 'nonsense' }))
  await refused(bad, /one that defineModel made/, () => records.query({} as never, {} as never))
  type Record = { readonly no: string; readonly job: string }
  const filter = (ask: (record: Record, is: { equal(path: unknown, value: unknown): unknown }) => unknown) => ask
  await refused(
    bad,
    /about fields outside of the key; no goes into key/,
    query({ key, filter: filter((p, { equal }) => equal(p.no, 5)) }),
  )
  await refused(
    bad,
    /about fields that byLevel holds/,
    query({ index: 'byLevel', key: { level: 1 }, filter: filter((p, { equal }) => equal(p.job, 'x')) }),
  )
})

test('a cursor of another read is refused', async () => {
  const { Person, records } = await town('memory')
  await records.putMany(Person, people(9))
  const { cursor } = await records.query(Person, { key: { town: 'Oslo' }, limit: 3 }).page()
  const from = cursor!
  const bad = 'INVALID_ARGUMENT'
  await refused(bad, /another read/, () => records.query(Person, { key: { town: 'Oslo' }, from, reverse: true }))
  await refused(bad, /another read/, () => records.query(Person, { index: 'byJob', key: { job: 'baker' }, from }))
  await refused(bad, /another read/, () => records.scan(Person, { from }))
  await refused(bad, /query by the same key/, () => records.query(Person, { key: { town: 'Bergen' }, from }))
  await refused(bad, /query by the same key/, () =>
    records.query(Person, { key: { town: 'Oslo', no: { atLeast: 5 } }, from }),
  )
  await refused(bad, /damaged/, () => records.query(Person, { key: { town: 'Oslo' }, from: from.slice(0, -9) }))
  const tampered = Buffer.from(Buffer.from(from, 'base64url').toString().replace('[1,', '[9,')).toString('base64url')
  await refused(bad, /another version/, () => records.query(Person, { key: { town: 'Oslo' }, from: tampered }))
})

// A number beyond DynamoDB's range in a cursor, or a text in the place of a number, came back as the store's own refusal.
test('a cursor that was changed is refused before anything is sent', async () => {
  const { Person, records } = await town('memory')
  await records.putMany(Person, people(9))
  const page = await records.query(Person, { key: { town: 'Oslo' }, limit: 3 }).page()
  const [version, read, [position]] = JSON.parse(Buffer.from(page.cursor!, 'base64url').toString())
  const go = (positions: unknown, rest = '') => {
    const from = Buffer.from(JSON.stringify([version, read, positions])).toString('base64url') + rest
    return records.query(Person, { key: { town: 'Oslo' }, from })
  }
  assert.equal(numbers(await go([position]).toArray()), [3, 4, 5, 6, 7, 8])
  for (const no of [['N', '1e999'], ['N', 'NaN'], ['S', '2'], ['B', 'AA=='], ['X', '2'], ['N', 2], 2, null]) {
    await refused('INVALID_ARGUMENT', /cursor/, () => go([{ ...position, no }]))
  }
  for (const bad of [{ town: position.town }, { ...position, town: ['S', ''] }, [], 'x', 5, null]) {
    await refused('INVALID_ARGUMENT', /cursor/, () => go([bad]))
  }
  await refused('INVALID_ARGUMENT', /cursor/, () => go([position, position]))
  await refused('INVALID_ARGUMENT', /damaged/, () => go([position], '!'))
})

test('a forged cursor costs no time', async () => {
  // The number was worked out, with all its digits, before anybody looked whether a key could be so large.
  const { Person, records } = await town('memory')
  await records.putMany(Person, people(9))
  const page = await records.query(Person, { key: { town: 'Oslo' }, limit: 3 }).page()
  const [version, read, [position]] = JSON.parse(Buffer.from(page.cursor!, 'base64url').toString())
  const began = performance.now()
  for (const no of ['1e20000000', '1e-20000000', `1e${'9'.repeat(400)}`, `1${'0'.repeat(200_000)}1`]) {
    const forged = [version, read, [{ ...position, no: ['N', no] }]]
    const from = Buffer.from(JSON.stringify(forged)).toString('base64url')
    await refused('INVALID_ARGUMENT', /cursor/, () => records.query(Person, { key: { town: 'Oslo' }, from }))
  }
  assert.ok(performance.now() - began < 1000)
})

test.run()

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Page } from '../../../core/store/store.ts'
import { storeKinds } from '../../support/stores.ts'
import { people, refused, smallPages, town } from './town.ts'

const sorted = (records: readonly { readonly no: number }[]): number[] =>
  records.map(({ no }) => no).toSorted((a, b) => a - b)
const upTo = (count: number): number[] => [...Array(count).keys()]
/** Many partitions, so that every segment has some. */
const scattered = (count: number) => people(count).map((person, i) => ({ ...person, town: `town ${i}` }))

for (const kind of storeKinds) {
  test(`a scan gives every record once, in any number of segments, and counts them (${kind})`, async () => {
    const { Person, records, end } = await town(kind, (store) => smallPages(store).small)
    await records.putMany(Person, scattered(40))
    for (const segments of [1, 4]) {
      const scan = records.scan(Person, { segments })
      assert.equal(sorted(await scan.toArray()), upTo(40))
      assert.is(await scan.count(), 40)
      const some = await records.scan(Person, { segments, limit: 7 }).toArray()
      assert.is(some.length, 7)
    }
    const smiths = records.scan(Person, { segments: 3, index: 'byJob', filter: (p, { equal }) => equal(p.level, 0) })
    assert.equal(sorted(await smiths.toArray()), [0, 6, 12, 18, 24, 30, 36])
    await end()
  })

  test(`one cursor goes on with all segments, behind any record (${kind})`, async () => {
    const { Person, records, end } = await town(kind, (store) => smallPages(store).small)
    await records.putMany(Person, scattered(25))
    const seen: number[] = []
    let from: string | undefined
    let pages = 0
    do {
      const page = await records.scan(Person, { limit: 4, ...(from === undefined ? { segments: 3 } : { from }) }).page()
      seen.push(...page.records.map(({ no }) => no))
      from = page.cursor
    } while (from !== undefined && ++pages < 50)
    assert.equal(
      seen.toSorted((a, b) => a - b),
      upTo(25),
    )
    const before: number[] = []
    for await (const page of records.scan(Person, { segments: 3 }).pages()) {
      for (const record of page.records) {
        before.push(record.no)
        const rest = await records.scan(Person, { from: page.cursorAfter(record) }).toArray()
        assert.equal(
          [...before, ...rest.map(({ no }) => no)].toSorted((a, b) => a - b),
          upTo(25),
        )
      }
    }
    await refused('INVALID_ARGUMENT', /segments to be 3/, async () => {
      const { cursor } = await records.scan(Person, { segments: 3, limit: 1 }).page()
      await records.scan(Person, { segments: 4, from: cursor }).toArray()
    })
    await end()
  })
}

test('no segment is more than one page ahead of its consumer', async () => {
  const pages = { asked: 0, shown: 0 }
  const { Person, records } = await town('memory', (store) => {
    const { small } = smallPages(store)
    return {
      ...small,
      scan(request, options): Promise<Page> {
        pages.asked += 1
        return small.scan(request, options)
      },
    }
  })
  await records.putMany(Person, scattered(60))
  pages.asked = 0
  for await (const page of records.scan(Person, { segments: 4 }).pages()) {
    pages.shown += 1
    assert.ok(page.records.length > 0)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    // The one that is shown, and one of each segment.
    assert.ok(pages.asked <= pages.shown + 4, `${pages.asked} asked for, ${pages.shown} shown`)
  }
})

test('the next page is asked for before the items of one are looked at', async () => {
  // Stores may parse them only then. Once they were looked at for partial records, whether there were any or not.
  const told: string[] = []
  const { Person, records } = await town('memory', (store) => {
    const { small } = smallPages(store)
    return {
      ...small,
      async scan(request, options): Promise<Page> {
        told.push('asked')
        const page = await small.scan(request, options)
        return {
          ...page,
          get items() {
            told.push('looked')
            return page.items
          },
        }
      },
    }
  })
  await records.putMany(Person, scattered(4))
  assert.is((await records.scan(Person).toArray()).length, 4)
  assert.equal(told, ['asked', 'asked', 'looked', 'looked'])
})

test('who leaves a scan ends it', async () => {
  let underWay = 0
  let asked = 0
  const { Person, records } = await town('memory', (store) => {
    const { small } = smallPages(store)
    return {
      ...small,
      async scan(request, options): Promise<Page> {
        asked += 1
        underWay += 1
        try {
          return await small.scan(request, options)
        } finally {
          underWay -= 1
        }
      },
    }
  })
  await records.putMany(Person, scattered(60))
  for await (const _ of records.scan(Person, { segments: 4 })) break
  const then = asked
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal([underWay, asked], [0, then])
  const controller = new AbortController()
  await refused('ABORTED', /abort/i, async () => {
    for await (const _ of records.scan(Person, { segments: 2, signal: controller.signal })) controller.abort()
  })
})

test.run()

/** What reading a long history costs: requests, however long it is, and memory. */
import { createEngine, defineModel, type Store } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { tablePrefix } from '../../support/stores.ts'

const VERSIONS = 1500

async function longHistory() {
  const store = memoryStore()
  let requests = 0
  const counting: Store = {
    ...store,
    read(addresses, options) {
      requests++
      return store.read(addresses, options)
    },
    query(request, options) {
      requests++
      return store.query(request, options)
    },
  }
  const prefix = tablePrefix()
  const Counter = defineModel({
    name: 'Counter',
    table: `${prefix}-counters`,
    key: { partition: 'id' },
    schema: t.type({ id: t.string, n: t.number }),
  })
  let now = 1_000_000
  const environment = { now: () => now, random: Math.random, sleep: async () => {} }
  const engine = createEngine({ store: counting, models: [Counter], journalTable: `${prefix}-journal`, environment })
  await engine.tables.create()
  const key = { id: 'a' }
  await engine.unitOfWork.run((work) => void work.create(Counter, { ...key, n: 1 }))
  for (let n = 2; n <= VERSIONS; n++) {
    now += 1000
    await engine.unitOfWork.run(async (work) => {
      work.change(await work.get(Counter, key), (draft) => {
        draft.n = n
      })
    })
  }
  await new Promise((resolve) => setTimeout(resolve, 10))
  const costOf = async <A>(act: () => Promise<A>): Promise<readonly [A, number]> => {
    requests = 0
    return [await act(), requests]
  }
  return { ...engine, Counter, key, costOf, timeOf: (version: number) => new Date(1_000_000 + (version - 1) * 1000) }
}

const h = await longHistory()

test('a version of long ago costs three requests, those of the tail and the one before one', async () => {
  for (const version of [1, 2, 63, 64, 65, 500, VERSIONS - 100]) {
    const [record, cost] = await h.costOf(() => h.history.at(h.Counter, h.key, { version }))
    assert.is(record?.n, version)
    assert.ok(cost <= 3, `version ${version} cost ${cost} requests`)
  }
  for (const version of [VERSIONS - 1, VERSIONS]) {
    const [record, cost] = await h.costOf(() => h.history.at(h.Counter, h.key, { version }))
    assert.equal([record?.n, cost], [version, 1])
  }
})

test('a time is found by halving', async () => {
  for (const version of [1, 2, 64, 700, VERSIONS - 50, VERSIONS]) {
    const [record, cost] = await h.costOf(() => h.history.at(h.Counter, h.key, { time: h.timeOf(version) }))
    assert.is(record?.n, version)
    assert.ok(cost <= 3 + Math.ceil(Math.log2(VERSIONS)), `version ${version} cost ${cost} requests`)
  }
})

// A page of older events was read from the newest one on.
test('a page from the midst costs the same everywhere, in both directions', async () => {
  for (let to = VERSIONS; to > 20; to -= 148) {
    for (const reverse of [true, false]) {
      const page = { from: reverse ? undefined : to - 19, to, reverse, limit: 20 }
      const [events, cost] = await h.costOf(() => h.history.of(h.Counter, h.key, page).toArray())
      const versions = Array.from({ length: 20 }, (_, i) => (reverse ? to - i : to - 19 + i))
      assert.equal(
        events.map(({ version, changes: [change] }) => [version, change?.old, change?.new]),
        versions.map((version) => [version, version - 1, version]),
      )
      assert.ok(cost <= 4, `the page up to ${to}, reverse ${reverse}, cost ${cost} requests`)
    }
  }
})

test('all of it is read in pages', async () => {
  for (const reverse of [true, false]) {
    const [events, cost] = await h.costOf(() => h.history.of(h.Counter, h.key, { reverse }).toArray())
    assert.is(events.length, VERSIONS)
    assert.ok(cost < VERSIONS / 50, `${cost} requests`)
  }
})

test.run()

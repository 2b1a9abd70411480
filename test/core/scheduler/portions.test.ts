/**
 * Batches that cost more than a table keeps in credit: sent in portions, none of which the table leaves undone.
 *
 * @module
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { BulkWrite } from '../../../core/store/bulk-write.ts'
import { worldOf } from './table-under-load.ts'

const TABLE = 'players'
const putsOf = (name: string, count: number, kilobytes: number): BulkWrite[] =>
  Array.from({ length: count }, (_, n) => {
    const key = { id: `${name}${n}` }
    const item = { ...key, fill: 'x'.repeat(kilobytes * 1024 - 30) }
    return { kind: 'put', table: TABLE, key, item }
  })

// A batch of two seconds' units was waited for as a whole, and then done by half, which counted as a throttle.
test('batches larger than the credit use all of the capacity, and nothing is refused', async () => {
  const { time, open } = worldOf({ [TABLE]: { read: 50, write: 50, burstSeconds: 1 } })
  const store = open()
  const started = time.now()
  for (let n = 0; n < 6; n++) {
    const { unprocessed } = await time.run(store.write(putsOf(`batch ${n} `, 25, 4)))
    assert.equal(unprocessed, [])
  }
  const addresses = Array.from({ length: 100 }, (_, n) => ({ table: TABLE, key: { id: `batch ${n % 4} ${n >> 2}` } }))
  const written = time.now()
  const items = await time.run(store.read(addresses, { consistent: true, priority: 'bulk' }))
  assert.ok(items.every((item, n) => item?.['id'] === addresses[n]!.key.id))
  // 600 units of writing, and 100 of reading.
  assert.ok(written - started < 12_500, `${written - started} ms for twelve seconds' units`)
  assert.ok(time.now() - written < 2500, `${time.now() - written} ms for two seconds' units`)
  for (const { throttled, kind } of store.capacity()) assert.is(throttled, 0, kind)
})

test('who gives up in the middle is told what is left, and nothing else', async () => {
  const { time, table, open } = worldOf({ [TABLE]: { read: 50, write: 50, burstSeconds: 1 } })
  const store = open()
  const writes = putsOf('p', 25, 4)
  const stop = new AbortController()
  void time.sleep(1000).then(() => stop.abort())
  const aborted = await time.run(store.write(writes, { signal: stop.signal }))
  const late = await time.run(store.write(aborted.unprocessed, { maxWait: 500 }))
  const left = late.unprocessed.length
  assert.ok(left > 0 && left < aborted.unprocessed.length && aborted.unprocessed.length < 25)
  const { items } = await table.scan({ table: TABLE, consistent: true })
  const stored = new Set(items.map(({ id }) => id))
  assert.is(stored.size, 25 - left)
  assert.not(late.unprocessed.some(({ key }) => stored.has(key['id'])))
})

test.run()

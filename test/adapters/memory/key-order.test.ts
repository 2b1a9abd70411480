import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { partitionPosition } from '../../../adapters/memory/key-order.ts'

test('partitions spread over the whole range of the hash', () => {
  const segments = Array<number>(16).fill(0)
  for (let i = 0; i < 16_000; i++) segments[Math.floor((partitionPosition(`item ${i}`).hash / 2 ** 32) * 16)]! += 1
  for (const count of segments) assert.ok(count > 700 && count < 1300, `A segment holds ${count} of 16000 items`)
})

test('equal numbers are one partition, whatever type holds them', () => {
  assert.equal(partitionPosition(5n), partitionPosition(5))
})

test.run()

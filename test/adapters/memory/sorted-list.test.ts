import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SortedList } from '../../../adapters/memory/sorted-list.ts'

const entry = fc.integer({ min: 0, max: 5000 })

test('keeps what a sorted array keeps, through any inserts and deletes', () => {
  const changes = fc.array(fc.tuple(fc.boolean(), entry), { maxLength: 3000, size: 'max' })
  fc.assert(
    fc.property(changes, entry, (changes, bound) => {
      const list = new SortedList<number>((a, b) => a - b)
      const model = new Set<number>()
      for (const [insert, value] of changes) {
        if (insert || value % 3 > 0) {
          list.insert(value)
          model.add(value)
        } else {
          list.delete(value)
          model.delete(value)
        }
      }
      const sorted = [...model].sort((a, b) => a - b)
      assert.equal([...list.ascending(() => true)], sorted)
      const from = (value: number): boolean => value >= bound
      assert.equal([...list.ascending(from)], sorted.filter(from))
      assert.equal([...list.descending(from)], sorted.filter((value) => !from(value)).reverse())
    }),
    { numRuns: 30 },
  )
})

test('an equal entry takes the place of the one before', () => {
  const list = new SortedList<readonly [number, string]>(([a], [b]) => a - b)
  list.insert([1, 'old'])
  list.insert([1, 'new'])
  assert.equal([...list.ascending(() => true)], [[1, 'new']])
})

test.run()

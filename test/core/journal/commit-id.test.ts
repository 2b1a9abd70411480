/** Commit ids sort by time, and within a millisecond by the order in which one environment made them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { commitId, commitTime, timeText } from '../../../core/journal/commit-id.ts'

const environment = (now: () => number) => ({ now, random: Math.random, sleep: async () => {} })

test('an id has 26 characters and tells its time', () => {
  const id = commitId(environment(() => 1_700_000_000_123))
  assert.match(id, /^[0-9A-HJKMNP-TV-Z]{26}$/)
  assert.is(commitTime(id), 1_700_000_000_123)
})

test('later ids are greater, within one millisecond too', () => {
  let time = 1_700_000_000_000
  const here = environment(() => Math.floor(time))
  const ids = Array.from({ length: 1000 }, () => {
    time += 0.1
    return commitId(here)
  })
  assert.equal([...ids].sort(), ids)
  assert.is(new Set(ids).size, ids.length)
})

test('the text of a time sorts before every id of its millisecond and behind all earlier ones', () => {
  const time = 1_700_000_000_001
  const [earlier, id] = [time - 1, time].map((now) => commitId(environment(() => now)))
  assert.ok(timeText(time) < id! && timeText(time) > earlier!)
})

test.run()

/**
 * What was estimated wrong is made up for, in both directions.
 *
 * @module
 */
import type { BulkWrite } from 'draftwork'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { increment } from '../../../core/expression/update.ts'
import { pacedStore } from '../../../core/scheduler/paced-store.ts'
import type { Store } from '../../../core/store/store.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'
import { always, planOf, putOf, type World, worldOf } from './table-under-load.ts'

const tables = { players: { read: 100, write: 100 } }

const bump = (id: string): WriteAction => ({
  kind: 'update',
  table: 'players',
  key: { id },
  update: [increment(['n'], 1)],
  condition: always,
})

/** Somebody else, who is not paced, writes this. */
const meanwhile = ({ time, table }: World, action: WriteAction) => time.during(table.recovered().commit(planOf(action)))

/** Milliseconds until both are done, one after the other. */
async function timeOf({ time }: World, ...asks: readonly (() => Promise<unknown>)[]): Promise<number> {
  const start = time.now()
  for (const ask of asks) await ask()
  return time.now() - start
}

test('who costs more than estimated lets the next one wait', async () => {
  const world = worldOf(tables)
  const store = world.open()
  const story = async (): Promise<void> => {
    await meanwhile(world, putOf('players', 'large', 50))
    const ms = await timeOf(
      world,
      () => store.commit(planOf(bump('large'))),
      () => store.commit(planOf(putOf('players', 'small', 1))),
    )
    assert.ok(ms > 450 && ms < 550, `${ms} ms for 51 units at 100 a second`)
  }
  await world.time.run(story())
})

test('who costs less than estimated gives the rest back', async () => {
  const world = worldOf(tables)
  const store = world.open()
  const story = async (): Promise<void> => {
    await store.commit(planOf(putOf('players', 'a', 50)))
    await meanwhile(world, { kind: 'delete', table: 'players', key: { id: 'a' }, condition: always })
    const ms = await timeOf(
      world,
      () => store.commit(planOf(putOf('players', 'a', 1))),
      () => store.commit(planOf(putOf('players', 'b', 45))),
    )
    // Fifty units are earned for the first, of which it needs one.
    assert.ok(ms < 600, `${ms} ms`)
  }
  await world.time.run(story())
})

test('a store that tells nothing is paced by estimates', async () => {
  const world = worldOf(tables)
  const { time, table } = world
  const inside = time.distant(table, 5)
  const silent: Store = { ...inside, commit: (plan, { signal } = {}) => inside.commit(plan, { signal }) }
  const store = pacedStore(silent, { environment: time })
  const story = async (): Promise<void> => {
    const ask = () => store.commit(planOf(putOf('players', `p${Math.floor(time.random() * 1000)}`, 10)))
    const ms = await timeOf(world, ...[...Array(10).keys()].map(() => ask))
    assert.ok(ms >= 850, `${ms} ms for 100 units at 100 a second`)
  }
  await world.time.run(story())
})

test('failed conditions are paid for', async () => {
  const world = worldOf(tables)
  const store = world.open()
  const story = async (): Promise<void> => {
    const refused: WriteAction = { ...putOf('players', 'a', 10), condition: { kind: 'exists', path: ['none'] } }
    const ms = await timeOf(world, ...[...Array(10).keys()].map(() => () => store.commit(planOf(refused))))
    assert.ok(ms >= 850, `${ms} ms for 100 units at 100 a second`)
  }
  await world.time.run(story())
})

test('what is left of a batch comes again, at its old place', async () => {
  const { time, table } = worldOf(tables)
  const reasons = ['TableWriteProvisionedThroughputExceeded arn:aws:dynamodb:local:0:table/players']
  const sent: number[] = []
  const batching = {
    ...time.distant(table, 5),
    async write(writes: readonly BulkWrite[]) {
      sent.push(writes.length)
      return { unprocessed: writes.slice(3), reasons: writes.length > 3 ? reasons : [] }
    },
  }
  // So much that the batch is one portion.
  const store = pacedStore(batching, { environment: time, limits: { players: { write: 1000 } } })
  const writes = [...Array(8).keys()].map(
    (n): BulkWrite => ({ kind: 'delete', table: 'players', key: { id: `p${n}` } }),
  )
  const outcome = await time.run(store.write(writes))
  assert.equal(outcome, { unprocessed: [], reasons: [] })
  assert.equal(sent, [8, 5, 2])
})

test.run()

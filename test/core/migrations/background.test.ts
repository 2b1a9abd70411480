/**
 * A migration beside those who pay for the table: on a simulated table of little capacity, in virtual time.
 *
 * @module
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { VirtualTime } from '../scheduler/virtual-time.ts'
import { personModels } from './town.ts'

const PEOPLE = 200

/** Two hundred people of the first version in a table that takes fifty units of writing a second. */
async function crowd() {
  const { One, Three } = personModels('crowd')
  const time = new VirtualTime()
  const capacity = { tables: { [One.table]: { read: 1000, write: 50, burstSeconds: 1 } } }
  const store = time.distant(memoryStore({ adversity: { seed: 1, capacity }, now: time.now }), 5)
  const engineOf = (model: typeof One | typeof Three) => createEngine({ store, models: [model], environment: time })
  const old = engineOf(One)
  await time.run(old.tables.create())
  const people = Array.from({ length: PEOPLE }, (_, i) => ({ id: `p${i}`, name: 'Ann Lee', born: '1990-05-01' }))
  await time.run(old.records.putMany(One, people))
  return { time, Three, engine: engineOf(Three) }
}

// Its writes were commits like all others, so that a user's waited behind one of every segment.
test('interactive commits do not wait behind a migration', async () => {
  const { time, Three, engine } = await crowd()
  let isDone = false
  const waits: number[] = []
  const sign = async (): Promise<void> => {
    for (let n = 0; !isDone; n++) {
      await time.sleep(100)
      const asked = time.now()
      await engine.unitOfWork.run((work) => {
        const name = { first: 'Bo', last: 'Lee' }
        work.create(Three, { id: `new ${n}`, name, born: new Date(0), coins: 0, tags: new Set<string>() })
      })
      waits.push(time.now() - asked)
    }
  }
  const migrate = async () => {
    const report = await engine.migrations.run(Three, { segments: 40 })
    isDone = true
    return report
  }
  const [report] = await time.run(Promise.all([migrate(), sign()]))
  assert.equal([report.migrated, report.failed], [PEOPLE, 0])
  assert.ok(waits.length > 20, `${waits.length} commits`)
  // Forty that came first would take the best part of a second.
  assert.ok(Math.max(...waits) < 100, `${Math.max(...waits)} ms`)
})

test('a migration takes the share of the capacity that it is given', async () => {
  for (const [rate, low, high] of [
    [1, 3000, 5000],
    [0.25, 14_000, 18_000],
  ] as const) {
    const { time, Three, engine } = await crowd()
    const started = time.now()
    await time.run(engine.migrations.run(Three, { segments: 20, rate }))
    const took = time.now() - started
    assert.ok(took >= low && took <= high, `${took} ms at ${rate}`)
  }
})

test.run()

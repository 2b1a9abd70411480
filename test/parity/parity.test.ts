import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { levelStore } from '../../adapters/level/index.ts'
import { memoryStore } from '../../adapters/memory/index.ts'
import { itemSize } from '../../core/data/item.ts'
import { newDirectory, removeDirectories } from '../adapters/level/directory.ts'
import { dynamodbLocal } from '../support/dynamodb-local.ts'
import { attributes } from './arbitrary.ts'
import { compare, describe, type NamedStore, plan, table } from './compare.ts'
import { always, settled, steps } from './steps.ts'

const { PARITY_RUNS, PARITY_VERBOSE } = process.env
/** Cases that go on at once: LevelDB writes those of one moment together. */
const BATCH = 20

const local = await dynamodbLocal()
const client = local?.client()

const memory: NamedStore = { name: 'memory', store: memoryStore() }
const level: NamedStore = { name: 'LevelDB', store: levelStore({ path: newDirectory() }) }
const dynamodb: NamedStore | undefined = client && {
  name: 'DynamoDB',
  store: dynamodbStore({ client }),
  isDynamodbLocal: true,
}
const stores = [memory, level, ...(dynamodb ? [dynamodb] : [])]

test.before(async () => {
  for (const { store } of stores) {
    await store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [] })
  }
})

test.after(async () => {
  await dynamodb?.store.deleteTable(table)
  for (const { store } of stores) await store.close()
  client?.destroy()
  removeDirectories()
})

let count = 0

/** `runs` batches of random cases, after those that were once disagreed about. */
async function agree(one: NamedStore, other: NamedStore, runs: number): Promise<void> {
  const kinds = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: BATCH, maxLength: BATCH }), async (batch) => {
      const outcomes = await Promise.all(batch.map((cases) => compare(one, other, cases, `run ${count++}`)))
      for (const { kind } of outcomes) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }),
    { numRuns: runs, examples: [[settled]] },
  )
  if (PARITY_VERBOSE) console.log([...kinds])
  // A generator gone astray would compare only refusals.
  for (const kind of ['committed', 'conflict', 'invalid']) {
    assert.ok((kinds.get(kind) ?? 0) >= (runs * BATCH) / 20, `too few outcomes of kind ${kind}`)
  }
}

const runsOf = (cases: number): number => Math.ceil(Number(PARITY_RUNS ?? cases) / BATCH)

test('memory and LevelDB give the same outcome, images and items', () => agree(memory, level, runsOf(2400)))

if (dynamodb) {
  test('memory and DynamoDB give the same outcome, images and items', () => agree(memory, dynamodb, runsOf(400)))
}

test('all agree on the last byte that an item may have', async () => {
  await fc.assert(
    fc.asyncProperty(attributes, async (rest) => {
      const id = `size ${count++}`
      const bare = { ...rest, id, padding: '' }
      const room = 400 * 1024 - itemSize(bare)
      for (const [bytes, expected] of [
        [room, 'committed'],
        [room + 1, 'invalid'],
      ] as const) {
        const item = { ...bare, padding: 'x'.repeat(bytes) }
        for (const { name, store } of stores) {
          const outcome = await store.commit(plan([{ kind: 'put', table, key: { id }, item, condition: always }]))
          assert.is(outcome.kind, expected, `${name}: ${describe(outcome)}`)
        }
      }
      for (const { store } of stores) {
        await store.commit(plan([{ kind: 'delete', table, key: { id }, condition: always }]))
      }
    }),
    { numRuns: runsOf(15 * BATCH) },
  )
})

test.run()

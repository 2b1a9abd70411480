/**
 * A consumer of the change feed that is killed again and again, and goes on with the last token that it saved.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { levelStore } from '../../adapters/level/index.ts'
import type { Store } from '../../core/store/store.ts'
import { newDirectory, removeDirectories } from '../adapters/level/directory.ts'
import { dynamodbLocal, localStreams } from '../support/dynamodb-local.ts'
import { tablePrefix } from '../support/stores.ts'
import { countUp, type Line, type Orders } from './consumer.ts'

const program = fileURLToPath(new URL('./consumer.ts', import.meta.url))
const KILLS = 4

/** What all lives of the consumer were told. */
class Account {
  from = 'start'
  readonly #seen = new Map<string, number>()

  /** Old states may come again; new ones come one by one. */
  hear({ told, token }: Line): void {
    for (const [id, n] of told) {
      const seen = this.#seen.get(id) ?? 0
      assert.ok(n <= seen + 1, `${id} was told as ${n} after ${seen}`)
      this.#seen.set(id, Math.max(seen, n))
    }
    this.from = token
  }

  async expectAllOf(store: Store, table: string): Promise<void> {
    const { items } = await store.scan({ table, consistent: true })
    for (const { id, n } of items) assert.is(this.#seen.get(id as string), n, `${id}`)
    assert.is(items.length, this.#seen.size)
  }
}

/** A life of the consumer, ended a random moment after it said something with changes in it. */
async function liveAndDie(orders: Orders, account: Account): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, '--import', 'tsx', program, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  let dying = false
  child.stdout.on('data', (chunk) => {
    output += chunk
    if (dying || !output.includes('[["')) return
    dying = true
    setTimeout(() => child.kill('SIGKILL'), Math.random() * 100)
  })
  const [, signal] = await once(child, 'close')
  assert.is(signal, 'SIGKILL')
  for (const line of output.split('\n').slice(0, -1)) account.hear(JSON.parse(line))
}

/** The rest, by a consumer that nobody kills. All is in one shard, so what was written last comes last. */
async function finish(store: Store, table: string, account: Account): Promise<void> {
  await store.commit({
    id: 'last',
    actions: [
      {
        kind: 'put',
        table,
        key: { id: 'last' },
        item: { id: 'last', n: 1 },
        condition: { kind: 'all', conditions: [] },
      },
    ],
  })
  for await (const { changes, token } of store.changes({ tables: [table], from: account.from })) {
    account.hear({ told: changes.map(({ key, after }) => [key['id'] as string, after?.['n'] as number]), token })
    if (changes.some(({ key }) => key['id'] === 'last')) break
  }
  await account.expectAllOf(store, table)
}

test(`a consumer on LevelDB, killed ${KILLS} times together with the writer, misses nothing`, async () => {
  const path = newDirectory()
  const account = new Account()
  for (let kill = 0; kill < KILLS; kill++) {
    await liveAndDie({ table: 'counts', from: account.from, store: { path } }, account)
  }
  const store = levelStore({ path })
  await finish(store, 'counts', account)
  await store.close()
})

const local = await dynamodbLocal()
const onDynamodb = local ? test : test.skip

onDynamodb(`a consumer on DynamoDB, killed ${KILLS} times beside the writer, misses nothing`, async () => {
  const { endpoint } = local!
  const store = dynamodbStore({ client: local!.client(), streams: localStreams(endpoint) })
  const table = `${tablePrefix()}-counts`
  await store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [], stream: true })
  const account = new Account()
  for (let kill = 0; kill < KILLS; kill++) {
    const writing = countUp(store, table, 60)
    await liveAndDie({ table, from: account.from, store: { endpoint } }, account)
    await writing
  }
  await finish(store, table, account)
  await store.deleteTable(table)
  await store.close()
})

test.after(removeDirectories)

test.run()

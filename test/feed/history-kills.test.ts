/**
 * A consumer of histories that is killed again and again together with the writers, and goes on with the last token that it
 * saved: in the end it was told what the histories tell, and of each record in its order.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Store } from 'draftwork'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { levelStore } from '../../adapters/level/index.ts'
import { newDirectory, removeDirectories } from '../adapters/level/directory.ts'
import { dynamodbLocal, localStreams } from '../support/dynamodb-local.ts'
import { tablePrefix } from '../support/stores.ts'
import { type Ledger, type Line, type Orders, openLedger, positions, type Told } from './history-consumer.ts'

const program = fileURLToPath(new URL('./history-consumer.ts', import.meta.url))
const KILLS = 3
/** What is still missing then will not come. */
const PATIENCE_MS = 60_000

/** What all lives of the consumer were told. */
class Notebook {
  from = 'start'
  readonly #told = new Set<string>()
  readonly #last = new Map<string, string>()

  /** Old events may come again; a new one comes behind all that were told of its record. */
  hear({ told, token }: Line): void {
    for (const each of told) {
      const [record, generation, ...place] = each
      if (this.#told.has(String(each))) continue
      this.#told.add(String(each))
      const order = [generation, ...place.map((number) => String(number).padStart(6, '0'))].join()
      const last = this.#last.get(record)
      assert.ok(last === undefined || last < order, `${record}: ${order} was told after ${last}`)
      this.#last.set(record, order)
    }
    this.from = token
  }

  lacks(all: readonly Told[]): readonly Told[] {
    return all.filter((each) => !this.#told.has(String(each)))
  }

  get size(): number {
    return this.#told.size
  }
}

function start(orders: Orders): ChildProcess {
  const args = [...process.execArgv, '--import', 'tsx', program, JSON.stringify(orders)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  assert.is((await closed)[1], 'SIGKILL')
}

/** A life of the consumer, ended a random moment after it told of events. */
async function liveAndDie(orders: Orders, notebook: Notebook): Promise<void> {
  const child = start(orders)
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the consumer ended by itself')))
    child.stdout!.on('data', (chunk) => {
      output += chunk
      if (output.includes('[["')) setTimeout(resolve, Math.random() * 300)
    })
  })
  child.removeAllListeners('exit')
  await kill(child)
  for (const line of output.split('\n').slice(0, -1)) notebook.hear(JSON.parse(line))
}

async function historiesOf({ history, Account, Seat, accounts, seats }: Ledger): Promise<readonly Told[]> {
  const all: Told[] = []
  for (const key of accounts) {
    assert.equal((await history.verify(Account, key)).problems, [])
    all.push(...positions(await history.of(Account, key).toArray()))
  }
  for (const key of seats) {
    assert.equal((await history.verify(Seat, key)).problems, [])
    all.push(...positions(await history.of(Seat, key).toArray()))
  }
  return all
}

/** The rest, by a consumer that nobody kills. */
async function finish(store: Store, prefix: string, notebook: Notebook): Promise<void> {
  const ledger = openLedger(store, prefix)
  const all = await historiesOf(ledger)
  // Not `AbortSignal.timeout`, for which the process would not stay.
  const controller = new AbortController()
  const patience = setTimeout(() => controller.abort(), PATIENCE_MS)
  const rest = ledger.history.follow({ from: notebook.from, signal: controller.signal })
  for await (const { events, token } of rest.pages()) {
    notebook.hear({ told: positions(events), token })
    if (notebook.lacks(all).length === 0) break
  }
  clearTimeout(patience)
  assert.equal(notebook.lacks(all), [])
  assert.is(notebook.size, all.length)
  await ledger.tables.delete()
}

test(`histories on LevelDB are told whole to a consumer that is killed ${KILLS} times with its writers`, async () => {
  const [path, prefix] = [newDirectory(), tablePrefix()]
  const notebook = new Notebook()
  for (let life = 0; life < KILLS; life++) {
    await liveAndDie({ prefix, from: notebook.from, store: { path }, writes: true, follows: true }, notebook)
  }
  const store = levelStore({ path })
  await finish(store, prefix, notebook)
  await store.close()
})

const local = await dynamodbLocal()
const onDynamodb = local ? test : test.skip

onDynamodb(
  `histories on DynamoDB are told whole to a consumer that is killed ${KILLS} times beside writers that are killed`,
  async () => {
    const { endpoint } = local!
    const store = dynamodbStore({ client: local!.client(), streams: localStreams(endpoint) })
    const prefix = tablePrefix()
    await openLedger(store, prefix).tables.create()
    const notebook = new Notebook()
    const common = { prefix, store: { endpoint } }
    for (let life = 0; life < KILLS; life++) {
      const writer = start({ ...common, from: '-', writes: true, follows: false })
      await liveAndDie({ ...common, from: notebook.from, writes: false, follows: true }, notebook)
      await kill(writer)
    }
    await finish(store, prefix, notebook)
    await store.close()
  },
)

test.after(removeDirectories)

test.run()

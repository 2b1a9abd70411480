import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import type { Item } from '../../../core/data/item.ts'
import { all } from '../../../core/expression/condition.ts'
import type { Store } from '../../../core/store/store.ts'
import { everything } from '../../support/everything.ts'
import { newDirectory, removeDirectories } from './directory.ts'

const program = fileURLToPath(new URL('./transfers.ts', import.meta.url))
const KILLS = 10

/** Commits that each life of the program has at least. */
const COMMITS = 10

/** Runs the program, kills it a random moment after its first commits, and returns the ids of what was acknowledged. */
async function runAndKill(path: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [...process.execArgv, '--import', 'tsx', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  const begun = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk
      if (output.split('\n').length > COMMITS) resolve()
    })
  })
  const closed = once(child, 'close')
  await Promise.race([begun, closed])
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 300))
  child.kill('SIGKILL')
  const [, signal] = await closed
  assert.is(signal, 'SIGKILL')
  // A line that was cut off may have been acknowledged or not.
  return output.split('\n').slice(0, -1)
}

/** What the log of changes makes of nothing, by table and id; each change must fit what those before it made. */
async function replayed(store: Store): Promise<ReadonlyMap<string, Item>> {
  const mark = { table: 'marks', key: { id: randomUUID() } }
  await store.commit({ id: randomUUID(), actions: [{ ...mark, kind: 'put', item: mark.key, condition: all([]) }] })
  const items = new Map<string, Item>()
  for await (const { changes } of store.changes({ tables: ['accounts', 'transfers', 'marks'], from: 'start' })) {
    for (const { table, key, before, after } of changes) {
      if (table === 'marks' && key['id'] === mark.key.id) return items
      if (table === 'marks') continue
      const name = `${table} ${key['id']}`
      assert.equal(before, items.get(name), `${name} before a change`)
      items.set(name, after!)
    }
  }
  throw new Error('Expected the mark among the changes')
}

/** Every commit that was acknowledged is there, and every one that is there is there as a whole, in the items and in the log. */
async function expectSound(path: string, acknowledged: readonly string[], when: string): Promise<void> {
  const store = levelStore({ path })
  const transfers = await everything(store, 'transfers')
  const accounts = await everything(store, 'accounts')
  const log = await replayed(store)
  await store.close()
  const stored = [
    ...accounts.map((item) => ['accounts', item] as const),
    ...transfers.map((item) => ['transfers', item] as const),
  ]
  assert.is(log.size, stored.length, `Items by the log after ${when}`)
  for (const [table, item] of stored) assert.equal(log.get(`${table} ${item['id']}`), item, `${item['id']} by the log`)
  const present = new Set(transfers.map(({ id }) => id))
  for (const id of acknowledged) assert.ok(present.has(id), `Commit ${id} was acknowledged before ${when}`)
  const balances = new Map<unknown, number>()
  const move = (account: unknown, by: number) => balances.set(account, (balances.get(account) ?? 0) + by)
  for (const { from, to, amount } of transfers) {
    move(from, -(amount as number))
    move(to, amount as number)
  }
  for (const { id, balance } of accounts) assert.is(balance, balances.get(id), `${id} after ${when}`)
  assert.is(accounts.length, balances.size)
  const sum = accounts.reduce((total, { balance }) => total + (balance as number), 0)
  assert.is(sum, 0)
}

test('a kill at any moment leaves every acknowledged commit and no half one', async () => {
  const path = newDirectory()
  const acknowledged: string[] = []
  for (let kill = 1; kill <= KILLS; kill++) {
    acknowledged.push(...(await runAndKill(path)))
    await expectSound(path, acknowledged, `kill ${kill}`)
  }
  assert.ok(acknowledged.length >= KILLS * COMMITS, `Expected many commits, got ${acknowledged.length}`)
})

const unlessWindows = process.platform === 'win32' ? test.skip : test

// The shell lets no file grow beyond 300 KB, so that a write fails in the middle, as on a full disk.
unlessWindows('a write that fails leaves every acknowledged commit and no half one', async () => {
  const path = newDirectory()
  const limited = `trap '' XFSZ; ulimit -f 300; exec "$@"`
  const command = [process.execPath, ...process.execArgv, '--import', 'tsx', program, path]
  const child = spawn('bash', ['-c', limited, 'bash', ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  await once(child, 'close')
  assert.match(complaint, /Expected the transfer to be committed, got unknown/)
  const acknowledged = output.split('\n').slice(0, -1)
  assert.ok(acknowledged.length > 10, `Expected some commits, got ${acknowledged.length}`)
  await expectSound(path, acknowledged, 'the failure')
})

test.after(removeDirectories)

test.run()

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import type { Item } from '../../../core/data/item.ts'
import { all } from '../../../core/expression/condition.ts'
import type { ScanRequest, Store } from '../../../core/store/store.ts'
import { newDirectory, removeDirectories } from './directory.ts'
import { byTeam } from './indexing.ts'

const program = fileURLToPath(new URL('./indexing.ts', import.meta.url))
const ITEMS = 3000
const KILLS = 6

/** Every item in another team than the time before, so that an entry of an earlier time would show. */
async function fill(store: Store, team: string): Promise<void> {
  for (let first = 0; first < ITEMS; first += 100) {
    const actions = Array.from({ length: 100 }, (_, i) => {
      const key = { id: `player-${first + i}` }
      return { kind: 'put' as const, table: 'players', key, item: { ...key, team }, condition: all([]) }
    })
    const outcome = await store.commit({ id: `${team}-${first}`, actions })
    assert.is(outcome.kind, 'committed')
  }
}

async function scanned(store: Store, request: Omit<ScanRequest, 'table' | 'consistent'>): Promise<readonly Item[]> {
  const items: Item[] = []
  let from: ScanRequest['from']
  do {
    const page = await store.scan({ table: 'players', consistent: false, ...request, from })
    items.push(...page.items)
    from = page.next
  } while (from !== undefined)
  return items
}

const byId = (items: readonly Item[]): ReadonlyMap<unknown, Item> => new Map(items.map((item) => [item['id'], item]))

async function killWhileIndexing(path: string): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, '--import', 'tsx', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), closed])
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
  child.kill('SIGKILL')
  const [, signal] = await closed
  assert.is(signal, 'SIGKILL')
}

test('a kill while an index is made or removed leaves a whole one or none', async () => {
  const path = newDirectory()
  const first = levelStore({ path })
  await first.createTable({ table: 'players', partition: { name: 'id', type: 'S' }, indexes: [] })
  await fill(first, 'team-0')
  await first.close()
  for (let kill = 1; kill <= KILLS; kill++) {
    await killWhileIndexing(path)
    const store = levelStore({ path })
    const { indexes } = (await store.describeTable('players'))!
    const items = await scanned(store, {})
    assert.is(items.length, ITEMS)
    if (indexes.length > 0) assert.equal(byId(await scanned(store, { index: 'byTeam' })), byId(items))
    // What the kill left behind must not be taken for entries of an index that is made now.
    await store.updateTable({ table: 'players', kind: 'remove-index', index: 'byTeam' })
    await fill(store, `team-${kill}`)
    await store.updateTable({ table: 'players', kind: 'add-index', index: byTeam })
    const indexed = await scanned(store, { index: 'byTeam' })
    assert.is(indexed.length, ITEMS, `entries after kill ${kill}`)
    assert.equal(byId(indexed), byId(await scanned(store, {})))
    await store.updateTable({ table: 'players', kind: 'remove-index', index: 'byTeam' })
    await store.close()
  }
})

test.after(removeDirectories)

test.run()

import { spawn } from 'node:child_process'
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
    const items = await everything(store, 'players')
    assert.is(items.length, ITEMS)
    if (indexes.length > 0) assert.equal(byId(await everything(store, 'players', { index: 'byTeam' })), byId(items))
    // What the kill left behind must not be taken for entries of an index that is made now.
    await store.updateTable({ table: 'players', kind: 'remove-index', index: 'byTeam' })
    await fill(store, `team-${kill}`)
    await store.updateTable({ table: 'players', kind: 'add-index', index: byTeam })
    const indexed = await everything(store, 'players', { index: 'byTeam' })
    assert.is(indexed.length, ITEMS, `entries after kill ${kill}`)
    assert.equal(byId(indexed), byId(await everything(store, 'players')))
    await store.updateTable({ table: 'players', kind: 'remove-index', index: 'byTeam' })
    await store.close()
  }
})

test.after(removeDirectories)

test.run()

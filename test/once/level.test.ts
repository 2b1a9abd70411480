/**
 * Once only on LevelDB: one process at a time, killed at any moment and started again on the same directory.
 *
 * @module
 */
import { test } from 'uvu'
import { levelStore } from '../../adapters/level/index.ts'
import { newDirectory, removeDirectories } from '../adapters/level/directory.ts'
import { chance } from '../support/chance.ts'
import { live } from './life.ts'
import { killsOr, seed } from './long-run.ts'
import { openAccounts, Tally } from './tally.ts'

const KILLS = killsOr(6)

test(`${KILLS} kills on one directory: nothing lost, nothing twice`, async () => {
  const random = chance(seed)
  const path = newDirectory()
  const prefix = 'once'
  const first = levelStore({ path })
  await openAccounts(first, prefix)
  await first.close()
  const tally = new Tally()
  for (let kill = 1; kill <= KILLS; kill++) {
    const from = Math.max(0, tally.firstOpen - Math.floor(random() * 6))
    let dying = false
    const life = live({ prefix, store: { path }, from, until: null, atOnce: 3, callers: 2 }, () => {
      if (!dying) setTimeout(() => life.kill(), random() * 250)
      dying = true
    })
    for (const line of (await life.ended).lines) tally.hear(line)
  }
  const orders = { prefix, store: { path }, from: 0, until: tally.begun, atOnce: 8, callers: 2 }
  for (const line of (await live(orders).ended).lines) tally.hear(line)
  const store = levelStore({ path })
  await tally.expectSound(store, prefix)
  await store.close()
  console.log(`once on LevelDB, seed ${seed}: ${KILLS} kills, ${tally.jobs} jobs, ${tally.answers} answers`)
})

test.after(removeDirectories)

test.run()

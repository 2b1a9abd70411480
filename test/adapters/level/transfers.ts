/**
 * A program that moves money between accounts as fast as it can, for the tests that kill it: each transfer changes two
 * accounts and records itself, in one commit, and its id is printed once it was answered.
 *
 * `node --import tsx transfers.ts <path>`
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { levelStore } from '../../../adapters/level/index.ts'
import { all } from '../../../core/expression/condition.ts'
import { increment } from '../../../core/expression/update.ts'
import type { Store } from '../../../core/store/store.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'

const ACCOUNTS = 20
const COMMITTERS = 8

async function transfer(store: Store): Promise<void> {
  const id = randomUUID()
  const from = Math.floor(Math.random() * ACCOUNTS)
  const to = (from + 1 + Math.floor(Math.random() * (ACCOUNTS - 1))) % ACCOUNTS
  const amount = 1 + Math.floor(Math.random() * 100)
  const change = (account: number, by: number): WriteAction => ({
    kind: 'update',
    table: 'accounts',
    key: { id: `account ${account}` },
    update: [increment(['balance'], by)],
    condition: all([]),
  })
  const item = { id, from: `account ${from}`, to: `account ${to}`, amount }
  const record: WriteAction = { kind: 'put', table: 'transfers', key: { id }, item, condition: all([]) }
  const outcome = await store.commit({ id, actions: [change(from, -amount), change(to, amount), record] })
  if (outcome.kind !== 'committed') throw new Error(`Expected the transfer to be committed, got ${outcome.kind}`)
  // Synchronous: what was answered has been said before anything else happens.
  writeSync(1, `${id}\n`)
}

const [, program, path] = process.argv
if (program === fileURLToPath(import.meta.url) && path !== undefined) {
  const store = levelStore({ path })
  for (let i = 0; i < COMMITTERS; i++) {
    void (async () => {
      for (;;) await transfer(store)
    })()
  }
}

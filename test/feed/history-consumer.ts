/**
 * A program that changes records, follows their histories, or both, until it is killed. It prints a line for each page of
 * events: which they were, and the token.
 *
 * `node --import tsx history-consumer.ts '{ "prefix": …, "from": …, "store": …, "writes": …, "follows": … }'`
 *
 * @module
 */
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createEngine, defineModel, isEngineError, type Store } from 'draftwork'
import * as t from 'io-ts'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { levelStore } from '../../adapters/level/index.ts'
import { localClient, localStreams } from '../support/dynamodb-local.ts'

export interface Orders {
  readonly prefix: string
  readonly from: string
  readonly store: { readonly endpoint: string } | { readonly path: string }
  readonly writes: boolean
  readonly follows: boolean
}

/** Record, generation, version, and the position among the events of that commit. */
export type Told = readonly [record: string, generation: string, version: number, position: number]

export interface Line {
  readonly told: readonly Told[]
  readonly token: string
}

export type Ledger = ReturnType<typeof openLedger>

export function openLedger(store: Store, prefix: string) {
  const Account = defineModel({
    name: 'Account',
    table: `${prefix}-accounts`,
    key: { partition: 'id' },
    schema: t.intersection([t.type({ id: t.string, balance: t.number }), t.partial({ note: t.string })]),
    history: { entries: 4 },
    events: {
      Deposited: {
        payload: t.type({ amount: t.number }),
        reducer(draft, { amount }) {
          draft.balance += amount
        },
      },
    },
  })
  const Seat = defineModel({
    name: 'Seat',
    table: `${prefix}-seats`,
    key: { partition: 'hall', sort: 'row' },
    schema: t.type({ hall: t.string, row: t.number, taken: t.number }),
    history: { entries: 3 },
  })
  const engine = createEngine({ store, models: [Account, Seat], journalTable: `${prefix}-journal` })
  const accounts = ['ann', 'bob', 'cid'].map((id) => ({ id }))
  const seats = [1, 2].map((row) => ({ hall: 'main', row }))
  return { ...engine, Account, Seat, accounts, seats }
}

/** Events as their history numbers them. */
export function positions(
  events: readonly { model: string; key: object; generation: string; version: number }[],
): Told[] {
  const counts = new Map<string, number>()
  return events.map(({ model, key, generation, version }) => {
    const record = `${model} ${JSON.stringify(key)}`
    const commit = `${record} ${generation} ${version}`
    const position = counts.get(commit) ?? 0
    counts.set(commit, position + 1)
    return [record, generation, version, position]
  })
}

const oneOf = <A>(list: readonly A[]): A => list[Math.floor(Math.random() * list.length)]!

/** Creates, changes, deletes and replaces records, by plain changes, events and blind ones, alone and several at once. */
async function writeOn({ unitOfWork, Account, Seat, accounts, seats }: Ledger): Promise<void> {
  for (;;) {
    const [id, place, dice] = [oneOf(accounts), oneOf(seats), Math.random()]
    const unit = unitOfWork.run('write', async (work) => {
      const account = await work.find(Account, id)
      if (!account) return void work.create(Account, { ...id, balance: 0 })
      if (dice < 0.1) work.delete(account)
      if (dice < 0.05) work.create(Account, { ...id, balance: 50 })
      if (dice < 0.1) return
      if (dice < 0.3) return work.blind(Account, id, (blind) => blind.increment('balance', 1))
      if (dice < 0.5) {
        for (const amount of [1, 2]) work.apply(await work.get(Account, id), Account.events.Deposited({ amount }))
        return
      }
      const seat = await work.find(Seat, place)
      if (seat && dice < 0.6) work.delete(seat)
      else if (seat) work.change(seat, (draft) => void draft.taken++)
      else work.create(Seat, { ...place, taken: 1 })
      // Now and then one that is too large for a tail.
      const note = dice > 0.9 ? 'x'.repeat(9000) : String(dice)
      work.change(account, (draft) => void Object.assign(draft, { note }))
    })
    await unit.catch((error: unknown) => {
      if (!isEngineError(error)) throw error
    })
  }
}

const [, program, orders] = process.argv
if (program === fileURLToPath(import.meta.url) && orders !== undefined) {
  const { prefix, from, store: where, writes, follows } = JSON.parse(orders) as Orders
  const store =
    'path' in where
      ? levelStore(where)
      : dynamodbStore({ client: localClient(where.endpoint), streams: localStreams(where.endpoint) })
  const ledger = openLedger(store, prefix)
  await ledger.tables.create()
  if (writes) for (let writer = 0; writer < 3; writer++) void writeOn(ledger)
  if (follows) {
    for await (const { events, token } of ledger.history.follow({ from }).pages()) {
      // Synchronous: what was said before the kill was handled, and nothing else was.
      writeSync(1, `${JSON.stringify({ told: positions(events), token })}\n`)
    }
  }
}

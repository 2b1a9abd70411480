/**
 * Units of work as any program would write them; nothing is tuned.
 *
 * @module
 */
import * as t from 'io-ts'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { createEngine, defineModel } from '../../core/index.ts'
import type { Setting, Way } from './way.ts'

const fields: Record<string, t.NumberC> = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`f${i}`, t.number]))

export const boardModel = (table: string, history = true) =>
  defineModel({
    name: 'Board',
    table,
    history,
    key: { partition: 'id' },
    schema: t.type({ id: t.string, fields: t.type(fields) }),
  })

export const accountModel = (table: string, history = true) =>
  defineModel({
    name: 'Account',
    table,
    history,
    key: { partition: 'id' },
    schema: t.type({ id: t.string, balance: t.number }),
  })

export function draftworkWay({ counted, board, accounts, journal }: Setting, history = true): Way {
  const Board = boardModel(board, history)
  const Account = accountModel(accounts, history)
  const store = dynamodbStore({ client: counted.client })
  const { unitOfWork } = createEngine({ store, models: [Board, Account], journalTable: journal })
  return {
    async add(field) {
      let attempts = 0
      await unitOfWork.run(
        'add',
        async (work) => {
          attempts++
          const found = await work.get(Board, { id: 'hot' })
          work.change(found, (draft) => {
            draft.fields[field]! += 1
          })
        },
        { maxAttempts: 1000 },
      )
      return attempts
    },
    async transfer(from, to) {
      let attempts = 0
      await unitOfWork.run(
        'transfer',
        async (work) => {
          attempts++
          const [source, target] = await work.getMany(Account, [{ id: from }, { id: to }])
          work.change(source!, (draft) => {
            draft.balance -= 1
          })
          work.change(target!, (draft) => {
            draft.balance += 1
          })
        },
        { maxAttempts: 1000 },
      )
      return attempts
    },
  }
}

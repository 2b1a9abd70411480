/**
 * Accounts with domain events, over any store: what the stories of histories are about.
 *
 * @module
 */
import { createEngine, date, defineModel, type Environment, type Store, setOf } from 'draftwork'
import * as t from 'io-ts'
import { tablePrefix } from '../../support/stores.ts'

export const accountModel = (table: string, history: { readonly entries?: number } | true = true) =>
  defineModel({
    name: 'Account',
    table,
    key: { partition: 'id' },
    schema: t.intersection([
      t.type({ id: t.string, balance: t.number, tags: setOf(t.string), home: t.type({ city: t.string }) }),
      t.partial({ log: t.array(t.string), visits: t.number, opened: date, note: t.string }),
    ]),
    defaults: { balance: 0, tags: () => new Set<string>(), home: { city: 'Bergen' } },
    history,
    events: {
      Deposited: {
        payload: t.type({ amount: t.number }),
        reducer(draft, { amount }) {
          draft.balance += amount
        },
      },
      Tagged: {
        payload: t.type({ tag: t.string }),
        reducer(draft, { tag }) {
          draft.tags.add(tag)
        },
      },
      Untagged: {
        payload: t.type({ tag: t.string }),
        reducer(draft, { tag }) {
          draft.tags.delete(tag)
        },
      },
      Noted: { payload: t.type({}), reducer() {} },
    },
  })

interface BankOptions {
  readonly history?: { readonly entries?: number }
  readonly environment?: Environment
  readonly metadata?: () => Readonly<Record<string, unknown>>
}

export async function bank(store: Store, options: BankOptions = {}) {
  const prefix = tablePrefix()
  const Account = accountModel(`${prefix}-accounts`, options.history ?? true)
  const engine = createEngine({
    store,
    models: [Account],
    journalTable: `${prefix}-journal`,
    environment: options.environment,
    metadata: options.metadata,
  })
  await engine.tables.create()
  const key = { id: 'ann' }
  return {
    ...engine,
    Account,
    key,
    journal: `${prefix}-journal`,
    open: (fields: { readonly id?: string; readonly balance?: number } = {}) =>
      engine.unitOfWork.run('open', (work) => void work.create(Account, { ...key, ...fields })),
    add: (amount: number, id = 'ann') =>
      engine.unitOfWork.run('add', async (work) => {
        work.change(await work.get(Account, { id }), (draft) => {
          draft.balance += amount
        })
      }),
    stored: async (id = 'ann') => (await store.read([{ table: Account.table, key: { id } }], { consistent: true }))[0],
  }
}

/**
 * The town of the stories: users with energy and purses, what they may buy, and units of work written as the domain would.
 *
 * @module
 */
import * as t from 'io-ts'
import { createEngine } from '../../core/engine.ts'
import { date, setOf } from '../../core/model/codecs.ts'
import { defineModel } from '../../core/model/model.ts'
import type { UnitOfWork } from '../../core/unit-of-work/unit-of-work.ts'
import { openStore, type StoreKind, tablePrefix } from '../support/stores.ts'
import { watchedStore } from '../support/watched-store.ts'

/** A domain error: it knows nothing of the engine. */
export class TooTired extends Error {
  override readonly name = 'TooTired'
}

export class TooPoor extends Error {
  override readonly name = 'TooPoor'
}

export async function town(kind: StoreKind) {
  const prefix = tablePrefix()
  const User = defineModel({
    name: 'User',
    table: `${prefix}-users`,
    key: { partition: 'id' },
    schema: t.type({
      id: t.string,
      energy: t.number,
      coins: t.number,
      owns: setOf(t.string),
      seen: date,
      home: t.type({ city: t.string }),
    }),
    defaults: { energy: 10, coins: 0, owns: () => new Set(), seen: () => new Date(0), home: { city: 'Bergen' } },
  })
  const Purchase = defineModel({
    name: 'Purchase',
    table: `${prefix}-purchases`,
    key: { partition: 'user', sort: 'what' },
    schema: t.type({ user: t.string, what: t.string, price: t.number }),
  })
  const models = [User, Purchase]
  const store = openStore(kind)
  const watched = watchedStore(store)
  const { unitOfWork, tables } = createEngine({ store: watched, models })
  const others = createEngine({ store, models }).unitOfWork
  await tables.create()

  /** Spends energy, never below zero. Usable alone and inside other units of work. */
  const spend = (id: string, energy: number, runner = unitOfWork) =>
    runner.run('spend', async (work) => {
      const user = await work.get(User, { id })
      if (user.energy < energy) throw new TooTired(`${id} has ${user.energy}, needs ${energy}`)
      return work.change(user, (draft) => {
        draft.energy -= energy
      })
    })

  /** Buying something takes coins, and energy to carry it home. */
  const buy = (id: string, what: string, price: number) =>
    unitOfWork.run('buy', async (work: UnitOfWork) => {
      const user = await work.get(User, { id })
      if (user.coins < price) throw new TooPoor(`${id} has ${user.coins}, needs ${price}`)
      work.change(user, (draft) => {
        draft.coins -= price
        draft.owns.add(what)
      })
      work.create(Purchase, { user: id, what, price })
      await spend(id, 3)
    })

  return {
    User,
    Purchase,
    watched,
    unitOfWork,
    others,
    spend,
    buy,
    user: (id: string) => others.run((work) => work.find(User, { id })),
    purchase: (user: string, what: string) => others.run((work) => work.find(Purchase, { user, what })),
    async given(...users: readonly { readonly id: string; readonly energy?: number; readonly coins?: number }[]) {
      await others.run((work) => users.map((user) => work.create(User, user)).length)
      watched.forget()
    },
  }
}

/**
 * People of a town, whose records have had three forms, and the models that knew one, two and three of them.
 *
 * @module
 */
import * as t from 'io-ts'
import * as assert from 'uvu/assert'
import type { Item, ItemKey } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import { all } from '../../../core/expression/condition.ts'
import { date, setOf } from '../../../core/model/codecs.ts'
import { migrationsFrom } from '../../../core/model/migrations.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { Store } from '../../../core/store/store.ts'
import { tablePrefix } from '../../support/stores.ts'
import { watchedStore } from '../../support/watched-store.ts'
import { hurried } from '../unit-of-work/world.ts'

/** One name; when they came, as text of any kind. */
const PersonV1 = t.intersection([
  t.type({ id: t.string, name: t.string, born: t.string }),
  t.partial({ coins: t.number }),
])
/** Two names. */
const PersonV2 = t.type({
  id: t.string,
  name: t.type({ first: t.string, last: t.string }),
  born: t.string,
  coins: t.number,
})
/** The day as a Date, and tags. */
const PersonV3 = t.type({
  id: t.string,
  name: t.type({ first: t.string, last: t.string }),
  born: date,
  coins: t.number,
  tags: setOf(t.string),
})

const two = migrationsFrom(PersonV1).to(PersonV2, {
  up: ({ name, coins = 0, ...rest }) => {
    const [first = '', last = ''] = name.split(' ')
    return { ...rest, coins, name: { first, last } }
  },
  down: ({ name, ...rest }) => ({ ...rest, name: `${name.first} ${name.last}` }),
})
const three = two.to(PersonV3, {
  up: (person) => ({ ...person, born: new Date(`${person.born}T00:00:00Z`), tags: new Set(['old']) }),
  down: ({ tags: _, ...person }) => ({ ...person, born: person.born.toISOString().slice(0, 10) }),
})

export function personModels(prefix: string) {
  const base = { name: 'Person', table: `${prefix}-people`, key: { partition: 'id' } } as const
  return {
    One: defineModel({ ...base, schema: PersonV1 }),
    Two: defineModel({ ...base, schema: PersonV2, migrations: two }),
    Three: defineModel({ ...base, schema: PersonV3, migrations: three }),
  }
}

let seeds = 1000

/** The same table as seen by code of three times. */
export async function town(store: Store) {
  const prefix = tablePrefix()
  const models = personModels(prefix)
  const watched = watchedStore(store)
  const engineOf = (model: (typeof models)[keyof typeof models], over: Store = store) =>
    createEngine({ store: over, models: [model], journalTable: `${prefix}-journal`, environment: hurried(++seeds) })
  const engine = engineOf(models.Three, watched)
  await engine.tables.create()
  const { table } = models.Three
  return {
    ...models,
    ...engine,
    table,
    store,
    watched,
    journal: `${prefix}-journal`,
    /** Engines of code that is older. */
    oldest: engineOf(models.One),
    older: engineOf(models.Two),
    others: engineOf(models.Three),
    async stored(id: string): Promise<Item | undefined> {
      return (await store.read([{ table, key: { id } }], { consistent: true }))[0]
    },
    /** Puts an item there as it is. */
    async given(item: Item): Promise<void> {
      const key = { id: item['id'] } as ItemKey
      const plan = { id: `given-${++seeds}`, actions: [{ kind: 'put', table, key, item, condition: all([]) }] } as const
      const outcome = await store.commit(plan)
      // A server under load may drop a connection. It is unconditional, so that it may be sent again.
      assert.is(outcome.kind === 'unknown' ? (await store.commit(plan)).kind : outcome.kind, 'committed')
      watched.forget()
    },
    /** Away with the tables, which a shared store would keep. */
    async leave(): Promise<void> {
      await Promise.all([table, `${prefix}-journal`].map((each) => store.deleteTable(each)))
    },
  }
}

export type Town = Awaited<ReturnType<typeof town>>

export const annV1: Item = { id: 'ann', name: 'Ann Lee', born: '1990-05-01' }
export const annV3 = {
  id: 'ann',
  name: { first: 'Ann', last: 'Lee' },
  born: new Date('1990-05-01T00:00:00Z'),
  coins: 0,
  tags: new Set(['old']),
}

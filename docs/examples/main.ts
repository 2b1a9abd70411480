/**
 * The main job, as `npm start` runs it: one small domain, told step by step, so that a person sees what the engine does.
 *
 * @module
 */
import { createEngine, date, defineModel, setOf, type Work } from 'draftwork'
import { memoryStore } from 'draftwork/memory'
import * as t from 'io-ts'

const Player = defineModel({
  name: 'Player',
  table: 'players',
  key: { partition: 'id' },
  schema: t.type({
    id: t.string,
    energy: t.number,
    coins: t.number,
    badges: setOf(t.string),
    seen: date,
    home: t.type({ city: t.string, street: t.string }),
  }),
  defaults: { energy: 10, coins: 100, badges: () => new Set<string>(), seen: () => new Date() },
})

const Reward = defineModel({
  name: 'Reward',
  table: 'rewards',
  key: { partition: 'player', sort: 'name' },
  schema: t.type({ player: t.string, name: t.string }),
})

const { unitOfWork, tables, close } = createEngine({ store: memoryStore(), models: [Player, Reward] })
await tables.create()

/** Counts how often a unit of work runs its function. */
function counted<A>(name: string, fn: Work<A>) {
  let attempts = 0
  return unitOfWork
    .run(name, (work) => {
      attempts++
      return fn(work)
    })
    .then((result) => ({ name, attempts, result }))
}

const heading = (text: string): void => console.log(`\n${text}`)
const line = (text: string): void => console.log(`  ${text}`)
const player = (id: string) => unitOfWork.run((work) => work.get(Player, { id }))

heading('Two players are created, in one commit')
await unitOfWork.run('sign up', (work) => {
  work.create(Player, { id: 'ann', home: { city: 'Bergen', street: 'Strandgaten' } })
  work.create(Player, { id: 'bob', home: { city: 'Oslo', street: 'Karl Johan' } })
})
line(`ann has ${(await player('ann')).coins} coins, bob has ${(await player('bob')).coins}`)

heading('Two units of work change different fields of one record at once: both succeed at the first try')
for (const { name, attempts } of await Promise.all([
  counted('move', async (work) => {
    work.change(await work.get(Player, { id: 'ann' }), (draft) => {
      draft.home.city = 'Tromsø'
    })
  }),
  counted('tire', async (work) => {
    work.change(await work.get(Player, { id: 'ann' }), (draft) => {
      draft.energy -= 3
    })
  }),
])) {
  line(`${name}: ${attempts} attempt`)
}
const ann = await player('ann')
line(`ann lives in ${ann.home.city} and has ${ann.energy} energy`)

heading('Two units of work change the same field at once: one of them runs again')
for (const { name, attempts } of await Promise.all(
  ['eat', 'sleep'].map((name) =>
    counted(name, async (work) => {
      work.change(await work.get(Player, { id: 'ann' }), (draft) => {
        draft.energy += 1
      })
    }),
  ),
)) {
  line(`${name}: ${attempts} attempt${attempts === 1 ? '' : 's'}`)
}
line(`ann has ${(await player('ann')).energy} energy: neither was lost`)

heading('A nested unit of work is rolled back alone')
await unitOfWork.run('level up', async (work) => {
  const hero = await work.get(Player, { id: 'ann' })
  work.change(hero, (draft) => {
    draft.badges.add('level 2')
  })
  await work
    .run('grant', async (sub) => {
      sub.create(Reward, { player: 'ann', name: 'sword' })
      throw new Error('no swords left')
    })
    .catch((error: Error) => line(`grant was rolled back: ${error.message}`))
})
const reward = await unitOfWork.run((work) => work.find(Reward, { player: 'ann', name: 'sword' }))
line(`ann has ${[...(await player('ann')).badges].join(', ')} and ${reward ? 'a' : 'no'} sword`)

heading('A transfer between two records: both change or neither does')
const transfer = (from: string, to: string, amount: number) =>
  unitOfWork.run('transfer', async (work) => {
    const [payer, payee] = await Promise.all([work.get(Player, { id: from }), work.get(Player, { id: to })])
    if (payer.coins < amount) throw new Error(`${from} has only ${payer.coins} coins`)
    work.change(payer, (draft) => {
      draft.coins -= amount
    })
    work.change(payee, (draft) => {
      draft.coins += amount
    })
  })
await transfer('ann', 'bob', 40)
line(`ann has ${(await player('ann')).coins} coins, bob has ${(await player('bob')).coins}`)
await transfer('ann', 'bob', 500).catch((error: Error) => line(`refused: ${error.message}`))
line(`ann has ${(await player('ann')).coins} coins, bob has ${(await player('bob')).coins}`)

await close()

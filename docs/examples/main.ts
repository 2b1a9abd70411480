/**
 * The main job, as `npm start` runs it: one small domain, told step by step, so that a person sees what the engine does.
 * The data is kept between runs, so the story goes on where it ended.
 *
 * @module
 */
import { resolve } from 'node:path'
import { createEngine, date, defineModel, setOf, type Work } from 'draftwork'
import { levelStore } from 'draftwork/level'
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

const path = resolve('.data/story')
const { unitOfWork, history, tables, close } = createEngine({ store: levelStore({ path }), models: [Player, Reward] })
await tables.create()

/** Runs a unit of work and counts how often its function ran. */
async function counted<A>(name: string, fn: Work<A>) {
  let attempts = 0
  await unitOfWork.run(name, (work) => {
    attempts++
    return fn(work)
  })
  return `${name}: ${attempts} attempt${attempts === 1 ? '' : 's'}`
}

const heading = (text: string): void => console.log(`\n${text}`)
const line = (text: string): void => console.log(`  ${text}`)
const print = (value: unknown): string => (value instanceof Set ? `{${[...value].join(', ')}}` : String(value))
const player = (id: string) => unitOfWork.run((work) => work.get(Player, { id }))
const purses = async (): Promise<string> =>
  `ann has ${(await player('ann')).coins} coins, bob has ${(await player('bob')).coins}`

console.log(`The data is in ${path} and stays there; delete the folder to begin anew.`)

heading('Two players sign up in one commit, if they are new')
await unitOfWork.run('sign up', async (work) => {
  if (await work.find(Player, { id: 'ann' })) return line('they were here before')
  work.create(Player, { id: 'ann', home: { city: 'Bergen', street: 'Strandgaten' } })
  work.create(Player, { id: 'bob', home: { city: 'Oslo', street: 'Karl Johan' } })
})
line(await purses())

heading('Two units of work change different fields of one record at once: both succeed at the first try')
const before = await player('ann')
const moved = counted('move', async (work) => {
  work.change(await work.get(Player, { id: 'ann' }), (draft) => {
    draft.home.city = before.home.city === 'Bergen' ? 'Tromsø' : 'Bergen'
  })
})
const tired = counted('get tired', async (work) => {
  work.change(await work.get(Player, { id: 'ann' }), (draft) => {
    draft.energy -= 2
  })
})
for (const result of await Promise.all([moved, tired])) line(result)
const after = await player('ann')
line(
  `ann moved from ${before.home.city} to ${after.home.city}, her energy went from ${before.energy} to ${after.energy}`,
)

heading('Two units of work change the same field at once: one of them runs again')
const restored = ['eat', 'sleep'].map((name) =>
  counted(name, async (work) => {
    work.change(await work.get(Player, { id: 'ann' }), (draft) => {
      draft.energy += 1
    })
  }),
)
for (const result of await Promise.all(restored)) line(result)
line(`her energy is ${(await player('ann')).energy}: neither change was lost`)

heading('A nested unit of work is rolled back alone')
await unitOfWork.run('level up', async (work) => {
  work.change(await work.get(Player, { id: 'ann' }), (draft) => {
    draft.badges.add(`level ${draft.badges.size + 1}`)
  })
  const granted = work.run('grant', (sub) => {
    sub.create(Reward, { player: 'ann', name: 'sword' })
    throw new Error('no swords left')
  })
  await granted.catch((error: Error) => line(`grant was rolled back: ${error.message}`))
})
const sword = await unitOfWork.run((work) => work.find(Reward, { player: 'ann', name: 'sword' }))
line(`ann has reached ${[...(await player('ann')).badges].join(', ')}, and has ${sword ? 'a' : 'no'} sword`)

heading('A transfer between two records: both change or neither does')
const transfer = (from: string, to: string, amount: number) =>
  unitOfWork.run('transfer', async (work) => {
    const [payer, payee] = await Promise.all([work.get(Player, { id: from }), work.get(Player, { id: to })])
    work.change(payee, (draft) => {
      draft.coins += amount
    })
    work.change(payer, (draft) => {
      draft.coins -= amount
      if (draft.coins < 0) throw new Error(`${from} lacks ${-draft.coins} of the ${amount} coins`)
    })
  })
const [rich, poor] = after.coins >= 100 ? ['ann', 'bob'] : ['bob', 'ann']
await transfer(rich!, poor!, 40)
line(await purses())
await transfer(poor!, rich!, 500).catch((error: Error) => line(`refused: ${error.message}`))
line(await purses())

heading('Every commit is an event, written by the same request: the last ones of ann')
const last = await history.of(Player, { id: 'ann' }, { reverse: true, limit: 4 }).toArray()
for (const { version, path, changes } of last.reverse()) {
  const told = changes.map(({ path: place, old, new: now }) => `${place} ${print(old)} → ${print(now)}`)
  line(`version ${version}, ${path.join(' / ')}: ${told.join(', ')}`)
}
const { ok, versions } = await history.verify(Player, { id: 'ann' })
line(`${versions} versions, ${ok ? 'which lead to the stored record' : 'which do not lead to the stored record'}`)
const first = await history.at(Player, { id: 'ann' }, { version: 1 })
line(`at version 1 she lived in ${first!.home.city} and had ${first!.coins} coins`)

heading('The transfer is taken back, in both records, since nobody changed the same since')
line(`${await history.undo(last.at(-1)!)} records; ${await purses()}`)

await close()

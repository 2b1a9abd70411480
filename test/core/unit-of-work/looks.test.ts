/**
 * What a unit of work looked at, by path: it runs again exactly when somebody changed that.
 *
 * Each case is a way to look and somebody's change. The unit of work then writes elsewhere, so that nothing but the look
 * can be in the way.
 */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { all } from '../../../core/expression/condition.ts'
import { defineModel, type RecordOf } from '../../../core/model/model.ts'
import type { Work } from '../../../core/unit-of-work/unit-of-work.ts'
import { storeKinds } from '../../support/stores.ts'
import { type DraftPlayer, hurried, type PlayerModel, put, runsWhen, world } from './world.ts'

type Look = (player: RecordOf<PlayerModel>) => unknown
type Edit = (draft: DraftPlayer) => unknown
type Case = readonly [name: string, look: Look, edit: Edit]

const home = { city: 'Bergen', street: 'Strandgaten 1', geo: { lat: 60.4, lng: 5.3 } }
const full = {
  home,
  name: 'Ann',
  badges: new Set(['a', 'b']),
  scores: { chess: 1, go: 2 },
  log: ['x'],
  photo: new Uint8Array([1]),
  stats: { wins: 1, tags: new Set(['t']) },
  visits: ['y'],
  guild: { name: 'G' },
  rivals: new Set(['bob']),
  marks: { maths: new Set(['a']) },
  extra: { x: 1 },
  days: new Set([new Date(1), new Date(2)]),
  prints: new Set([Uint8Array.of(1), Uint8Array.of(2)]),
}
/** Takes a day out as one that was found in the set. */
const forget = (days: Set<Date>, time: number) => days.delete([...days].find((day) => day.getTime() === time)!)

const moveHome = put('home.city', 'Oslo')

const disturbed: readonly Case[] = [
  ['a field', (p) => p.energy, (d) => d.energy++],
  ['a nested field', (p) => p.home.geo.lat, (d) => d.home.geo.lat++],
  ['a nested field, when the parent is replaced', (p) => p.home.city, put('home', { ...home, city: 'Oslo' })],
  ['an absent field', (p) => p.nick, put('nick', 'A')],
  ['an absent parent', (p) => p.office?.city, put('office', { city: 'Oslo', street: '', geo: { lat: 1, lng: 1 } })],
  ['a field that vanishes', (p) => p.stats?.wins, (d) => void delete d.stats],
  ['that a parent is there', (p) => p.stats !== undefined, (d) => void delete d.stats],
  // Presence alone was guarded, which null and a value of another type have too.
  ['that a map is not null', (p) => p.guild !== null, put('guild', null)],
  ['that a map is not null, by destructuring', ({ guild }) => !guild, put('guild', null)],
  ['the type of what may be of several', (p) => typeof p.extra, put('extra', 'x')],
  // Taking a set out was no look at all.
  ['that a set is not null', (p) => !p.rivals, put('rivals', null)],
  ['that a dictionary has a set', (p) => !p.marks?.['maths'], (d) => void delete d.marks!['maths']],
  ['that a list is there', (p) => !p.visits, (d) => void delete d.visits],
  ['the presence of a field by in', (p) => 'nick' in p, put('nick', 'A')],
  ['the presence of a field by hasOwn', (p) => Object.hasOwn(p, 'nick'), put('nick', 'A')],
  ['the names of a record', (p) => Object.keys(p).length, put('nick', 'A')],
  ['all of a record by spreading', (p) => ({ ...p }), (d) => d.level++],
  ['all of a part by spreading', (p) => ({ ...p.home }), moveHome],
  ['all of a part by JSON', (p) => JSON.stringify(p.home), (d) => d.home.geo.lng++],
  // As other programs do: such a name shows, though the schema does not know it.
  ['all of a part by JSON, when an unknown name comes', (p) => JSON.stringify(p.home), put('home.extra', 1)],
  ['the names of a part, when an unknown one comes', (p) => Reflect.ownKeys(p.home), put('home.extra', 1)],
  ['the names of a part, when one goes', (p) => Reflect.ownKeys(p.stats!), (d) => void delete d.stats!.tags],
  ['all of a part by Object.entries', (p) => Object.entries(p.scores), (d) => d.scores['go']!++],
  ['a part by destructuring', ({ home: { city } }) => city, moveHome],
  ['an element of a set that goes', (p) => p.badges.has('a'), (d) => d.badges.delete('a')],
  ['an element of a set that comes', (p) => p.badges.has('c'), (d) => d.badges.add('c')],
  ['an element of a set inside', (p) => p.stats?.tags?.has('t'), (d) => d.stats!.tags!.delete('t')],
  ['a day of a set that goes', (p) => p.days!.has(new Date(1)), (d) => forget(d.days!, 1)],
  ['the size of a set', (p) => p.badges.size, (d) => d.badges.add('c')],
  ['all of a set by spreading', (p) => [...p.badges], (d) => d.badges.delete('b')],
  ['all of a set by forEach', (p) => p.badges.forEach(() => {}), (d) => d.badges.add('c')],
  ['a key of a dictionary', (p) => p.scores['go'], (d) => d.scores['go']!++],
  ['an absent key of a dictionary', (p) => p.scores['chequers'], put('scores.chequers', 1)],
  ['an absent key of a dictionary by in', (p) => 'chequers' in p.scores, put('scores.chequers', 1)],
  ['the keys of a dictionary', (p) => Object.keys(p.scores), put('scores.chequers', 1)],
  ['the keys of a dictionary, when one goes', (p) => Object.keys(p.scores), (d) => void delete d.scores['go']],
  ['a list: its length', (p) => p.log.length, (d) => d.log.push('y')],
  ['a list: one element', (p) => p.log[0], (d) => d.log.push('y')],
  ['a date', (p) => p.seen.getTime(), put('seen', new Date(1))],
  ['bytes', (p) => p.photo[0], put('photo', new Uint8Array([2]))],
  ['a bigint', (p) => p.coins, put('coins', 1n)],
]

const undisturbed: readonly Case[] = [
  ['a field, by another', (p) => p.energy, (d) => d.level++],
  ['nothing but that it is there', () => {}, (d) => d.level++],
  ['a nested field, by its neighbour', (p) => p.home.city, (d) => d.home.geo.lat++],
  [
    'a nested field, by its neighbour, when the parent is replaced',
    (p) => p.home.city,
    put('home', { ...home, street: 'New' }),
  ],
  ['all of a part by spreading, by what is deeper inside', (p) => ({ ...p.home }), (d) => d.home.geo.lat++],
  ['the names of a part, by a value', (p) => Reflect.ownKeys(p.home), moveHome],
  ['that a map is not null, by a change inside', (p) => p.guild !== null, put('guild.name', 'H')],
  ['that a set is not null, by an element', (p) => p.rivals !== null, (d) => d.rivals!.add('carl')],
  ['that a dictionary has a set, by an element', (p) => !p.marks?.['maths'], (d) => d.marks!['maths']!.add('b')],
  ['a set that is taken out', (p) => void p.badges, (d) => d.badges.clear()],
  ['that a parent is there, by a change inside', (p) => p.stats !== undefined, (d) => d.stats!.wins++],
  ['the presence of a field, by its value', (p) => 'stats' in p, (d) => d.stats!.wins++],
  ['an element of a set, by others', (p) => p.badges.has('a'), (d) => d.badges.add('c').add('d')],
  ['an absent element of a set, by others', (p) => p.badges.has('z'), (d) => d.badges.delete('a')],
  ['a day of a set, by others', (p) => p.days!.has(new Date(1)), (d) => forget(d.days!, 2)],
  ['the same element of another set', (p) => p.badges.has('a'), (d) => d.stats!.tags!.add('a')],
  ['a key of a dictionary, by others', (p) => p.scores['go'], put('scores.chequers', 1)],
  ['an absent key of a dictionary, by others', (p) => 'chess' in p.scores, (d) => d.scores['go']!++],
  ['a list, by what is beside it', (p) => p.log.length, (d) => d.badges.add('c')],
  ['that an awaited record is no promise', async (p) => void (await p), (d) => d.level++],
]

for (const kind of storeKinds) {
  const shared = world(kind)
  let n = 0

  const check = (expected: 1 | 2, cases: readonly Case[]) => {
    const word = expected === 2 ? 'runs again' : 'runs once'
    for (const [name, look, edit] of cases) {
      test(`looked at in a record: ${name}: ${word} (${kind})`, async () => {
        const w = await shared
        const key = { id: `p${n++}` }
        await w.given({ ...key, ...full })
        const runs = await runsWhen(
          w,
          () => w.change(edit, key.id),
          async (work) => {
            await look(await work.get(w.Player, key))
            work.create(w.Reward, { player: key.id, name: 'elsewhere' })
          },
        )
        assert.is(runs, expected)
      })
      test(`looked at in a recipe: ${name}: ${word} (${kind})`, async () => {
        const w = await shared
        const key = { id: `p${n++}` }
        await w.given({ ...key, ...full })
        const runs = await runsWhen(
          w,
          () => w.change(edit, key.id),
          async (work) => {
            work.change(await work.get(w.Player, key), (draft) => {
              void look(draft as never)
              draft.rank = 1
            })
          },
        )
        assert.is(runs, expected)
        assert.is((await w.player(key.id)).rank, 1)
      })
    }
  }
  check(2, disturbed)
  check(1, undisturbed)

  test(`looked at in a record that was peeked: nothing (${kind})`, async () => {
    const w = await shared
    const key = { id: `p${n++}` }
    await w.given({ ...key, ...full })
    const runs = await runsWhen(
      w,
      () => w.change((draft) => draft.energy++, key.id),
      async (work) => {
        const player = await work.peek(w.Player, key)
        work.create(w.Reward, { player: key.id, name: `${player!.energy}` })
      },
    )
    assert.is(runs, 1)
    assert.ok(await w.storedReward(key.id, '10'))
  })

  test(`dates and bytes are in a set by value: one that is added though it is there must stay (${kind})`, async () => {
    // Sets compare objects by identity: what was there was added to what was seen, and for what was stored that was nothing.
    const w = await shared
    const key = { id: `p${n++}` }
    await w.given({ ...key, ...full })
    const runs = await runsWhen(
      w,
      () => w.change((draft) => forget(draft.days!, 1), key.id),
      async (work) => {
        const player = await work.get(w.Player, key)
        assert.ok(player.prints!.has(Uint8Array.of(1)))
        const next = work.change(player, (draft) => {
          draft.days!.add(new Date(1)).add(new Date(1))
          assert.ok(draft.prints!.delete(Uint8Array.of(1)))
          assert.not(draft.prints!.delete(Uint8Array.of(3)))
        })
        assert.equal([next.days!.size, next.prints!.size], [2, 1])
      },
    )
    assert.is(runs, 2)
    const { days, prints } = await w.player(key.id)
    assert.equal([[...days!].map(Number).sort(), [...prints!].map(([byte]) => byte)], [[1, 2], [2]])
  })

  test(`the absence of a record: runs again when it is created (${kind})`, async () => {
    const w = await shared
    const key = { id: `p${n++}` }
    const created = () => w.others.run((work) => void work.create(w.Player, { ...key, name: 'New' }))
    const runs = await runsWhen(w, created, async (work) => {
      const player = await work.find(w.Player, key)
      work.create(w.Reward, { player: key.id, name: player ? 'found' : 'missing' })
    })
    assert.is(runs, 2)
    assert.ok(await w.storedReward(key.id, 'found'))
  })

  test(`the existence of a record: runs again when it is deleted (${kind})`, async () => {
    const w = await shared
    const key = { id: `p${n++}` }
    await w.given({ ...key, ...full })
    const deleted = () => w.others.run((work) => void work.delete(w.Player, key))
    const runs = await runsWhen(w, deleted, async (work) => {
      const player = await work.find(w.Player, key)
      work.create(w.Reward, { player: key.id, name: player ? 'found' : 'missing' })
    })
    assert.is(runs, 2)
    assert.ok(await w.storedReward(key.id, 'missing'))
  })
}

const Song = defineModel({
  name: 'Song',
  table: 'songs',
  key: { partition: 'id' },
  schema: t.type({
    id: t.string,
    artist: t.string,
    plays: t.number,
    title: t.string,
    label: t.string,
  }),
  defaults: {
    title: ({ artist }) => `by ${artist}`,
    label: (song) => song.title.toUpperCase(),
  },
})

const songs: readonly (readonly [
  name: string,
  runs: number,
  see: (song: RecordOf<typeof Song>) => unknown,
  edit: Edit,
])[] = [
  // A look at what was computed guarded only that nothing is stored there.
  ['a default, by what it was made of', 2, (song) => song.title, put('artist', 'Bo')],
  ['a default of a default', 2, (song) => song.label, put('artist', 'Bo')],
  ['a default, by being stored', 2, (song) => song.label, put('title', 'X')],
  ['a default, by other fields', 1, (song) => song.label, put('plays', 1)],
]

for (const [name, expected, see, edit] of songs) {
  test(`looked at: ${name}: ${expected === 2 ? 'runs again' : 'runs once'}`, async () => {
    const store = memoryStore()
    const [mine, others] = [1, 2].map((seed) =>
      createEngine({ store, models: [Song], environment: hurried(7000 + seed) }),
    )
    const key = { id: 'a' }
    await mine!.tables.create()
    const item = { ...key, artist: 'Ann', plays: 0 }
    await store.commit({ id: 'x', actions: [{ kind: 'put', table: Song.table, key, item, condition: all([]) }] })
    let runs = 0
    await mine!.unitOfWork.run(async (work) => {
      const seen = see(await work.get(Song, key))
      work.create(Song, { id: 'b', artist: String(seen), plays: 0 })
      const meddle: Work<unknown> = async (other) => other.change(await other.get(Song, key), edit as never)
      if (++runs === 1) await others!.unitOfWork.run(meddle)
    })
    assert.is(runs, expected)
    const { records } = mine!
    assert.is((await records.get(Song, { id: 'b' })).artist, String(see(await records.get(Song, key))))
  })
}

test('a look that happens when a nested unit of work has ended is its parent’s', async () => {
  // It was noted in the ended child, whose looks had been handed on already: the commit did not guard it.
  const w = await world('memory')
  await w.given()
  const runs = await runsWhen(
    w,
    () => w.change(put('energy', 5)),
    async (work) => {
      let later: Promise<number> | undefined
      await work.run(async (sub) => {
        const player = await sub.get(w.Player, { id: 'ann' })
        later = new Promise((resolve) => setTimeout(() => resolve(player.energy), 1))
      })
      work.create(w.Reward, { player: 'ann', name: 'r', points: await later! })
    },
  )
  assert.is(runs, 2)
  assert.is((await w.storedReward('ann', 'r'))!['points'], 5)
})

test.run()

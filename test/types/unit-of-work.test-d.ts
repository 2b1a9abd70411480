/** What domain code may write in a unit of work, and which mistakes do not compile. */
import { expectTypeOf } from 'expect-type'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { EngineError } from '../../core/errors.ts'
import { date, setOf } from '../../core/model/codecs.ts'
import { defineModel } from '../../core/model/model.ts'
import type { UnitOfWorkRunner } from '../../core/unit-of-work/run.ts'
import type { UnitOfWork } from '../../core/unit-of-work/unit-of-work.ts'

const Player = defineModel({
  name: 'Player',
  table: 'players',
  key: { partition: 'id' },
  schema: t.intersection([
    t.type({
      id: t.string,
      energy: t.number,
      coins: t.bigint,
      badges: setOf(t.string),
      log: t.array(t.string),
      home: t.type({ city: t.string, visits: t.number }),
      scores: t.record(t.string, t.number),
      seen: date,
    }),
    t.partial({ nick: t.string }),
  ]),
  defaults: { energy: 10, badges: () => new Set(), seen: () => new Date(0) },
})
const Reward = defineModel({
  name: 'Reward',
  table: 'rewards',
  key: { partition: 'player', sort: 'no' },
  schema: t.type({ player: t.string, no: t.number }),
})

declare const unitOfWork: UnitOfWorkRunner
declare const work: UnitOfWork

const key = { id: 'ann' }
const player = await work.get(Player, key)

// What is read is read-only all the way down.
expectTypeOf(player).toExtend<{
  readonly badges: ReadonlySet<string>
  readonly log: readonly string[]
  readonly home: { readonly city: string }
  readonly nick?: string
}>()
expectTypeOf(await work.find(Player, key)).toEqualTypeOf<typeof player | undefined>()
expectTypeOf(await work.peek(Player, key)).toEqualTypeOf<typeof player | undefined>()
expectTypeOf(await work.getMany(Player, [key])).toEqualTypeOf<(typeof player | undefined)[]>()
// @ts-expect-error a record is read-only
player.energy = 1
// @ts-expect-error and so is what it holds
player.home.city = 'Oslo'
// @ts-expect-error a set too
player.badges.add('x')
// @ts-expect-error and a list
player.log.push('x')
// @ts-expect-error no field of this name
player.enrgy

// @ts-expect-error no key field of this name
await work.get(Player, { name: 'ann' })
// @ts-expect-error of another type
await work.get(Player, { id: 7 })
// @ts-expect-error not all of the key
await work.find(Reward, { player: 'ann' })
// @ts-expect-error more than the key
await work.get(Player, { id: 'ann', energy: 1 })
// @ts-expect-error one of them is no key
await work.getMany(Reward, [{ player: 'ann', no: 1 }, { player: 'ann' }])

// A draft is mutable, and its record comes back.
const changed = work.change(player, (draft) => {
  expectTypeOf(draft.badges).toEqualTypeOf<Set<string>>()
  draft.energy -= 1
  draft.home.city = 'Oslo'
  draft.badges.add('x')
  draft.log.push('x')
  draft.scores['go'] = 1
  draft.nick = 'A'
  delete draft.nick
  // @ts-expect-error of another type
  draft.energy = 'much'
  // @ts-expect-error a required field
  delete draft.energy
  // @ts-expect-error no field of this name
  draft.enrgy = 1
  // @ts-expect-error an element of another type
  draft.badges.add(7)
})
expectTypeOf(changed).toEqualTypeOf<typeof player>()
// @ts-expect-error not a record
work.change('ann', () => {})
// @ts-expect-error no recipe
work.change(player)

// Fields with a default, and optional ones, may be left out.
const input = { id: 'ann', coins: 1n, log: [], home: { city: 'Oslo', visits: 0 }, scores: {} }
expectTypeOf(work.create(Player, input)).toEqualTypeOf<typeof player>()
work.create(Player, { ...input, energy: 1, nick: 'A', badges: player.badges })
// @ts-expect-error a missing field
work.create(Player, { id: 'ann', coins: 1n, log: [], scores: {} })
// @ts-expect-error a missing field inside
work.create(Player, { ...input, home: { city: 'Oslo' } })
// @ts-expect-error of another type
work.create(Player, { ...input, energy: 'much' })
// @ts-expect-error no field of this name
work.create(Reward, { player: 'ann', no: 1, points: 1 })

work.delete(player)
work.delete(Player, key)
// @ts-expect-error not all of the key
work.delete(Reward, { player: 'ann' })

// Fields of blind changes are known by name and kind, nested ones by their names.
work.blind(Player, key, (blind) => {
  blind.increment('energy', -1, { min: 0 })
  blind.increment('coins', 1n)
  blind.increment(['home', 'visits'], 1)
  // @ts-expect-error a number is not added to a bigint
  blind.increment('coins', 1)
  // @ts-expect-error nor a bigint to a number
  blind.increment('energy', 1n)
  blind.increment(['scores', 'go'], 1)
  blind.add('badges', 'x', 'y')
  blind.remove('badges', 'x')
  blind.append('log', 'x')
  // @ts-expect-error no number
  blind.increment('log', 1)
  // @ts-expect-error no field of this name
  blind.increment('enrgy', 1)
  // @ts-expect-error no number
  blind.increment('energy', 'much')
  // @ts-expect-error no set
  blind.add('log', 'x')
  // @ts-expect-error an element of another type
  blind.add('badges', 7)
  // @ts-expect-error no list
  blind.append('badges', 'x')
  // @ts-expect-error a value of another type
  blind.append('log', 7)
})
// @ts-expect-error no key
work.blind(Player, {}, () => {})

// Results come through; names and options are optional.
expectTypeOf(unitOfWork.run(() => 1)).toEqualTypeOf<Promise<number>>()
expectTypeOf(unitOfWork.run('name', async () => 'x', { guard: 'writes' })).toEqualTypeOf<Promise<string>>()
expectTypeOf(work.run('name', async (sub) => sub.path)).toEqualTypeOf<Promise<readonly string[]>>()
expectTypeOf(unitOfWork.attempt(() => 1)).toEqualTypeOf<TaskEither<EngineError | Error, number>>()
expectTypeOf(unitOfWork.attempt<number, RangeError>(() => 1)).toEqualTypeOf<
  TaskEither<EngineError | RangeError, number>
>()
// @ts-expect-error no such guard
await unitOfWork.run(() => 1, { guard: 'everything' })
// @ts-expect-error no such option
await unitOfWork.run(() => 1, { attempts: 3 })

// A condition of the commit is that of filters, on the record's own fields.
work.require(player, ({ energy, home }, { all, atLeast, equal }) => all(atLeast(energy, 10), equal(home.city, 'Oslo')))
// @ts-expect-error players have no age
work.require(player, ({ age }, { equal }) => equal(age, 1))
// @ts-expect-error energy is a number
work.require(player, ({ energy }, { atLeast }) => atLeast(energy, 'ten'))
// @ts-expect-error a condition, not a comparison of JavaScript
work.require(player, ({ energy }) => energy > 10)
// @ts-expect-error of a record, not of its key
work.require(Player, key, ({ energy }, { atLeast }) => atLeast(energy, 10))

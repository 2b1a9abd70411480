/**
 * Where the stories of units of work happen: models over tables of their own, the engine under test over a watched store,
 * and an engine of somebody else over the same tables.
 *
 * @module
 */

import * as t from 'io-ts'
import * as assert from 'uvu/assert'
import type { Item, ItemKey } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import type { Environment } from '../../../core/environment.ts'
import { type EngineError, type ErrorCode, type ErrorPayloads, isEngineError } from '../../../core/errors.ts'
import { all } from '../../../core/expression/condition.ts'
import { binary, date, setOf } from '../../../core/model/codecs.ts'
import { type DraftOf, defineModel, type NewRecord } from '../../../core/model/model.ts'
import type { RunOptions } from '../../../core/unit-of-work/run-options.ts'
import type { Work } from '../../../core/unit-of-work/unit-of-work.ts'
import { chance } from '../../support/chance.ts'
import { openStore, type StoreKind, tablePrefix } from '../../support/stores.ts'
import { meanwhile, type Twist, type WatchedStore, watchedStore } from '../../support/watched-store.ts'

const Place = t.type({ city: t.string, street: t.string, geo: t.type({ lat: t.number, lng: t.number }) })

const playerModel = (prefix: string) =>
  defineModel({
    name: 'Player',
    table: `${prefix}-players`,
    key: { partition: 'id' },
    schema: t.intersection([
      t.type({
        id: t.string,
        name: t.string,
        energy: t.number,
        level: t.number,
        badges: setOf(t.string),
        home: Place,
        scores: t.record(t.string, t.number),
        log: t.array(t.string),
        seen: date,
        photo: binary,
        coins: t.bigint,
      }),
      t.partial({
        nick: t.string,
        office: Place,
        settings: t.record(t.string, t.string),
        visits: t.array(t.string),
        rank: t.number,
        guild: t.union([t.null, t.type({ name: t.string })]),
        rivals: t.union([t.null, setOf(t.string)]),
        marks: t.record(t.string, setOf(t.string)),
        extra: t.unknown,
        days: setOf(date),
        prints: setOf(binary),
        stats: t.intersection([t.type({ wins: t.number }), t.partial({ losses: t.number, tags: setOf(t.string) })]),
      }),
    ]),
    defaults: {
      energy: 10,
      level: 1,
      badges: () => new Set(),
      home: { city: 'Bergen', street: 'Strandgaten 1', geo: { lat: 60.4, lng: 5.3 } },
      scores: {},
      log: [],
      seen: () => new Date(0),
      photo: () => new Uint8Array([1, 2, 3]),
      coins: 0n,
    },
  })

const rewardModel = (prefix: string) =>
  defineModel({
    name: 'Reward',
    table: `${prefix}-rewards`,
    key: { partition: 'player', sort: 'name' },
    schema: t.intersection([
      t.type({ player: t.string, name: t.string, points: t.number }),
      t.partial({ note: t.string }),
    ]),
    defaults: { points: 1 },
  })

/** The machine's clock, chance from a seed, and no waiting. */
export function hurried(seed = ++seeds): Environment {
  return { now: Date.now, random: chance(seed), sleep: () => new Promise((resolve) => setImmediate(resolve)) }
}

/** Seeds of their own, since commit ids are made from them. */
let seeds = 0

export async function world(kind: StoreKind) {
  const prefix = tablePrefix()
  const Player = playerModel(prefix)
  const Reward = rewardModel(prefix)
  const models = [Player, Reward]
  const store = openStore(kind)
  const watched: WatchedStore = watchedStore(store)
  const environmentOf = (): Environment => {
    const environment = hurried(++seeds)
    // Never so near to zero that the sealer looks at what was changed unseen: tests count what is read.
    return { ...environment, random: () => 0.1 + 0.9 * environment.random() }
  }
  const engineOf = (over: typeof store) => createEngine({ store: over, models, environment: environmentOf() })
  const { unitOfWork, tables } = engineOf(watched)
  const others = engineOf(store).unitOfWork
  await tables.create()

  const itemAt = async (table: string, key: ItemKey): Promise<Item | undefined> =>
    (await store.read([{ table, key }], { consistent: true }))[0]
  return {
    Player,
    Reward,
    store,
    watched,
    unitOfWork,
    /** Somebody else, in another process. */
    others,
    /** The stored item of a player. */
    stored: (id = 'ann') => itemAt(Player.table, { id }),
    storedReward: (player: string, name: string) => itemAt(Reward.table, { player, name }),
    /** The player as a new unit of work reads it. */
    player: (id = 'ann') => others.run((work) => work.get(Player, { id })),
    /** Puts a player there by somebody else, and forgets about it. */
    async given(record: Partial<NewRecord<typeof Player>> = {}) {
      await others.run((work) => void work.create(Player, { id: 'ann', name: 'Ann', ...record }))
      // What happens next happens later: two ids of one millisecond do not tell which was first.
      for (const now = Date.now(); Date.now() === now; ) await new Promise((resolve) => setImmediate(resolve))
      watched.forget()
    },
    /** Writes an item as another program would: as it is. */
    async foreign(item: Item, table: string = Player.table, keys: readonly string[] = ['id']) {
      const key = Object.fromEntries(keys.map((name) => [name, item[name]])) as ItemKey
      const id = `foreign-${Math.random()}`
      const outcome = await store.commit({ id, actions: [{ kind: 'put', table, key, item, condition: all([]) }] })
      assert.is(outcome.kind, 'committed')
    },
    /** Somebody else changes the player. */
    change: (recipe: (draft: DraftPlayer) => unknown, id = 'ann') =>
      others.run(async (work) => void work.change(await work.get(Player, { id }), recipe as never)),
  }
}

export type World = Awaited<ReturnType<typeof world>>
export type PlayerModel = ReturnType<typeof playerModel>
export type DraftPlayer = DraftOf<PlayerModel>

/** The error of a promise that must fail. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (thrown) {
    return thrown
  }
  return assert.unreachable('expected it to fail')
}

/** The engine's error of that code, which a promise must fail with. */
export async function failsWith<Code extends ErrorCode>(
  promise: Promise<unknown>,
  code: Code,
): Promise<EngineError & { readonly payload: ErrorPayloads[Code] }> {
  const thrown = await failure(promise)
  if (!isEngineError(thrown, code)) {
    const got = isEngineError(thrown) ? thrown.code : String(thrown)
    assert.is(got, code, thrown instanceof Error ? thrown.stack : undefined)
  }
  return thrown as EngineError & { readonly payload: ErrorPayloads[Code] }
}

export const ann = { id: 'ann' } as const
export const bob = { id: 'bob' } as const

/** How often the unit of work ran when, before its first commit, somebody else did that. */
export const runsWhen = (
  world: World,
  others: () => unknown,
  work: Work<unknown>,
  options: RunOptions = {},
): Promise<number> => runsUnder(world, [meanwhile(others)], work, options)

/** How often the unit of work ran when this befell its commits. */
export async function runsUnder(
  { watched, unitOfWork }: World,
  twists: readonly Twist[],
  work: Work<unknown>,
  options: RunOptions = {},
): Promise<number> {
  let runs = 0
  watched.twist(...twists)
  await unitOfWork.run(async (unit) => {
    runs++
    await work(unit)
  }, options)
  return runs
}

/** A recipe that assigns one value: `put('home.city', 'Oslo')`. */
export const put =
  (path: string, value: unknown) =>
  (draft: DraftPlayer): void => {
    const names = path.split('.')
    const parent = names.slice(0, -1).reduce((node: never, name) => node[name]!, draft as never)
    Object.assign(parent, { [names.at(-1)!]: value })
  }

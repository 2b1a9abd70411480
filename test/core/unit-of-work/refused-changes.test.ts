/** What `change`, `create` and `delete` refuse, each before anything is sent. */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { ann, bob, type DraftPlayer, failsWith, type World, world } from './world.ts'

type Act = (work: UnitOfWork, w: World) => unknown

const recipe =
  (edit: (draft: DraftPlayer) => unknown): Act =>
  async (work, { Player }) =>
    work.change(await work.get(Player, ann), edit as never)

const refused: readonly (readonly [name: string, code: ErrorCode, act: Act])[] = [
  [
    'a date changed in place in a record',
    'INVALID_RECORD',
    async (work, { Player }) => (await work.get(Player, ann)).seen.setFullYear(2000),
  ],
  [
    'bytes changed in place in a record',
    'INVALID_RECORD',
    async (work, { Player }) => (await work.get(Player, ann)).photo.fill(9),
  ],
  ['a date changed in place in a draft', 'INVALID_RECORD', recipe((draft) => draft.seen.setFullYear(2000))],
  ['bytes changed in place in a draft', 'INVALID_RECORD', recipe((draft) => void draft.photo.fill(9))],
  [
    'a date changed in place after it was assigned',
    'INVALID_RECORD',
    async (work, { Player }) => {
      const date = new Date(5)
      work.change(await work.get(Player, ann), (draft) => {
        draft.seen = date
      })
      date.setFullYear(2000)
    },
  ],
  ['a recipe that returns a new record', 'INVALID_ARGUMENT', recipe((draft) => ({ ...draft }))],
  ['a recipe that returns some object', 'INVALID_ARGUMENT', recipe(() => new Date())],
  [
    'a recipe that waits',
    'INVALID_ARGUMENT',
    recipe(async (draft) => {
      await null
      draft.energy = 1
    }),
  ],
  [
    'a condition that waits, and fails',
    'INVALID_ARGUMENT',
    async (work, { Player }) =>
      work.require(await work.get(Player, ann), (async () => {
        throw new Error('late')
      }) as never),
  ],
  // Called, a generator does nothing: what it was to do would be lost without a word.
  ['a nested unit of work that is a generator', 'INVALID_ARGUMENT', (work) => work.run(function* () {} as never)],
  ['one that is an async generator', 'INVALID_ARGUMENT', (work) => work.run(async function* () {} as never)],
  ['a callback that is a generator', 'INVALID_ARGUMENT', (work) => work.afterCommit(function* () {})],
  [
    'blind changes by a generator',
    'INVALID_ARGUMENT',
    (work, { Player }) => work.blind(Player, ann, function* () {} as never),
  ],
  ['no recipe', 'INVALID_ARGUMENT', recipe(undefined as never)],
  ['another key', 'INVALID_RECORD', recipe((draft) => Object.assign(draft, { id: 'bob' }))],
  ['no key', 'INVALID_RECORD', recipe((draft) => Reflect.deleteProperty(draft, 'id'))],
  ['a value of another type', 'INVALID_RECORD', recipe((draft) => Object.assign(draft, { energy: 'much' }))],
  ['a required field that is deleted', 'INVALID_RECORD', recipe((draft) => Reflect.deleteProperty(draft, 'name'))],
  ['a number that cannot be stored', 'INVALID_RECORD', recipe((draft) => Object.assign(draft, { energy: Number.NaN }))],
  ['an attribute of the engine', 'INVALID_RECORD', recipe((draft) => Object.assign(draft, { _v: 7 }))],
  ['a field that the schema does not have', 'INVALID_RECORD', recipe((draft) => Object.assign(draft, { enrgy: 7 }))],
  ['a promise as a value', 'INVALID_RECORD', recipe((draft) => Object.assign(draft, { nick: Promise.resolve('A') }))],
  [
    'a record that was only peeked',
    'INVALID_ARGUMENT',
    async (work, { Player }) => work.change((await work.peek(Player, ann))!, () => {}),
  ],
  [
    'the promise of a record',
    'INVALID_ARGUMENT',
    (work, { Player }) => work.change(work.get(Player, ann) as never, () => {}),
  ],
  [
    'a record of another unit of work',
    'INVALID_ARGUMENT',
    async (work, { unitOfWork, Player }) => {
      const stranger = await unitOfWork.run((other) => other.get(Player, ann), { propagation: 'independent' })
      return work.change(stranger, () => {})
    },
  ],
  [
    'a part of a record',
    'INVALID_ARGUMENT',
    async (work, { Player }) => work.change((await work.get(Player, ann)).home, () => {}),
  ],
  [
    'a record that was deleted',
    'RECORD_NOT_FOUND',
    async (work, { Player }) => {
      const player = await work.get(Player, ann)
      work.delete(player)
      work.change(player, () => {})
    },
  ],
  [
    'a second deletion',
    'RECORD_NOT_FOUND',
    async (work, { Player }) => {
      work.delete(await work.get(Player, ann))
      work.delete(Player, ann)
    },
  ],
  [
    'a deletion of what is known to be absent',
    'RECORD_NOT_FOUND',
    async (work, { Player }) => {
      await work.find(Player, bob)
      work.delete(Player, bob)
    },
  ],
  [
    'a creation of what is known to exist',
    'RECORD_EXISTS',
    async (work, { Player }) => {
      await work.get(Player, ann)
      work.create(Player, { ...ann, name: 'Ann' })
    },
  ],
  [
    'a second creation',
    'RECORD_EXISTS',
    (work, { Player }) => [work.create(Player, { ...bob, name: 'Bob' }), work.create(Player, { ...bob, name: 'Bob' })],
  ],
  ['a creation without a required field', 'INVALID_RECORD', (work, { Player }) => work.create(Player, bob as never)],
  [
    'a creation with a misspelt field',
    'INVALID_RECORD',
    (work, { Player }) => work.create(Player, { ...bob, name: 'Bob', enrgy: 1 } as never),
  ],
]

for (const [name, code, act] of refused) {
  test(`refused: ${name}`, async () => {
    const w = await world('memory')
    await w.given()
    const before = await w.stored()
    await failsWith(
      w.unitOfWork.run((work) => act(work, w)),
      code,
    )
    assert.is(w.watched.commits.length, 0)
    assert.equal(await w.stored(), before)
  })
}

test('an error in a recipe is the caller’s own, and the record stays as it was', async () => {
  const w = await world('memory')
  await w.given()
  const mine = new Error('mine')
  await w.unitOfWork.run(async (work) => {
    const player = await work.get(w.Player, ann)
    try {
      work.change(player, (draft) => {
        draft.energy = 1
        throw mine
      })
    } catch (thrown) {
      assert.is(thrown, mine)
    }
    assert.is(await work.get(w.Player, ann), player)
  })
  assert.is(w.watched.commits.length, 0)
})

test('what a recipe returns of its own draft is ignored', async () => {
  const w = await world('memory')
  await w.given({ badges: new Set(['a']) })
  await w.change((draft) => draft.badges.add('b'))
  await w.change((draft) => draft)
  await w.change((draft) => draft.home)
  await w.change((draft) => draft.log.push('x'))
  await w.change((draft) => draft.energy--)
  const { badges, log, energy } = await w.player()
  assert.equal([badges, log, energy], [new Set(['a', 'b']), ['x'], 9])
})

test('a draft cannot be used after its recipe', async () => {
  const w = await world('memory')
  await w.given()
  await w.unitOfWork.run(async (work) => {
    let kept: { energy: number } | undefined
    work.change(await work.get(w.Player, ann), (draft) => {
      kept = draft
    })
    assert.throws(() => {
      kept!.energy = 1
    }, TypeError)
  })
})

test('all issues of a creation are told at once', async () => {
  const w = await world('memory')
  const { payload } = await failsWith(
    w.unitOfWork.run((work) => void work.create(w.Player, { id: 'ann', energy: 'x', home: { city: 1 } } as never)),
    'INVALID_RECORD',
  )
  const paths = payload.issues.map(({ path }) => path.join('.'))
  for (const path of ['name', 'energy', 'home.city', 'home.street', 'home.geo']) assert.ok(paths.includes(path), path)
})

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
}
/** An object of a class cannot be frozen from outside, so that only encoding it again tells whether it is as it was. */
const money = new t.Type<Money, number>(
  'Money',
  (value): value is Money => value instanceof Money,
  (input, context) => (typeof input === 'number' ? t.success(new Money(input)) : t.failure(input, context)),
  ({ cents }) => cents,
)
/** Decoded where nothing is stored, as `optionFromNullable` of io-ts-types is. */
const orNothing = new t.Type<string, string>(
  'OrNothing',
  t.string.is,
  (input, context) => (input === undefined ? t.success('nothing') : t.string.validate(input, context)),
  (text) => text,
)
let salt = 0
const salted = new t.Type<string, string>(
  'Salted',
  t.string.is,
  (input, context) => (typeof input === 'string' ? t.success(input.split('|')[0]!) : t.failure(input, context)),
  (text) => `${text}|${salt++}`,
)

// Both codecs encode what they decoded to something else than is stored. Beside an object of a class that was taken for a
// value changed in place, and the commit was refused.
for (const kind of storeKinds) {
  test(`codecs that encode otherwise than what is stored change nothing in place, and only what was is told (${kind})`, async () => {
    const Purse = defineModel({
      name: 'Purse',
      table: `${tablePrefix()}-purses`,
      key: { partition: 'id' },
      schema: t.intersection([
        t.type({ id: t.string, money, pin: salted, visits: t.number }),
        t.partial({ note: orNothing }),
      ]),
    })
    const { unitOfWork, tables } = createEngine({ store: openStore(kind), models: [Purse] })
    await tables.create()
    await unitOfWork.run((work) => {
      work.create(Purse, { id: 'a', money: new Money(5), pin: '12', visits: 0 })
    })
    const visit = () =>
      unitOfWork.run(async (work) =>
        work.change(await work.get(Purse, { id: 'a' }), (draft) => {
          draft.visits++
        }),
      )
    await visit()
    const { money: left, pin, visits, note } = await visit()
    assert.equal([left.cents, pin, visits, note], [5, '12', 2, 'nothing'])
    const { payload } = await failsWith(
      unitOfWork.run(async (work) => {
        const purse = work.change(await work.get(Purse, { id: 'a' }), (draft) => {
          draft.visits++
        })
        Object.assign(purse.money, { cents: 500 })
      }),
      'INVALID_RECORD',
    )
    assert.equal(
      payload.issues.map(({ path }) => path.join('.')),
      ['money'],
    )
  })
}

test.run()

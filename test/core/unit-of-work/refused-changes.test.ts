/** What `change`, `create` and `delete` refuse, each before anything is sent. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ErrorCode } from '../../../core/errors.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
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

test.run()

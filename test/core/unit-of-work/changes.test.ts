// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
/** What is sent for a change: the smallest update with the same effect, on the condition that the record exists. */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { AttributeValue } from '../../../core/data/attribute-value.ts'
import { printPath } from '../../../core/data/document-path.ts'
import type { Item } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import { all } from '../../../core/expression/condition.ts'
import { evaluate } from '../../../core/expression/evaluate.ts'
import type { UpdateAction } from '../../../core/expression/update.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { meanwhile, watchedStore } from '../../support/watched-store.ts'
import { ann, type DraftPlayer, failsWith, put, world } from './world.ts'

type Sent = readonly [kind: UpdateAction['kind'], path: string, what?: unknown]

/** The model's own actions of an update, without the engine's attributes. */
function sent(action: WriteAction | undefined): Sent[] {
  assert.is(action?.kind, 'update')
  const { update } = action as WriteAction & { kind: 'update' }
  return update
    .filter(({ path }) => !String(path[0]).startsWith('_'))
    .map((each) => {
      const path = printPath(each.path)
      if (each.kind === 'set') return [each.kind, path, each.value]
      if (each.kind === 'append') return [each.kind, path, each.values]
      if (each.kind === 'increment') return [each.kind, path, each.by]
      if (each.kind === 'remove') return [each.kind, path]
      return [each.kind, path, each.elements]
    })
}

const office = { city: 'Oslo', street: 'Karl Johans gate', geo: { lat: 59.9, lng: 10.7 } }
const given = {
  badges: new Set(['a', 'b']),
  scores: { chess: 1 },
  log: ['x'],
  office,
  settings: {},
  nick: 'A',
}
/** Undefined is absence, also for comparing. */
const present = (record: object) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))

type Edit = (draft: DraftPlayer) => unknown

const minimal: readonly (readonly [name: string, edit: Edit, expected: readonly Sent[]])[] = [
  ['a field', put('energy', 3), [['set', 'energy', 3]]],
  ['a nested field', put('home.geo.lat', 1), [['set', 'home.geo.lat', 1]]],
  ['a replaced part: only what differs', put('office', { ...office, city: 'Moss' }), [['set', 'office.city', 'Moss']]],
  ['an optional field that appears', put('rank', 1), [['set', 'rank', 1]]],
  ['an optional part that appears', put('stats', { wins: 1, tags: new Set() }), [['set', 'stats', { wins: 1 }]]],
  ['a removed field', (draft) => void delete draft.nick, [['remove', 'nick']]],
  ['undefined is absence', put('nick', undefined), [['remove', 'nick']]],
  ['a removed part', (draft) => void delete draft.office, [['remove', 'office']]],
  ['a key into a dictionary', put('scores.go', 2), [['set', 'scores.go', 2]]],
  ['a key into an empty dictionary', put('settings.tone', 'x'), [['set', 'settings.tone', 'x']]],
  ['a key out of a dictionary', (draft) => void delete draft.scores['chess'], [['remove', 'scores.chess']]],
  ['a dictionary emptied by assignment', put('scores', {}), [['remove', 'scores.chess']]],
  ['pushed values', (draft) => draft.log.push('y', 'z'), [['append', 'log', ['y', 'z']]]],
  ['a list that changes elsewhere: all of it', (draft) => draft.log.unshift('w'), [['set', 'log', ['w', 'x']]]],
  ['an element that is assigned', put('log.0', 'w'), [['set', 'log', ['w']]]],
  ['a list that shrinks', (draft) => draft.log.pop(), [['set', 'log', []]]],
  ['added elements', (draft) => draft.badges.add('c').add('d'), [['add-to-set', 'badges', new Set(['c', 'd'])]]],
  ['removed elements', (draft) => draft.badges.delete('a'), [['remove-from-set', 'badges', new Set(['a'])]]],
  ['the last elements of a set', (draft) => draft.badges.clear(), [['remove-from-set', 'badges', new Set(['a', 'b'])]]],
  ['a date', put('seen', new Date(7)), [['set', 'seen', '1970-01-01T00:00:00.007Z']]],
  ['bytes', put('photo', new Uint8Array([9])), [['set', 'photo', new Uint8Array([9])]]],
  ['a bigint beyond doubles', put('coins', 2n ** 80n), [['set', 'coins', 2n ** 80n]]],
  [
    'several at once',
    (draft) => {
      draft.energy = 1
      draft.home.city = 'Moss'
      draft.badges.add('c')
      draft.log.push('y')
      delete draft.nick
    },
    [
      ['set', 'energy', 1],
      ['add-to-set', 'badges', new Set(['c'])],
      ['set', 'home.city', 'Moss'],
      ['append', 'log', ['y']],
      ['remove', 'nick'],
    ],
  ],
]

const nothing: readonly (readonly [name: string, edit: Edit])[] = [
  ['an empty recipe', () => {}],
  ['the same value', put('energy', 10)],
  ['an equal part', put('office', { ...office, geo: { ...office.geo } })],
  ['an equal date', put('seen', new Date(0))],
  ['equal bytes', put('photo', new Uint8Array([1, 2, 3]))],
  ['an equal set', put('badges', new Set(['b', 'a']))],
  ['an element that is there', (draft) => draft.badges.add('a')],
  ['an element that is not there', (draft) => draft.badges.delete('z')],
  ['an absent field that is deleted', (draft) => void delete draft.rank],
  ['an absent field that becomes undefined', put('rank', undefined)],
  [
    'set and set back',
    (draft) => {
      draft.energy = 1
      draft.energy = 10
      draft.badges.delete('a')
      draft.badges.add('a')
      draft.log.push('y')
      draft.log.pop()
      const { nick } = draft
      delete draft.nick
      draft.nick = nick!
    },
  ],
]

for (const kind of storeKinds) {
  const shared = world(kind)
  let n = 0

  for (const [name, edit, expected] of minimal) {
    test(`sent for ${name} (${kind})`, async () => {
      const w = await shared
      const key = { id: `p${n++}` }
      await w.given({ ...given, ...key })
      const promised = await w.unitOfWork.run(async (work) => {
        const changed = work.change(await work.get(w.Player, key), edit as never)
        return changed
      })
      const [action] = w.watched.onlyCommit()
      const byPath = (a: Sent, b: Sent) => (a[1] < b[1] ? -1 : 1)
      assert.equal(sent(action).sort(byPath), [...expected].sort(byPath))
      assert.not.ok(evaluate(action!.condition, undefined), 'it would create a record that is not there')
      assert.equal(await w.player(key.id), present(promised))
    })
  }

  for (const [name, edit] of nothing) {
    test(`nothing is sent for ${name} (${kind})`, async () => {
      const w = await shared
      const key = { id: `p${n++}` }
      await w.given({ ...given, ...key })
      await w.unitOfWork.run(async (work) => {
        const player = await work.get(w.Player, key)
        work.change(player, edit as never)
      })
      assert.is(w.watched.commits.length, 0)
    })
  }

  test(`several recipes of one record are one update of what differs in the end (${kind})`, async () => {
    const w = await world(kind)
    await w.given(given)
    await w.unitOfWork.run(async (work) => {
      const player = await work.get(w.Player, ann)
      work.change(player, put('energy', 1))
      work.change(player, put('level', 2))
      work.change(player, put('energy', 10))
    })
    assert.equal(sent(w.watched.onlyCommit()[0]), [['set', 'level', 2]])
  })

  test(`the version counts commits, and the tail names them (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.change(put('energy', 1))
    await w.change(put('energy', 2))
    const { _v, _h } = (await w.stored())!
    assert.is(_v, 3)
    const commits = (_h as readonly string[]).map((entry) => entry.slice(0, 26))
    assert.is(new Set(commits).size, 3)
  })

  test(`a field whose parent only the defaults know is sent with its parent (${kind})`, async () => {
    const w = await world(kind)
    await w.foreign({ id: 'ann', name: 'Ann' })
    await w.unitOfWork.run(async (work) => void work.change(await work.get(w.Player, ann), put('home.geo.lat', 1)))
    assert.equal(sent(w.watched.onlyCommit()[0]), [
      ['set', 'home', { city: 'Bergen', street: 'Strandgaten 1', geo: { lat: 1, lng: 5.3 } }],
    ])
    assert.is((await w.player()).home.geo.lat, 1)
  })

  test(`elements and values added to what only the defaults know (${kind})`, async () => {
    const w = await world(kind)
    await w.foreign({ id: 'ann', name: 'Ann' })
    await w.unitOfWork.run(
      async (work) =>
        void work.change(await work.get(w.Player, ann), (draft) => {
          draft.badges.add('a')
          draft.log.push('x')
          draft.scores['go'] = 1
          draft.energy++
        }),
    )
    const player = await w.player()
    assert.equal([player.badges, player.log, player.scores, player.energy], [new Set(['a']), ['x'], { go: 1 }, 11])
  })

  // What followed saw nothing there, and a replay of the same events saw what is read: an empty set.
  test(`an optional set that is taken away is an empty one at once, as it will be read (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ days: new Set([new Date(1)]), stats: { wins: 1, tags: new Set(['a']) } })
    const changed = await w.unitOfWork.run(async (work) => {
      const next = work.change(await work.get(w.Player, ann), (draft) => {
        delete draft.days
        draft.stats = { wins: 2 }
      })
      return work.change(next, (draft) => {
        draft.days!.add(new Date(2))
        assert.is(draft.stats!.tags!.size, 0)
      })
    })
    assert.equal(changed.days, new Set([new Date(2)]))
    assert.equal(await w.player(), changed)
    // One that must be there is none that may be left out.
    await failsWith(
      w.unitOfWork.run(async (work) =>
        work.change(await work.get(w.Player, ann), (draft) => void Reflect.deleteProperty(draft, 'badges')),
      ),
      'INVALID_RECORD',
    )
  })

  test(`unknown attributes of other programs survive every kind of change (${kind})`, async () => {
    const w = await world(kind)
    const foreign: Item = { color: 'red', deep: { a: [1, new Set(['x'])] as AttributeValue } }
    await w.foreign({ id: 'ann', name: 'Ann', home: { ...office, planet: 'Earth' }, ...foreign })
    await w.change(put('home.city', 'Moss'))
    await w.change(put('home', office))
    await w.change((draft) => void delete draft.nick)
    const { color, deep, _v } = (await w.stored())!
    assert.equal({ color, deep }, foreign)
    assert.is(_v, 2)
  })

  // What was put last lost the other without a word.
  test(`a record that is changed by other ways inside of its own recipe is refused (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const inside: ((work: UnitOfWork, player: { readonly energy: number }) => unknown)[] = [
      (work, player) => work.change(player, put('level', 9) as never),
      (work) => work.blind(w.Player, ann, (blind) => blind.increment('level', 9)),
      (work, player) => work.delete(player),
    ]
    for (const other of inside) {
      const changing = w.unitOfWork.run(async (work) => {
        const player = await work.get(w.Player, ann)
        work.change(player, (draft) => {
          draft.energy = 1
          other(work, player)
        })
      })
      const { message } = await failsWith(changing, 'INVALID_ARGUMENT')
      assert.match(message, /changed by the unit of work from within a recipe of the same record/)
    }
    const blind = w.unitOfWork.run(async (work) => {
      const player = await work.get(w.Player, ann)
      work.blind(w.Player, ann, (changes) => {
        changes.increment('energy', 1)
        work.change(player, put('level', 9))
      })
    })
    await failsWith(blind, 'INVALID_ARGUMENT')
    assert.is((await w.player()).energy, 10)
  })

  // Each had made the attribute without the other's field, so that the record was in no index, or under an old key.
  test(`an index attribute made of several fields is made of what all of them are (${kind})`, async () => {
    const inner = openStore(kind)
    const store = watchedStore(inner)
    const table = `${tablePrefix()}-parts`
    const Part = defineModel({
      name: 'Part',
      table,
      key: { partition: 'id' },
      schema: t.intersection([t.type({ id: t.string }), t.partial({ a: t.string, b: t.string, note: t.string })]),
      indexes: {
        both: {
          partition: { attribute: 'gpk', template: 'A#${a}' },
          sort: { attribute: 'gsk', template: 'B#${a}#${b}' },
        },
      },
    })
    const { unitOfWork, tables, records } = createEngine({ store, models: [Part] })
    const others = createEngine({ store: inner, models: [Part] })
    await tables.create()
    const edit = (by: typeof unitOfWork, fields: { a?: string; b?: string; note?: string }) =>
      by.run(async (work) =>
        work.change(await work.get(Part, { id: 'x' }), (draft) => void Object.assign(draft, fields)),
      )
    await unitOfWork.run((work) => void work.create(Part, { id: 'x' }))
    const found = async (a: string) =>
      (await records.query(Part, { index: 'both', key: { a } }).toArray()).map(({ b }) => b)
    store.twist(meanwhile(() => edit(others.unitOfWork, { a: 'a1' })))
    await edit(unitOfWork, { b: 'b1' })
    assert.equal(await found('a1'), ['b1'])
    store.twist(meanwhile(() => edit(others.unitOfWork, { a: 'a2' })))
    await edit(unitOfWork, { b: 'b2' })
    assert.equal(await found('a2'), ['b2'])
    const [item] = (await store.scan({ table, consistent: true })).items
    assert.equal([item!['gpk'], item!['gsk']], ['A#a2', 'B#a2#b2'])
  })

  // Where a value is guarded, the guard says that the record is there; where only absences are, it must be said.
  test(`a record that was deleted meanwhile is not made again by a field that appears (${kind})`, async () => {
    const store = watchedStore(openStore(kind))
    const Plain = defineModel({
      name: 'Plain',
      table: `${tablePrefix()}-plain`,
      key: { partition: 'id' },
      schema: t.intersection([t.type({ id: t.string }), t.partial({ note: t.string })]),
      history: false,
    })
    const { unitOfWork, tables } = createEngine({ store, models: [Plain] })
    await tables.create()
    await unitOfWork.run((work) => void work.create(Plain, { id: 'a' }))
    store.twist(meanwhile(() => store.commit({ id: 'x', actions: [gone] })))
    const gone: WriteAction = { kind: 'delete', table: Plain.table, key: { id: 'a' }, condition: all([]) }
    const writing = unitOfWork.run(async (work) =>
      work.change(await work.get(Plain, { id: 'a' }), (draft) => {
        draft.note = 'here'
      }),
    )
    await failsWith(writing, 'RECORD_NOT_FOUND')
    assert.equal((await store.scan({ table: Plain.table, consistent: true })).items, [])
  })
}

test.run()

import { inspect } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { AttributeValue } from '../../../core/data/attribute-value.ts'
import { equal } from '../../../core/data/attribute-value.ts'
import { Decimal } from '../../../core/data/number.ts'
import { apply } from '../../../core/expression/apply.ts'
import * as c from '../../../core/expression/condition.ts'
import { evaluate } from '../../../core/expression/evaluate.ts'
import * as u from '../../../core/expression/update.ts'
import { check, put, update } from '../../conformance/bench.ts'
import { onLocal, plan, read } from './local-table.ts'

const local = await onLocal(test)

const item = {
  id: 'a',
  text: 'a😀é',
  n: 5,
  fine: new Decimal('1.00000000000000000000000001'),
  flag: true,
  none: null,
  bytes: Uint8Array.of(1, 2, 3),
  badges: new Set(['x', 'y']),
  odds: new Set([1, 3]),
  list: [1, 'a', [2], { k: 1 }],
  home: { city: 'Oslo', at: { lat: 1 }, tags: new Set(['x']) },
  empty: {},
}

const print = (value: unknown): string => inspect(value, { depth: 9 })

const values: readonly AttributeValue[] = [
  'a😀é',
  5n,
  new Decimal('1.00000000000000000000000001'),
  true,
  null,
  Uint8Array.of(1, 2, 3),
  new Set(['y', 'x']),
  [1, 'a', [2], { k: 1 }],
  { at: { lat: 1 }, tags: new Set(['x']), city: 'Oslo' },
]

const conditions: readonly c.Condition[] = [
  ...[['n'], ['home', 'city'], ['home', 'nope', 'x'], ['list', 2, 0], ['list', 9], ['n', 'x']].flatMap((path) => [
    c.exists(path),
    c.absent(path),
  ]),
  ...Object.keys(item).flatMap((name, i) => [
    c.compareTo([name], '=', values[i % values.length]!),
    c.compareTo([name], '<>', values[(i + 8) % values.length]!),
    c.compareTo([name], '<', 6),
    c.hasSize([name], '>=', 3),
    c.not(c.beginsWith([name], 'a')),
    c.contains([name], 'x'),
    c.contains([name], 1),
    c.isIn([name], values),
  ]),
  c.between(['n'], 5, 6),
  c.between(['n'], 6, 5),
  c.beginsWith(['bytes'], Uint8Array.of(1)),
  c.hasType(['badges'], 'SS'),
  c.hasType(['empty'], 'L'),
  c.hasSize(['text'], '=', 4),
  c.all([]),
  c.any([]),
  c.not(c.any([c.all([c.exists(['n']), c.absent(['n'])]), c.compareTo(['n'], '>', 7)])),
]

local('conditions mean what the core says, of an item and of none', async ({ store, table }) => {
  await store.commit(plan(put(table, item)))
  for (const condition of conditions) {
    for (const [id, present] of [['a', item] as const, ['none', undefined] as const]) {
      const { kind } = await store.commit(plan(check(table, id, condition)))
      const expected = evaluate(condition, present) ? 'committed' : 'conflict'
      assert.is(kind, expected, `${print(condition)} of ${id}`)
    }
  }
})

const updates: readonly u.Update[] = [
  [u.set(['new'], 1), u.set(['home', 'city'], 'Bergen'), u.set(['list', 0], 'first'), u.set(['list', 99], 'last')],
  [u.remove(['n']), u.remove(['home', 'at', 'lat']), u.remove(['list', 0]), u.remove(['nope'])],
  [u.append(['list'], [new Set(['x'])]), u.append(['home', 'log'], [1, 2]), u.append(['none2'], [])],
  [
    u.increment(['n'], -7),
    u.increment(['home', 'at', 'lat'], new Decimal('1e-30')),
    u.increment(['home', 'visits'], 1),
  ],
  [u.addToSet(['badges'], new Set(['y', 'z'])), u.addToSet(['home', 'tags'], new Set(['z']))],
  [u.addToSet(['home', 'more'], new Set([1])), u.addToSet(['badges'], new Set())],
  [u.removeFromSet(['odds'], new Set([1, 2])), u.removeFromSet(['home', 'tags'], new Set(['x', 'y']))],
  [u.removeFromSet(['nope'], new Set(['x'])), u.set(['text'], ''), u.remove(['flag']), u.increment(['fine'], 1)],
  [],
]

local('updates do what the core says, alone and in a transaction', async (on) => {
  const { store, table } = on
  for (const each of updates) {
    const expected = apply(each, item)
    for (const alone of [true, false]) {
      await store.commit(plan(put(table, item)))
      const action = update(table, 'a', each, c.exists(['id']))
      const actions = alone ? [action] : [check(table, 'none', c.absent(['id'])), action]
      assert.equal(await store.commit(plan(...actions)), { kind: 'committed' }, print(each))
      const [actual] = await read(on, 'a')
      assert.ok(equal(actual, expected), `${print(each)} gives ${print(actual)}`)
    }
  }
})

local('updates that do not fit are invalid, and change nothing', async (on) => {
  const { store, table } = on
  await store.commit(plan(put(table, item)))
  for (const each of [
    u.set(['nope', 'x'], 1),
    u.remove(['nope', 'x']),
    u.append(['text'], [1]),
    u.increment(['text'], 1),
    u.increment(['n'], new Decimal('1e-40')),
    u.addToSet(['odds'], new Set(['x'])),
    u.removeFromSet(['n'], new Set([1])),
  ]) {
    assert.throws(() => apply([each], item))
    for (const others of [[], [check(table, 'none', c.absent(['id']))]]) {
      const outcome = await store.commit(plan(update(table, 'a', [each]), ...others))
      assert.is(outcome.kind, 'invalid', print(each))
    }
  }
  assert.ok(equal((await read(on, 'a'))[0], item))
})

test.run()

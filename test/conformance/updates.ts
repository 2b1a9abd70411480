/**
 * Every kind of update: what it makes of an item, and which items it does not fit.
 *
 * @module
 */

import type { AttributeMap } from '../../core/data/attribute-value.ts'
import { Decimal, parseNumber } from '../../core/data/number.ts'
import { equals } from '../../core/expression/condition.ts'
import {
  addToSet,
  append,
  increment,
  remove as removeAt,
  removeFromSet,
  set,
  type Update,
} from '../../core/expression/update.ts'
import { type Bench, type Cases, expectCommitted, expectConflict, expectInvalid, put, update } from './bench.ts'
import { expectEqual } from './expect.ts'

/** The item without its key before and after; undefined where the update does not fit. */
interface Example {
  readonly before: AttributeMap
  readonly update: Update
  readonly after: AttributeMap | undefined
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const nines = 99999999999999999999999999999999999999n

const examples: Readonly<Record<string, readonly Example[]>> = {
  'set: an attribute, present or not, of any type': [
    { before: {}, update: [set(['a'], 1)], after: { a: 1 } },
    { before: { a: 'x' }, update: [set(['a'], { k: [new Set([1])] })], after: { a: { k: [new Set([1])] } } },
    { before: { a: 1 }, update: [set(['a'], null), set(['b'], '')], after: { a: null, b: '' } },
  ],
  'set: inside maps and lists': [
    { before: { m: { k: 1, l: [1, 2] } }, update: [set(['m', 'k'], 2)], after: { m: { k: 2, l: [1, 2] } } },
    { before: { m: { l: [1, { x: 1 }] } }, update: [set(['m', 'l', 1, 'x'], 2)], after: { m: { l: [1, { x: 2 }] } } },
    { before: { m: {} }, update: [set(['m', 'new'], [])], after: { m: { new: [] } } },
  ],
  'set: an index past the end appends': [
    { before: { l: ['a'] }, update: [set(['l', 9], 'b')], after: { l: ['a', 'b'] } },
    { before: { l: ['a'] }, update: [set(['l', 9], 'c'), set(['l', 5], 'b')], after: { l: ['a', 'b', 'c'] } },
  ],
  'set: only where the parent is': [
    { before: {}, update: [set(['m', 'k'], 1)], after: undefined },
    { before: { m: 'text' }, update: [set(['m', 'k'], 1)], after: undefined },
    { before: { m: {} }, update: [set(['m', 0], 1)], after: undefined },
    { before: { l: [] }, update: [set(['l', 0, 'k'], 1)], after: undefined },
  ],
  'remove: an attribute, an entry, an element': [
    { before: { a: 1, b: 2 }, update: [removeAt(['a'])], after: { b: 2 } },
    { before: { m: { k: 1, z: 2 } }, update: [removeAt(['m', 'k'])], after: { m: { z: 2 } } },
    { before: { l: [1, 2, 3] }, update: [removeAt(['l', 1])], after: { l: [1, 3] } },
  ],
  'remove: what is not there, as long as its parent is': [
    {
      before: { m: {}, l: [1] },
      update: [removeAt(['a']), removeAt(['m', 'k']), removeAt(['l', 5])],
      after: { m: {}, l: [1] },
    },
    { before: {}, update: [removeAt(['m', 'k'])], after: undefined },
    { before: { l: [] }, update: [removeAt(['l', 'k'])], after: undefined },
  ],
  'remove: several elements by their indexes before': [
    { before: { l: [0, 1, 2, 3] }, update: [removeAt(['l', 0]), removeAt(['l', 2])], after: { l: [1, 3] } },
    {
      before: { l: [0, { x: 1, y: 2 }, 2] },
      update: [removeAt(['l', 0]), removeAt(['l', 1, 'x'])],
      after: { l: [{ y: 2 }, 2] },
    },
    { before: { l: [0, 1, 2] }, update: [set(['l', 1], 'one'), removeAt(['l', 0])], after: { l: ['one', 2] } },
    {
      before: { l: [0, 1] },
      update: [removeAt(['l', 0]), set(['l', 9], 'new'), removeAt(['l', 2])],
      after: { l: [1, 'new'] },
    },
    // How a commit cuts a record's history and adds to it.
    {
      before: { l: [0, 1, 2] },
      update: [set(['l', 99_999], 'new'), removeAt(['l', 0]), removeAt(['l', 1])],
      after: { l: [2, 'new'] },
    },
  ],
  'append: to a list, present or not': [
    { before: { l: [1] }, update: [append(['l'], [2, 'x'])], after: { l: [1, 2, 'x'] } },
    { before: { m: {} }, update: [append(['m', 'l'], [1]), append(['l'], [])], after: { m: { l: [1] }, l: [] } },
    { before: { l: 'text' }, update: [append(['l'], [1])], after: undefined },
  ],
  'increment: a number, present or not': [
    {
      before: { n: 1, m: { n: 0.1 } },
      update: [increment(['n'], -3), increment(['m', 'n'], 0.2)],
      after: { n: -2, m: { n: 0.3 } },
    },
    { before: {}, update: [increment(['n'], 5)], after: { n: 5 } },
    { before: { n: 'text' }, update: [increment(['n'], 1)], after: undefined },
  ],
  'increment: exactly up to 38 digits': [
    { before: { n: nines - 1n }, update: [increment(['n'], 1)], after: { n: nines } },
    { before: { n: nines }, update: [increment(['n'], 1)], after: { n: 10n ** 38n } },
    {
      before: { n: new Decimal('0.12345678901234567890123456789012345678') },
      update: [increment(['n'], parseNumber('0.00000000000000000000000000000000000001'))],
      after: { n: new Decimal('0.12345678901234567890123456789012345679') },
    },
    { before: { n: nines }, update: [increment(['n'], 2)], after: undefined },
    { before: { n: 10n ** 38n }, update: [increment(['n'], 0.1)], after: undefined },
    { before: { n: 10n ** 125n * 9n }, update: [increment(['n'], 10n ** 125n)], after: undefined },
  ],
  'add to a set: present or not, each element once': [
    {
      before: { s: new Set(['a']) },
      update: [addToSet(['s'], new Set(['a', 'b']))],
      after: { s: new Set(['a', 'b']) },
    },
    { before: { m: {} }, update: [addToSet(['m', 's'], new Set([1]))], after: { m: { s: new Set([1]) } } },
    {
      before: { s: new Set([bytes(1)]) },
      update: [addToSet(['s'], new Set([bytes(1), bytes(2)]))],
      after: { s: new Set([bytes(1), bytes(2)]) },
    },
    { before: { s: new Set(['a']) }, update: [addToSet(['s'], new Set([1]))], after: undefined },
    { before: { s: ['a'] }, update: [addToSet(['s'], new Set(['a']))], after: undefined },
    { before: {}, update: [addToSet(['s'], new Set())], after: {} },
  ],
  'remove from a set: the emptied set goes': [
    {
      before: { s: new Set(['a', 'b']) },
      update: [removeFromSet(['s'], new Set(['a', 'z']))],
      after: { s: new Set(['b']) },
    },
    { before: { s: new Set([1, 2]) }, update: [removeFromSet(['s'], new Set([2n, 1n]))], after: {} },
    { before: { m: { s: new Set([1]) } }, update: [removeFromSet(['m', 's'], new Set([1]))], after: { m: {} } },
    { before: {}, update: [removeFromSet(['s'], new Set(['a']))], after: {} },
    { before: { s: new Set(['a']) }, update: [removeFromSet(['s'], new Set([1]))], after: undefined },
    { before: {}, update: [removeFromSet(['m', 's'], new Set(['a']))], after: undefined },
  ],
  'all actions see the item as it was': [
    {
      before: { n: 1, l: ['x'], m: { s: new Set(['a']) } },
      update: [
        increment(['n'], 1),
        append(['l'], ['y']),
        addToSet(['m', 's'], new Set(['b'])),
        set(['m', 'k'], true),
        removeAt(['gone']),
      ],
      after: { n: 2, l: ['x', 'y'], m: { s: new Set(['a', 'b']), k: true } },
    },
  ],
  'paths that overlap or clash are refused': [
    { before: { m: {} }, update: [set(['m'], 1), removeAt(['m', 'k'])], after: undefined },
    { before: { n: 1 }, update: [set(['n'], 1), increment(['n'], 1)], after: undefined },
    { before: { m: { k: 1 } }, update: [removeAt(['m', 'k']), removeAt(['m', 0])], after: undefined },
  ],
  'the key cannot be changed': [
    { before: {}, update: [set(['id'], 'other')], after: undefined },
    { before: {}, update: [removeAt(['id'])], after: undefined },
  ],
}

async function expectMeaning({ commit, look, seed, table }: Bench, cases: readonly Example[]): Promise<void> {
  const name = await table()
  for (const [i, example] of cases.entries()) {
    const id = `item ${i}`
    await seed(name, [{ id, ...example.before }])
    const outcome = await commit(update(name, id, example.update))
    if (example.after === undefined) expectInvalid(outcome, undefined, `Example ${i}`)
    else expectCommitted(outcome, `Example ${i}`)
    expectEqual(await look(name, id), { id, ...(example.after ?? example.before) }, `Example ${i}`)
  }
}

export const updates: Cases = {
  ...Object.fromEntries(
    Object.entries(examples).map(([kind, cases]) => [kind, (bench: Bench) => expectMeaning(bench, cases)]),
  ),
  'a plan with an update that does not fit is refused as a whole': async ({ commit, look, table }) => {
    const name = await table()
    expectInvalid(await commit(put(name, { id: 'a' }), update(name, 'b', [set(['m', 'k'], 1)])))
    expectEqual(await look(name, 'a'), undefined, 'item')
  },
  'a failed condition comes before an update that does not fit': async ({ commit, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', n: 1 }])
    const misfit = update(name, 'a', [set(['m', 'k'], 1)], equals(['n'], 2))
    expectConflict(await commit(misfit), [[0, { id: 'a', n: 1 }]], 'alone')
    expectConflict(await commit(misfit, put(name, { id: 'b' })), [[0, { id: 'a', n: 1 }]], 'among others')
  },
  'a failed condition comes before an update of another item that does not fit': async ({ commit, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', n: 1 }])
    const misfit = update(name, 'b', [set(['m', 'k'], 1)])
    const failing = update(name, 'a', [set(['n'], 3)], equals(['n'], 2))
    expectConflict(await commit(misfit, failing), [[1, { id: 'a', n: 1 }]])
  },
}

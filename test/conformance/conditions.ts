/**
 * Every kind of condition, where it holds and where it does not, as a check of a commit and as a filter of a scan.
 *
 * @module
 */
import type { AttributeMap } from '../../core/data/attribute-value.ts'
import {
  absent,
  all,
  any,
  beginsWith,
  between,
  type Condition,
  compareTo,
  contains,
  equals,
  exists,
  hasSize,
  hasType,
  isIn,
  not,
} from '../../core/expression/condition.ts'
import { type Bench, type Cases, check, expectCommitted, expectConflict } from './bench.ts'
import { expect } from './expect.ts'

interface Example {
  /** Attributes beside the key; undefined for the item that does not exist. */
  readonly item: AttributeMap | undefined
  readonly holds?: readonly Condition[]
  readonly fails?: readonly Condition[]
}

const big = 12345678901234567890123456789012345678n
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

const examples: Readonly<Record<string, readonly Example[]>> = {
  exists: [
    { item: { a: null, m: { k: '' } }, holds: [exists(['a']), exists(['m', 'k'])], fails: [exists(['b'])] },
    { item: { l: ['x'], s: 'x' }, holds: [exists(['l', 0])], fails: [exists(['l', 1]), exists(['s', 'k'])] },
    { item: undefined, fails: [exists(['id']), exists(['a'])] },
  ],
  absent: [
    { item: { a: null, m: {} }, holds: [absent(['b']), absent(['m', 'k'])], fails: [absent(['a'])] },
    { item: { s: 'x' }, holds: [absent(['s', 'k']), absent(['s', 0]), absent(['x', 'y', 'z'])] },
    { item: undefined, holds: [absent(['id']), absent(['a', 'b'])] },
  ],
  'equality of every type, deeply': [
    {
      item: { t: 'x', n: 1, big, y: true, nil: null, b: bytes(1, 2), e: '' },
      holds: [
        equals(['t'], 'x'),
        equals(['n'], 1n),
        equals(['big'], big),
        equals(['y'], true),
        equals(['nil'], null),
        equals(['b'], bytes(1, 2)),
        equals(['e'], ''),
      ],
      fails: [
        equals(['t'], 'X'),
        equals(['n'], '1'),
        equals(['big'], big + 1n),
        equals(['y'], false),
        equals(['nil'], false),
        equals(['b'], bytes(1)),
        equals(['none'], null),
      ],
    },
    {
      item: { m: { k: [1, { z: new Set(['p', 'q']) }] }, s: new Set([1, 2]), l: [], none: {} },
      holds: [
        equals(['m'], { k: [1, { z: new Set(['q', 'p']) }] }),
        equals(['s'], new Set([2, 1])),
        equals(['l'], []),
        equals(['none'], {}),
        equals(['m', 'k', 1, 'z'], new Set(['p', 'q'])),
      ],
      fails: [
        equals(['m'], { k: [1, { z: new Set(['q']) }] }),
        equals(['s'], new Set(['1', '2'])),
        equals(['s'], [1, 2]),
        equals(['l'], {}),
        equals(['m'], { k: [1, { z: new Set(['q', 'p']) }], more: 1 }),
      ],
    },
    { item: undefined, fails: [equals(['a'], 1)] },
  ],
  inequality: [
    {
      item: { n: 1 },
      holds: [compareTo(['n'], '<>', 2), compareTo(['n'], '<>', '1'), compareTo(['b'], '<>', 1)],
      fails: [compareTo(['n'], '<>', 1)],
    },
    { item: undefined, holds: [compareTo(['a'], '<>', 1)] },
  ],
  'order of numbers, texts and bytes': [
    {
      item: { n: 10, t: 'b', b: bytes(1, 255), big },
      holds: [
        compareTo(['n'], '>', 9.5),
        compareTo(['n'], '>=', 10),
        compareTo(['n'], '<', 11n),
        compareTo(['n'], '<=', 10n),
        compareTo(['t'], '>', 'a'),
        compareTo(['t'], '<', 'ba'),
        compareTo(['b'], '>', bytes(1, 2, 3)),
        compareTo(['big'], '<', big + 1n),
      ],
      fails: [
        compareTo(['n'], '>', 10),
        compareTo(['n'], '<', '99'),
        compareTo(['n'], '>', '0'),
        compareTo(['t'], '>=', 'ba'),
        compareTo(['none'], '<', 1),
        compareTo(['none'], '>=', 1),
      ],
    },
    { item: { t: '\u{1F600}' }, holds: [compareTo(['t'], '>', '￿')], fails: [compareTo(['t'], '<', '￿')] },
    { item: undefined, fails: [compareTo(['a'], '<', 1), compareTo(['a'], '>', 1)] },
  ],
  'order of what has none is false': [
    {
      item: { y: true, nil: null, l: [1], s: new Set([1]) },
      fails: [
        compareTo(['y'], '>=', true),
        compareTo(['nil'], '<=', null),
        compareTo(['l'], '>', []),
        compareTo(['s'], '<', new Set([2])),
        between(['y'], 1, 2),
      ],
    },
  ],
  'between, bounds included': [
    {
      item: { n: 5, t: 'm' },
      holds: [between(['n'], 5, 6), between(['n'], 4, 5), between(['t'], 'a', 'z')],
      fails: [between(['n'], 6, 7), between(['n'], 6, 4), between(['n'], '4', '6'), between(['none'], 1, 2)],
    },
    { item: undefined, fails: [between(['n'], 1, 2)] },
  ],
  'one of several values': [
    {
      item: { n: 5, m: { k: 1 } },
      holds: [isIn(['n'], [4, 5n]), isIn(['m'], ['x', { k: 1 }]), isIn(['n'], [...Array(150).keys()])],
      fails: [isIn(['n'], ['5', 4]), isIn(['n'], []), isIn(['none'], [1])],
    },
    { item: undefined, fails: [isIn(['n'], [1])] },
  ],
  'the beginning of texts and bytes': [
    {
      item: { t: 'héllo', b: bytes(1, 2, 3), n: 12 },
      holds: [beginsWith(['t'], 'hé'), beginsWith(['t'], ''), beginsWith(['b'], bytes(1, 2))],
      fails: [beginsWith(['t'], 'é'), beginsWith(['b'], bytes(2)), beginsWith(['n'], '1'), beginsWith(['none'], 'x')],
    },
    { item: undefined, fails: [beginsWith(['t'], '')] },
  ],
  'an element of a set or list, a part of a text or binary': [
    {
      item: {
        t: 'hello',
        b: bytes(1, 2, 3),
        l: ['x', 1, null],
        s: new Set(['x', 'y']),
        ns: new Set([1, 2]),
        m: { x: 1 },
      },
      holds: [
        contains(['t'], 'ell'),
        contains(['b'], bytes(2, 3)),
        contains(['l'], 1n),
        contains(['s'], 'y'),
        contains(['ns'], 2n),
      ],
      fails: [
        contains(['t'], 'elo'),
        contains(['b'], bytes(3, 2)),
        contains(['l'], 'y'),
        contains(['s'], 'z'),
        contains(['ns'], '1'),
        contains(['m'], 'x'),
        contains(['none'], 'x'),
      ],
    },
    { item: undefined, fails: [contains(['t'], 'x')] },
  ],
  'the type of a value': [
    {
      item: {
        S: 'x',
        N: 1,
        B: bytes(1),
        BOOL: false,
        NULL: null,
        L: [],
        M: {},
        SS: new Set(['x']),
        NS: new Set([1]),
        BS: new Set([bytes(1)]),
      },
      holds: (['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS'] as const).map((t) => hasType([t], t)),
      fails: [hasType(['S'], 'N'), hasType(['SS'], 'S'), hasType(['none'], 'NULL')],
    },
    { item: undefined, fails: [hasType(['S'], 'S')] },
  ],
  'the size of a value': [
    {
      item: { t: 'é\u{1F600}', b: bytes(1, 2), l: [1, 2, 3], m: { k: 1 }, s: new Set(['x', 'y']), n: 5, e: '' },
      holds: [
        hasSize(['t'], '=', 3),
        hasSize(['b'], '<', 3),
        hasSize(['l'], '>=', 3),
        hasSize(['m'], '=', 1),
        hasSize(['s'], '<>', 1),
        hasSize(['e'], '=', 0),
      ],
      fails: [hasSize(['l'], '>', 3), hasSize(['n'], '=', 1), hasSize(['n'], '>=', 0), hasSize(['none'], '=', 0)],
    },
    { item: undefined, holds: [hasSize(['t'], '<>', 0)], fails: [hasSize(['t'], '<', 9)] },
  ],
  'all, any and not, nested': [
    {
      item: { a: 1, b: 2 },
      holds: [
        all([equals(['a'], 1), equals(['b'], 2)]),
        any([equals(['a'], 9), equals(['b'], 2)]),
        not(equals(['a'], 9)),
        not(compareTo(['a'], '<', 'text')),
        not(compareTo(['none'], '<', 5)),
        not(any([equals(['a'], 9), all([equals(['a'], 1), equals(['b'], 9)])])),
        not(not(all([not(equals(['a'], 2)), between(['b'], 1, 2), any([exists(['x']), exists(['a'])])]))),
        all([]),
        not(any([])),
      ],
      fails: [
        all([equals(['a'], 1), equals(['b'], 9)]),
        any([equals(['a'], 9), equals(['b'], 9)]),
        not(equals(['a'], 1)),
        any([]),
        not(all([])),
      ],
    },
    { item: undefined, holds: [all([]), not(equals(['a'], 1))], fails: [any([]), not(absent(['id']))] },
  ],
  'names that are no plain words': [
    {
      item: { 'a.b': 1, 'a b': { '#c': 2, size: 3 }, é: 4, '0': 5 },
      holds: [
        equals(['a.b'], 1),
        equals(['a b', '#c'], 2),
        equals(['a b', 'size'], 3),
        equals(['é'], 4),
        equals(['0'], 5),
      ],
      fails: [exists(['a', 'b'])],
    },
  ],
}

async function expectMeaning({ commit, seed, store, table }: Bench, cases: readonly Example[]): Promise<void> {
  const name = await table()
  for (const [i, { item, holds = [], fails = [] }] of cases.entries()) {
    const id = `item ${i}`
    const present = item && { id, ...item }
    if (present) await seed(name, [present])
    for (const condition of holds) {
      expectCommitted(await commit(check(name, id, condition)), JSON.stringify(condition, replaceBig))
    }
    for (const condition of fails) {
      expectConflict(await commit(check(name, id, condition)), [[0, present]], JSON.stringify(condition, replaceBig))
    }
    if (present === undefined) continue
    const filters = [
      ...holds.map((filter) => ({ filter, kept: true })),
      ...fails.map((filter) => ({ filter, kept: false })),
    ]
    for (const { filter, kept } of filters) {
      const page = await store.scan({ table: name, consistent: true, filter })
      const found = page.items.some((each) => each['id'] === id)
      expect(found === kept, `Filter ${JSON.stringify(filter, replaceBig)}: expected ${kept}, got ${found}`)
    }
  }
}

const replaceBig = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

export const conditions: Cases = Object.fromEntries(
  Object.entries(examples).map(([kind, cases]) => [kind, (bench: Bench) => expectMeaning(bench, cases)]),
)

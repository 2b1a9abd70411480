/**
 * The checker on histories that are known to be bad or good: each anomaly is found, and nothing else is.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkHistory } from './check-history.ts'
import { cyclicComponents, shortestWay } from './graph.ts'
import type { AnomalyKind, Entry, History, Operation } from './history.ts'

const append = (key: string, value: number): Operation => ({ f: 'append', key, value })
const read = (key: string, ...list: number[]): Operation => ({ f: 'read', key, list })

/** Each unit of work in a process of its own, unless told otherwise. */
const unit = (...ops: Operation[]): Omit<Entry, 'index' | 'process'> => ({ ops, outcome: 'ok' })
const failed = (...ops: Operation[]) => ({ ...unit(...ops), outcome: 'fail' as const })
const unknown = (...ops: Operation[]) => ({ ...unit(...ops), outcome: 'unknown' as const })

const history = (
  final: History['final'],
  ...units: (Omit<Entry, 'index' | 'process'> & { process?: number })[]
): History => ({
  final,
  entries: units.map((each, index) => ({ process: index, index, ...each })),
})

const bad: Record<string, [History, ...AnomalyKind[]]> = {
  'G0: written in opposite orders': [
    history({ x: [1, 2], y: [2, 1] }, unit(append('x', 1), append('y', 1)), unit(append('x', 2), append('y', 2))),
    'G0',
  ],
  'G1a: read of a failed unit of work': [history({ x: [] }, failed(append('x', 1)), unit(read('x', 1))), 'G1a'],
  'G1b: read half way': [
    history({ x: [1, 2] }, unit(append('x', 1), append('x', 2)), unit(read('x', 1))),
    'G1b',
    'G-single',
  ],
  'G1c: each read what the other wrote': [
    history({ x: [1], y: [2] }, unit(append('x', 1), read('y', 2)), unit(append('y', 2), read('x', 1))),
    'G1c',
  ],
  'G-single: lost update that was merged': [
    history({ x: [1, 2] }, unit(read('x'), append('x', 1)), unit(read('x'), append('x', 2))),
    'G-single',
  ],
  'G-single: read skew': [
    history({ x: [1], y: [1] }, unit(append('x', 1), append('y', 1)), unit(read('x'), read('y', 1))),
    'G-single',
  ],
  'G2: write skew': [
    history({ x: [1], y: [2] }, unit(read('y'), append('x', 1)), unit(read('x'), append('y', 2))),
    'G2',
  ],
  'G2: long fork': [
    history(
      { x: [1], y: [2] },
      unit(append('x', 1)),
      unit(append('y', 2)),
      unit(read('x', 1), read('y')),
      unit(read('x'), read('y', 2)),
    ),
    'G2',
  ],
  'G-single-process: a process does not see its own past': [
    history({ x: [1] }, { ...unit(append('x', 1)), process: 7 }, { ...unit(read('x')), process: 7 }),
    'G-single-process',
  ],
  'lost: success without effect': [history({ x: [] }, unit(append('x', 1))), 'lost'],
  'lost: overwritten': [history({ x: [2] }, unit(read('x'), append('x', 1)), unit(read('x'), append('x', 2))), 'lost'],
  'duplicate: applied twice': [history({ x: [1, 1] }, unit(append('x', 1))), 'duplicate'],
  'incompatible orders': [
    history({ x: [1, 2] }, unit(append('x', 1)), unit(append('x', 2)), unit(read('x', 2))),
    'incompatible-order',
    'G-single',
  ],
  'torn: half of a success': [history({ x: [1] }, unit(append('x', 1), append('y', 1))), 'torn'],
  'torn: half of an unknown': [history({ x: [1] }, unknown(append('x', 1), append('y', 1))), 'torn'],
  'failed, but there': [history({ x: [1] }, failed(append('x', 1))), 'failed-visible'],
  'internal: own change not seen': [history({ x: [1] }, unit(append('x', 1), read('x'))), 'internal'],
  'internal: two states of one list': [
    history({ x: [1, 2] }, unit(append('x', 1)), unit(read('x'), read('x', 1), append('x', 2))),
    'internal',
    'G-single',
  ],
  'garbage: nobody wrote it': [history({ x: [9] }), 'garbage'],
}

const good: Record<string, History> = {
  empty: history({}),
  'one after the other': history(
    { x: [1, 2], y: [2] },
    unit(read('x'), append('x', 1), read('x', 1)),
    unit(read('x', 1), append('x', 2), append('y', 2)),
    unit(read('x', 1, 2), read('y', 2)),
    unit(read('x', 1), read('y')),
  ),
  'two appends without a look': history({ x: [2, 1] }, unit(append('x', 1)), unit(append('x', 2))),
  'several values of one unit of work': history(
    { x: [1, 2, 3] },
    unit(append('x', 1), append('x', 2), read('x', 1, 2)),
    unit(append('x', 3)),
  ),
  'failures without a trace': history({ x: [] }, failed(read('x', 5, 6), append('x', 1)), unit(read('x'))),
  'unknown that did not happen': history({ x: [] }, unknown(append('x', 1)), unit(read('x'))),
  'unknown that happened': history({ x: [1] }, unknown(append('x', 1)), unit(read('x', 1))),
}

for (const [name, [given, ...kinds]] of Object.entries(bad)) {
  test(`finds ${name}`, () => {
    assert.equal([...new Set(checkHistory(given).map(({ kind }) => kind))].sort(), [...kinds].sort())
  })
}

for (const [name, given] of Object.entries(good)) {
  test(`accepts ${name}`, () => assert.equal(checkHistory(given), []))
}

test('a story names the cycle', () => {
  assert.equal(checkHistory(bad['G2: write skew']![0]), [{ kind: 'G2', story: 'p0#0 -rw-> p1#1 -rw-> p0#0' }])
})

test('histories are plain JSON', () => {
  const [given] = bad['G-single: read skew']!
  assert.equal(checkHistory(JSON.parse(JSON.stringify(given))), checkHistory(given))
})

test('a value that two units of work append is no history', () => {
  assert.throws(() => checkHistory(history({}, unit(append('x', 1)), unit(append('x', 1)))), /not a history/)
})

test('components and shortest ways', () => {
  const graph = [[1], [2], [0, 3], [4], [3], [0]].map((nodes) => new Set(nodes))
  assert.equal(
    cyclicComponents(graph).map((nodes) => [...nodes].sort()),
    [
      [3, 4],
      [0, 1, 2],
    ],
  )
  assert.equal(shortestWay(graph, 0, 0), [0, 1, 2, 0])
  assert.equal(shortestWay(graph, 5, 4), [5, 0, 1, 2, 3, 4])
  assert.is(shortestWay(graph, 3, 0), undefined)
})

test.run()

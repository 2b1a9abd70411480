/**
 * Entries as they are stored: whatever a commit did comes back from its text, and the text is short.
 *
 * @module
 */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AttributeValue, equal } from '../../../core/data/attribute-value.ts'
import { parseNumber } from '../../../core/data/number.ts'
import { parseValue, valueText } from '../../../core/data/value-text.ts'
import type { Change } from '../../../core/journal/change.ts'
import { type Entry, entryText, parseEntry } from '../../../core/journal/entry.ts'

const number = fc.oneof(
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e9, max: 1e9 }).map((n) => (Object.is(n, -0) ? 0 : n)),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 100n }),
  fc.constant(parseNumber('0.12345678901234567890123456789012345678')),
)
const bytes = fc.uint8Array({ maxLength: 5 })
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'N1', 'B', '~', '\n', '__proto__'))
const set = fc.oneof(
  fc.uniqueArray(text, { minLength: 1, maxLength: 3 }),
  fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 }),
)
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    number,
    bytes,
    fc.boolean(),
    fc.constant(null),
    set.map((elements) => new Set<string | number>(elements)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  ),
}))

const path = fc.array(text, { minLength: 1, maxLength: 3 })
const elements = set.map((each) => new Set<string | number>(each))
const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .record({
      kind: fc.constant('set' as const),
      path,
      value: fc.option(value, { nil: undefined }),
      old: fc.option(value, { nil: undefined }),
    })
    .filter(({ value, old }) => value !== undefined || old !== undefined),
  fc.record({
    kind: fc.constant('append' as const),
    path,
    values: fc.array(value, { maxLength: 3 }),
    fresh: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('increment' as const), path, by: number, fresh: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), path, elements }),
)
const changes = fc.array(change, { maxLength: 3 })
const names = fc.array(text, { minLength: 1, maxLength: 3 })
const step = fc.record({
  name: text,
  data: fc.option(value, { nil: undefined }),
  path: fc.option(names, { nil: undefined }),
  changes,
})
const entry: fc.Arbitrary<Entry> = fc
  .record({
    kind: fc.constantFrom('created' as const, 'changed' as const, 'deleted' as const),
    path: names,
    metadata: fc.option(fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 2 }), { nil: undefined }),
    events: fc.array(step, { maxLength: 2 }),
    plain: changes,
    others: fc.array(fc.tuple(text, fc.oneof(text, number)), { maxLength: 2 }),
    erased: fc.boolean(),
  })
  .map(({ events, plain, ...rest }) => ({
    ...rest,
    steps: [
      ...events,
      ...(plain.length > 0 ? [{ name: undefined, data: undefined, path: undefined, changes: plain }] : []),
    ],
  })) as fc.Arbitrary<Entry>

/** An entry as a value, so that the stores' equality compares it: absent and undefined are one. */
function asValue(given: unknown): AttributeValue {
  if (Array.isArray(given)) return given.map(asValue)
  if (typeof given !== 'object' || given === null || given instanceof Set || given instanceof Uint8Array)
    return given as AttributeValue
  if (Object.getPrototypeOf(given) !== Object.prototype && Object.getPrototypeOf(given) !== null) return given as never
  const members = Object.entries(given).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, asValue(member)]))
}

test('any value comes back from its text, deeply frozen', async () => {
  await fc.assert(
    fc.property(value, (given) => {
      const back = parseValue(valueText(given))
      assert.ok(equal(back, given), valueText(given))
      if (typeof back === 'object' && back !== null && !(back instanceof Set) && !(back instanceof Uint8Array))
        assert.ok(Object.isFrozen(back))
    }),
    { numRuns: 500 },
  )
})

test('any entry comes back from its text, which is one line', async () => {
  await fc.assert(
    fc.property(entry, (given) => {
      const kept = entryText(given)
      assert.not.match(kept, /\n|^~/)
      assert.ok(equal(asValue(parseEntry(kept)), asValue(given)), kept)
    }),
    { numRuns: 500 },
  )
})

// Whoever changes these changes what is stored.
test('entries are as short as can be', () => {
  const only = (change: Change, path = ['collect reward']): string =>
    entryText({ kind: 'changed', path, metadata: undefined, steps: [{ changes: [change] }], others: [], erased: false })
  const at = ['settings', 'volume']
  assert.is(only({ kind: 'set', path: at, value: 5, old: 7 }), '["collect reward",[[["settings","volume"],5,7]]]')
  assert.is(only({ kind: 'set', path: ['n'], value: 5, old: undefined }, ['a', 'b']), '[["a","b"],[[0,"n",5]]]')
  assert.is(only({ kind: 'set', path: ['n'], value: undefined, old: 5 }, ['anonymous']), '[0,[[1,"n",5]]]')
  assert.is(
    only({ kind: 'append', path: ['l'], values: ['x', 'y'], fresh: false }),
    '["collect reward",[[2,"l","x","y"]]]',
  )
  assert.is(only({ kind: 'increment', path: ['n'], by: -1, fresh: true }), '["collect reward",[[5,"n",-1]]]')
  assert.is(only({ kind: 'remove', path: ['s'], elements: new Set([1]) }), '["collect reward",[[7,"s",1]]]')
})

test.run()

/**
 * Values that nobody should give, as descriptions: plain data that fast-check can print and shrink, built when they are
 * needed. What they throw is a `CallersError`, so that it can be told from what the engine throws.
 *
 * @module
 */
import * as fc from 'fast-check'

export class CallersError extends Error {}

const throwing = (): never => {
  throw new CallersError('thrown by the input')
}

class Point {
  x = 1
}

const cyclic = (): unknown => {
  const value: Record<string, unknown> = { a: 1 }
  value['self'] = value
  return value
}

const deep = (levels: number): unknown => {
  let value: unknown = 'bottom'
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { d: value }
  return value
}

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const atoms = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  zero: () => 0,
  'minus zero': () => -0,
  one: () => 1,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-Infinity': () => Number.NEGATIVE_INFINITY,
  unsafe: () => 2 ** 53,
  '1e300': () => 1e300,
  '5e-324': () => 5e-324,
  fraction: () => 0.1,
  bigint: () => 5n,
  'big bigint': () => 2n ** 100n,
  'huge bigint': () => 10n ** 200n,
  'empty text': () => '',
  text: () => 'a',
  'lone surrogate': () => 'a\ud800',
  'zero character': () => '\0',
  __proto__text: () => '__proto__',
  '3 KB': () => 'k'.repeat(3000),
  '500 KB': () => 'x'.repeat(500_000),
  symbol: () => Symbol('s'),
  function: () => () => 1,
  'throwing function': () => throwing,
  class: () => Point,
  instance: () => new Point(),
  date: () => new Date(0),
  'invalid date': () => new Date(Number.NaN),
  bytes: () => Uint8Array.of(1, 2),
  'no bytes': () => new Uint8Array(),
  buffer: () => Buffer.from('abc'),
  floats: () => Float64Array.of(1.5),
  map: () => new Map([['a', 1]]),
  set: () => new Set(['a']),
  'empty set': () => new Set(),
  'mixed set': () => new Set<unknown>(['a', 1]),
  'set of objects': () => new Set([{}]),
  'boxed text': () => Object('a') as unknown,
  'boxed number': () => Object(1) as unknown,
  regexp: () => /a/,
  error: () => new Error('as a value'),
  promise: () => Promise.resolve(1),
  thenable: () => ({ then: (done: (value: unknown) => void) => done('then') }),
  'throwing thenable': () => ({ then: throwing }),
  cyclic,
  'deep 20': () => deep(20),
  'deep 40': () => deep(40),
  'deep 20000': () => deep(20_000),
  sparse: () => new Array(3),
  // biome-ignore lint/suspicious/noSparseArray: that is the point
  'sparse between': () => ['a', , 'b'],
  'list with a name': () => Object.assign(['a'], { extra: 1 }),
  'list of another class': () => new (class extends Array<unknown> {})(),
  'object without prototype': () => Object.create(null) as unknown,
  'object of an object': () => Object.create({ inherited: 1 }) as unknown,
  'throwing getter': () => Object.defineProperty({}, 'a', { enumerable: true, get: throwing }),
  'throwing toString': () => ({ toString: throwing, valueOf: throwing, toJSON: throwing }),
  'throwing toPrimitive': () => ({ [Symbol.toPrimitive]: throwing }),
  'symbol key': () => ({ [Symbol('k')]: 1 }),
  'hidden member': () => Object.defineProperty({}, 'a', { value: 1 }),
  'own __proto__': () =>
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as unknown,
  'throwing constructor': () => Object.defineProperty({}, 'constructor', { get: throwing }),
  proxy: () => new Proxy({ a: 1 }, {}),
  'throwing proxy': () =>
    new Proxy(
      {},
      { get: throwing, ownKeys: throwing, getPrototypeOf: throwing, has: throwing, getOwnPropertyDescriptor: throwing },
    ),
  'revoked proxy': revoked,
  'list proxy': () => new Proxy(['a'], {}),
  'function proxy': () => new Proxy(() => 1, {}),
  'frozen object': () => Object.freeze({ a: Object.freeze(['x']) }),
} as const satisfies Record<string, () => unknown>

export type Hostile =
  | { readonly atom: keyof typeof atoms }
  | { readonly map: readonly (readonly [string, Hostile])[] }
  | { readonly list: readonly Hostile[] }

const names = [
  'a',
  'b',
  'c',
  'id',
  '',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '\udc00',
  'then',
  '_v',
  '0',
  'length',
]

const atom: fc.Arbitrary<Hostile> = fc
  .constantFrom(...(Object.keys(atoms) as (keyof typeof atoms)[]))
  .map((atom) => ({ atom }))
export const everyAtom: readonly Hostile[] = (Object.keys(atoms) as (keyof typeof atoms)[]).map((atom) => ({ atom }))
const hostileName: fc.Arbitrary<string> = fc.constantFrom(...names)

/** As a `then` they never call back: that is a promise that does not settle, for which one waits as long as it takes. */
const silent = ['function', 'function proxy']
const settles = ([name, value]: readonly [string, Hostile]): boolean =>
  name !== 'then' || !('atom' in value && silent.includes(value.atom))

/** An atom, or maps and lists of some, under ordinary and extraordinary names. */
export const hostile: fc.Arbitrary<Hostile> = fc.letrec<{ value: Hostile }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc.record({ map: fc.array(fc.tuple(hostileName, tie('value')).filter(settles), { maxLength: 4 }) }),
    fc.record({ list: fc.array(tie('value'), { maxLength: 3 }) }),
  ),
})).value

export function build(description: Hostile): unknown {
  if ('atom' in description) return atoms[description.atom]()
  if ('list' in description) return description.list.map(build)
  const map = {}
  for (const [name, member] of description.map) {
    Object.defineProperty(map, name, { value: build(member), enumerable: true, configurable: true, writable: true })
  }
  return map
}

/**
 * Bad input that once went wrong, each with its story.
 *
 * @module
 */
import { createEngine, defineModel, isEngineError } from 'draftwork'
import { levelStore } from 'draftwork/level'
import { memoryStore } from 'draftwork/memory'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Thing, world } from './calls.ts'

const a = { id: 'a' }
const noText = Object.create(null) as never

async function refused(call: () => unknown, code: string): Promise<void> {
  const thrown = await (async () => call())().then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(isEngineError(thrown), `Expected an engine error, got ${thrown instanceof Error ? thrown.stack : 'none'}`)
  assert.is(thrown.code, code)
}

test('the first caller under a key got what was returned, those behind it what was kept: 5n and 5', async () => {
  const { engine } = await world()
  const ask = () => engine.unitOfWork.run(() => ({ n: 5n, no: undefined }), { idempotencyKey: 'k' })
  const first = await ask()
  assert.equal(first, await ask())
})

test('inputs of different kinds had one fingerprint: a big integer and its text, bytes and a list, a set and a list', async () => {
  const { engine } = await world()
  const pairs = [
    [2n ** 64n, '18446744073709551616n'],
    [Uint8Array.of(1, 2), [1, 2]],
    [new Set(['a']), ['a']],
  ]
  for (const [i, [one, other]] of pairs.entries()) {
    const ask = (input: unknown) => engine.unitOfWork.run('same', () => 1, { idempotencyKey: `k${i}`, input })
    await ask(one)
    await refused(() => ask(other), 'INVALID_ARGUMENT')
  }
})

test('an outcome of more than an item holds was sent, and refused by the store only', async () => {
  const { engine, store } = await world()
  await refused(() => engine.unitOfWork.run(() => 'x'.repeat(500_000), { idempotencyKey: 'k' }), 'TOO_LARGE')
  assert.is(store.commits.length, 0)
})

test('so were blind appends and set elements of more than an item holds', async () => {
  const { engine, store } = await world()
  const huge = 'x'.repeat(500_000)
  await refused(
    () => engine.unitOfWork.run((work) => work.blind(Thing, a, (blind) => blind.append('list', huge))),
    'TOO_LARGE',
  )
  await refused(
    () => engine.unitOfWork.run((work) => work.blind(Thing, a, (blind) => blind.add('tags', huge))),
    'TOO_LARGE',
  )
  assert.is(store.commits.length, 0)
})

test('an outcome kept beyond the end of time gave an expiry that no store takes', async () => {
  const { engine } = await world()
  await refused(() => engine.unitOfWork.run(() => 1, { idempotencyKey: 'k', keepOutcome: 1e300 }), 'INVALID_ARGUMENT')
})

test('a callback that threw what has no text made a commit that stands look failed', async () => {
  const { engine } = await world()
  const ask = engine.unitOfWork.run((work) => {
    work.afterCommit(() => {
      throw noText
    })
    return 'done'
  })
  assert.is(await ask, 'done')
})

test('attempt rejected where the function threw what has no text', async () => {
  const { engine } = await world()
  const either = await engine.unitOfWork.attempt(() => {
    throw noText
  })()
  assert.is(either._tag, 'Left')
})

test('messages about options stumbled over values without a text', async () => {
  const { engine } = await world()
  for (const option of ['guard', 'maxAttempts', 'propagation', 'signal']) {
    await refused(() => engine.unitOfWork.run(() => 1, { [option]: noText }), 'INVALID_ARGUMENT')
  }
})

test('a nested unit of work took any propagation', async () => {
  const { engine } = await world()
  const wrong = { propagation: 'independant' as 'independent' }
  await refused(() => engine.unitOfWork.run((work) => work.run(() => 1, wrong)), 'INVALID_ARGUMENT')
})

test('bounds that are no numbers, or under other names, were a TypeError or no bounds at all', async () => {
  const { engine } = await world()
  for (const bounds of [null, 5, { max: Number.NaN }, { min: noText }, { maximum: 5 }, new Map([['max', 5]])]) {
    await refused(
      () => engine.unitOfWork.run((work) => work.blind(Thing, a, (blind) => blind.increment('n', 1, bounds as never))),
      'INVALID_ARGUMENT',
    )
  }
})

test('a blind field that is no name was a TypeError', async () => {
  const { engine } = await world()
  for (const field of [undefined, 5, [], [Symbol('s')], [5n], new Array(2)]) {
    await refused(
      () => engine.unitOfWork.run((work) => work.blind(Thing, a, (blind) => blind.increment(field as never, 1))),
      'INVALID_ARGUMENT',
    )
  }
})

test('the gaps of a sparse list of keys were answered as absent records', async () => {
  const { engine } = await world()
  await refused(() => engine.unitOfWork.run((work) => work.getMany(Thing, new Array(2))), 'INVALID_ARGUMENT')
})

test('a list lost the names it had besides its elements', async () => {
  const { engine } = await world()
  const list = Object.assign(['x'], { extra: 1 })
  const record = { id: 'b', n: 1, tags: new Set<string>(), list }
  await refused(() => engine.unitOfWork.run((work) => void work.create(Thing, record)), 'INVALID_RECORD')
})

test('so did one that a unit of work returned, such as the result of a match', async () => {
  const { engine } = await world()
  const match = await engine.unitOfWork.run(() => /b/.exec('abc'))
  assert.is(match?.index, 1)
})

test('a list of four billion gaps was walked to its end', async () => {
  const { engine } = await world()
  const endless: unknown[] = []
  endless.length = 2 ** 32 - 1
  await refused(
    () =>
      engine.unitOfWork.run(
        (work) => void work.create(Thing, { id: 'b', n: 1, tags: new Set<string>(), list: [], any: endless }),
      ),
    'INVALID_RECORD',
  )
})

test('and so was one in a field that is a list, by its codec, or made of a draft', async () => {
  const { engine } = await world()
  const list: unknown[] = []
  list.length = 2 ** 32 - 1
  const record = { id: 'b', n: 1, tags: new Set<string>(), list }
  await refused(() => engine.unitOfWork.run((work) => void work.create(Thing, record)), 'INVALID_RECORD')
  const change = () =>
    engine.unitOfWork.run(async (work) => {
      work.change(await work.get(Thing, a), (draft) => {
        draft.list.length = 2 ** 32 - 1
      })
    })
  await refused(change, 'INVALID_ARGUMENT')
})

test('fields under symbols, and those that are not enumerable, were left out of a new record', async () => {
  const { engine } = await world()
  const record = { id: 'b', n: 1, tags: new Set<string>(), list: [] }
  const withSymbol = { ...record, [Symbol('s')]: 1 }
  await refused(() => engine.unitOfWork.run((work) => void work.create(Thing, withSymbol)), 'INVALID_RECORD')
  const hidden = Object.defineProperty({ ...record }, 'any', { value: 'kept' })
  const read = await engine.unitOfWork.run((work) => work.create(Thing, hidden).any)
  assert.is(read, 'kept')
})

test('a value too deep for the stack ended a recipe with a RangeError', async () => {
  const { engine } = await world()
  let deep: unknown = 1
  for (let i = 0; i < 20_000; i++) deep = [deep]
  const change = () =>
    engine.unitOfWork.run(async (work) => {
      work.change(await work.get(Thing, a), (draft) => {
        draft.any = deep
      })
    })
  await refused(change, 'INVALID_RECORD')
})

test('an entry named __proto__ changed a draft, and was gone from the record', async () => {
  const { engine } = await world()
  const polluted = JSON.parse('{"__proto__":["x"]}') as Record<string, unknown>
  const change = () =>
    engine.unitOfWork.run(async (work) => {
      work.change(await work.get(Thing, a), (draft) => void Object.assign(draft.entries!, polluted))
    })
  await refused(change, 'INVALID_ARGUMENT')
})

test('what immer does not allow of a draft was told in its own error', async () => {
  const { engine } = await world()
  const recipes: ((draft: { list: unknown[] }) => void)[] = [
    (draft) => void Object.defineProperty(draft, 'n', { value: 5 }),
    (draft) => void Object.setPrototypeOf(draft, {}),
    (draft) => void Object.assign(draft.list, { extra: 1 }),
    (draft) => void Reflect.deleteProperty(draft.list, 'extra'),
  ]
  for (const recipe of recipes) {
    await refused(
      () => engine.unitOfWork.run(async (work) => work.change(await work.get(Thing, a), recipe as never)),
      'INVALID_ARGUMENT',
    )
  }
})

test('options that are none were a TypeError, or nothing until the first request', async () => {
  const store = memoryStore()
  const models = [Thing]
  await refused(() => createEngine(undefined as never), 'INVALID_ARGUMENT')
  await refused(() => createEngine({ store, models: [{ definition: {} } as never] }), 'INVALID_ARGUMENT')
  await refused(() => createEngine({ store, models, journalTable: 5 as never }), 'INVALID_ARGUMENT')
  await refused(() => createEngine({ store, models, environment: {} as never }), 'INVALID_ARGUMENT')
  await refused(() => createEngine({ store, models }).tables.create(null as never), 'INVALID_ARGUMENT')
  await refused(() => memoryStore(null as never), 'INVALID_ARGUMENT')
  await refused(() => memoryStore({ limits: { itemBytes: 'many' as never } }), 'INVALID_ARGUMENT')
  // The empty path is the working directory itself.
  for (const path of [undefined, '', 5]) await refused(() => levelStore({ path: path as never }), 'INVALID_ARGUMENT')
})

test('a key attribute named __proto__ was no attribute, and names that are no Unicode were sent', async () => {
  const schema = t.type({ id: t.string })
  const base = { name: 'M', table: 'ms', key: { partition: 'id' as const }, schema }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of draftwork
  const partition = { attribute: '__proto__', template: 'A#${id}' } as const
  await refused(() => defineModel({ ...base, key: { partition } }), 'INVALID_MODEL')
  await refused(() => defineModel({ ...base, name: '\ud800' }), 'INVALID_MODEL')
  await refused(() => defineModel({ ...base, table: 'x'.repeat(1000) }), 'INVALID_MODEL')
  await refused(() => defineModel({ ...base, defaults: new Map() as never }), 'INVALID_MODEL')
})

test('bulk work awaited each of what it was given: what has a method then kept it waiting for ever', async () => {
  const { engine } = await world()
  const key = { id: 'a', then: () => 1 }
  const asynchronous: AsyncIterable<typeof key> = {
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: key }) }),
  }
  for (const keys of [[key], asynchronous]) {
    for (const signal of [undefined, new AbortController().signal]) {
      await refused(() => engine.records.getMany(Thing, keys, { signal }).toArray(), 'INVALID_ARGUMENT')
      await refused(() => engine.records.deleteMany(Thing, keys, { signal }), 'INCOMPLETE')
    }
  }
})

test.run()

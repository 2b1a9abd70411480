import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { type BulkFailure, isEngineError } from '../../../core/errors.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { BulkWrite } from '../../../core/store/bulk-write.ts'
import type { Store } from '../../../core/store/store.ts'
import { storeKinds, tablePrefix } from '../../support/stores.ts'
import { hurried } from '../unit-of-work/world.ts'
import { people, personModel, refused, town } from './town.ts'

const keyOf = ({ town, no }: { readonly town: string; readonly no: number }) => ({ town, no })

async function* slowly<A>(all: readonly A[]): AsyncGenerator<A> {
  for (const each of all) {
    await new Promise((resolve) => setImmediate(resolve))
    yield each
  }
}

/** The error with which bulk work ended early. */
async function incomplete(promise: Promise<unknown>) {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!isEngineError(thrown, 'INCOMPLETE')) throw new Error(`expected INCOMPLETE, got ${String(thrown)}`)
  return thrown
}

for (const kind of storeKinds) {
  test(`any number is put, read in order and deleted (${kind})`, async () => {
    const { Person, records, end } = await town(kind)
    for (const count of [0, 1, 25, 26, 100, 101]) {
      const all = people(count)
      assert.equal(await records.putMany(Person, all), { written: count, skipped: [] })
      const backwards = all.map(keyOf).toReversed()
      const read = await records.getMany(Person, slowly(backwards)).toArray()
      assert.equal(
        read.map((person) => person?.no),
        backwards.map(({ no }) => no),
      )
      assert.is(await records.scan(Person).count(), count)
      assert.is((await records.deleteMany(Person, slowly(all.map(keyOf)))).written, count)
      assert.is(await records.scan(Person).count(), 0)
    }
    await end()
  })

  test(`keys may be absent, or asked for twice (${kind})`, async () => {
    const { Person, records, end } = await town(kind)
    await records.putMany(Person, people(3))
    const at = (no: number) => ({ town: 'Oslo', no })
    const keys = [1, 7, 1, 0, ...Array<number>(150).fill(2)].map(at)
    const read = await records.getMany(Person, keys).toArray()
    assert.equal(
      read.slice(0, 5).map((person) => person?.no),
      [1, undefined, 1, 0, 2],
    )
    assert.is(read.length, 154)
    assert.is(await records.find(Person, at(7)), undefined)
    await refused('RECORD_NOT_FOUND', /no Person {"town":"Oslo","no":7}/, () => records.get(Person, at(7)))
    await end()
  })

  test(`a record that is too large is an invalid input of its own: it can be left out, and no other is blamed (${kind})`, async () => {
    const { Person, records, end } = await town(kind)
    const all = people(30)
    all[3] = { ...all[3]!, log: ['x'.repeat(410_000)] } as never
    const { payload } = await incomplete(records.putMany(Person, all))
    const [{ input, error }] = payload.failed as [BulkFailure]
    assert.is(input, all[3])
    assert.ok(isEngineError(error, 'TOO_LARGE'))
    assert.equal([error.payload.model, error.payload.key], ['Person', { town: 'Oslo', no: 3 }])
    assert.match(error.message, /^Person {"town":"Oslo","no":3}: at most 409600 bytes in one item/)
    assert.ok(payload.failed.slice(1).every((other) => isEngineError(other.error, 'ABORTED')))

    const { written, skipped } = await records.putMany(Person, all, { onInvalid: 'skip' })
    assert.equal([written, skipped.map((one) => one.input)], [29, [all[3]]])
    await end()
  })

  test(`entries of local indexes count as part of an item: who is too large by them is told, in units of work too (${kind})`, async () => {
    const { Person, records, unitOfWork, end } = await town(kind)
    const all = people(5)
    all[3] = { ...all[3]!, log: ['x'.repeat(250_000)] } as never
    const { written, skipped } = await records.putMany(Person, all, { onInvalid: 'skip' })
    assert.equal([written, skipped.map((one) => one.input)], [4, [all[3]]])
    assert.match(
      skipped[0]!.error.message,
      /at most 409600 bytes in one item and its entries in local indexes, got 500/,
    )
    await refused('TOO_LARGE', /"no":3}: at most 409600 bytes in one item and its entries/, () =>
      unitOfWork.run((work) => void work.create(Person, all[3] as never)),
    )
    await refused('TOO_LARGE', /"no":1}: at most 409600 bytes in one item and its entries/, () =>
      unitOfWork.run(async (work) =>
        work.change(await work.get(Person, { town: 'Oslo', no: 1 }), ({ log }) => log.push('x'.repeat(250_000))),
      ),
    )
    await end()
  })

  test(`units of work go on from what was put in bulk (${kind})`, async () => {
    const { Person, records, unitOfWork, store, end } = await town(kind)
    const key = { town: 'Oslo', no: 0 }
    await records.putMany(Person, people(1))
    const promote = () =>
      unitOfWork.run(async (work) => {
        work.change(await work.get(Person, key), (draft) => {
          draft.level += 1
        })
      })
    await Promise.all([promote(), promote(), promote()])
    const [item] = await store.read([{ table: Person.table, key }], { consistent: true })
    assert.equal([item!['level'], item!['_v'], (item!['_h'] as unknown[]).length], [3, 4, 4])
    await end()
  })
}

test('of two inputs for one record the later wins, in a batch and across batches', async () => {
  let turns = 50
  const { Person, records } = await town('memory', (store) => ({
    ...store,
    // The earlier a batch came, the longer it takes.
    async write(writes, options) {
      turns -= 10
      for (let turn = turns; turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve))
      return store.write(writes, options)
    },
  }))
  const [one] = people(1)
  const versions = Array.from({ length: 100 }, (_, level) => ({ ...one!, level }))
  assert.is((await records.putMany(Person, versions)).written, 100)
  assert.is((await records.get(Person, keyOf(one!))).level, 99)
})

test('what is left unprocessed is sent again', async () => {
  const store = memoryStore({ adversity: { seed: 3, throttle: 0.4 } })
  const Person = personModel('throttled')
  const { records, tables } = createEngine({ store, models: [Person], environment: hurried() })
  await tables.create()
  const progress: number[] = []
  const onProgress = ({ done }: { readonly done: number }) => progress.push(done)
  assert.is((await records.putMany(Person, people(120), { onProgress })).written, 120)
  assert.is(await records.scan(Person).count(), 120)
  assert.is(progress.at(-1), 120)
  assert.equal(
    progress,
    progress.toSorted((a, b) => a - b),
  )
})

test('an invalid input ends the work before anything of its batch is sent, and nothing is forgotten', async () => {
  const sent: (readonly BulkWrite[])[] = []
  const { Person, records } = await town('memory', (store) => ({
    ...store,
    write(writes, options) {
      sent.push(writes)
      return store.write(writes, options)
    },
  }))
  const all: object[] = people(60)
  all[30] = { town: 'Oslo', no: 'thirty', born: 5 }
  const error = await incomplete(records.putMany(Person, all as never))
  assert.equal(
    sent.map((writes) => writes.length),
    [25],
  )
  const { written, failed } = error.payload
  assert.equal([written, failed.length], [25, 25])
  const [first] = failed
  assert.is(first?.input, all[30])
  assert.ok(isEngineError(first?.error, 'INVALID_RECORD'))
  assert.equal(
    first.error.payload.issues.map(({ path }) => path.join('.')),
    ['no', 'name', 'born'],
  )
  assert.equal(
    failed.slice(1).map(({ input }) => input),
    [...all.slice(25, 30), ...all.slice(31, 50)],
  )
  const result = await records.putMany(Person, all as never, { onInvalid: 'skip' })
  assert.equal([result.written, result.skipped.map(({ input }) => input)], [59, [all[30]]])
})

test('a store without capacity ends the work in the end, with what is left', async () => {
  const { Person, records } = await town('memory', (store) => {
    let writes = 0
    const write: Store['write'] = async (batch, options) => {
      if (++writes > 2) return { unprocessed: batch, reasons: ['none left'] }
      const { unprocessed, reasons } = await store.write(batch.slice(5), options)
      return { unprocessed: [...batch.slice(0, 5), ...unprocessed], reasons }
    }
    return { ...store, write }
  })
  const all = people(80)
  const { payload, cause } = await incomplete(records.putMany(Person, all, { concurrency: 1 }))
  assert.ok(isEngineError(cause, 'THROTTLED'))
  assert.equal(cause.payload.reasons, ['none left'])
  const stored = await records.scan(Person).toArray()
  assert.is(stored.length, payload.written)
  const left = payload.failed.map(({ input }) => (input as { no: number }).no)
  const known = new Set([...left, ...stored.map(({ no }) => no)])
  assert.is(known.size, payload.written + left.length)
  assert.equal(
    [...known].toSorted((a, b) => a - b),
    [...Array(known.size).keys()],
  )
})

test('an abort ends the work, with what is left', async () => {
  const { Person, records } = await town('memory')
  const controller = new AbortController()
  const onProgress = ({ done }: { readonly done: number }) => {
    if (done >= 50) controller.abort(new Error('enough'))
  }
  const { payload, cause } = await incomplete(
    records.putMany(Person, people(500), { signal: controller.signal, onProgress, concurrency: 1 }),
  )
  assert.is(payload.written, 50)
  assert.ok(isEngineError(cause, 'ABORTED'))
  assert.is(await records.scan(Person).count(), 50)
})

test('reads in bulk keep a bounded number of requests under way, and are sent again when throttled', async () => {
  let underWay = 0
  let most = 0
  let reads = 0
  const { Person, records } = await town('memory', (store) => ({
    ...store,
    async read(addresses, options) {
      most = Math.max(most, ++underWay)
      try {
        const items = await store.read(addresses, options)
        if (++reads % 3 === 0) throw Object.assign(throttledError, {})
        return items
      } finally {
        underWay -= 1
      }
    },
  }))
  await records.putMany(Person, people(950))
  const done: number[] = []
  const onProgress = (progress: { readonly done: number }) => done.push(progress.done)
  const read = await records.getMany(Person, people(950).map(keyOf), { concurrency: 3, onProgress }).toArray()
  assert.equal(
    read.map((person) => person?.no),
    [...Array(950).keys()],
  )
  assert.is(most, 3)
  assert.equal(done, [100, 200, 300, 400, 500, 600, 700, 800, 900, 950])
})

const throttledError = await import('../../../core/errors.ts').then(({ engineError }) =>
  engineError('THROTTLED', 'no capacity', { reasons: ['none'], attempts: 1 }),
)

test('what is no list, and misspelt options, are refused', async () => {
  const { Person, records } = await town('memory')
  await refused('INVALID_ARGUMENT', /iterable/, () => records.putMany(Person, 5 as never))
  await refused('INVALID_ARGUMENT', /iterable/, () => records.getMany(Person, {} as never))
  await refused('INVALID_ARGUMENT', /concurrency/, () => records.deleteMany(Person, [], { concurrency: 0 }))
  await refused('INVALID_ARGUMENT', /options to be named/, () =>
    records.putMany(Person, [], { onInvalids: 1 } as never),
  )
  await refused('INVALID_ARGUMENT', /Invalid key/, () => records.getMany(Person, [{ town: 'a' } as never]).toArray())
})

test('what a source gave before it threw is written, and how much that was is told', async () => {
  // The error came out bare, and the part of a batch that had been taken in was neither written nor in `failed`.
  const { Person, records, end } = await town('memory')
  const broken = new Error('the file ends here')
  async function* source() {
    yield* people(30)
    throw broken
  }
  const error = await incomplete(records.putMany(Person, source()))
  assert.equal(error.payload, { written: 30, failed: [] })
  assert.is(error.cause, broken)
  assert.is(await records.scan(Person).count(), 30)
  await end()
})

test('bulk work that waits for its source ends when it is aborted', async () => {
  // It hung until the source gave the next one.
  const { Person, records, end } = await town('memory')
  const stop = new AbortController()
  async function* source() {
    yield* people(3)
    setImmediate(() => stop.abort())
    await new Promise(() => {})
  }
  const error = await incomplete(records.putMany(Person, source(), { signal: stop.signal }))
  assert.is(error.payload.written + error.payload.failed.length, 3)
  async function* keys() {
    for await (const person of source()) yield keyOf(person)
  }
  const aborted = await records
    .getMany(Person, keys(), { signal: stop.signal })
    .toArray()
    .catch((thrown: unknown) => thrown)
  assert.ok(isEngineError(aborted, 'ABORTED'))
  await end()
})

test('what a store throws that is no error of the engine loses nothing of what was taken in', async () => {
  // A batch that failed while nobody waited for it was forgotten, and the work resolved as if the rest had been all of it.
  const broken = new Error('disk full')
  for (const source of [people(60), slowly(people(60))]) {
    let writes = 0
    const { Person, records, end } = await town('memory', (store) => ({
      ...store,
      async write(batch, options) {
        if (++writes === 1) throw broken
        return store.write(batch, options)
      },
    }))
    const { payload, cause } = await incomplete(records.putMany(Person, source))
    assert.is(cause, broken)
    assert.is(payload.failed[0]?.error, broken)
    await assertAllTold(payload, records.scan(Person).toArray())
    await end()
  }
})

test('an onProgress that throws ends the work, and nothing is forgotten', async () => {
  const broken = new Error('no screen')
  for (const source of [people(60), slowly(people(60))]) {
    let calls = 0
    const { Person, records, end } = await town('memory', (store) => ({
      ...store,
      // Takes half of what it gets.
      async write(batch, options) {
        const some = batch.slice(0, Math.ceil(batch.length / 2))
        await store.write(some, options)
        return { unprocessed: batch.slice(some.length), reasons: ['busy'] }
      },
    }))
    const onProgress = () => {
      if (++calls === 1) throw broken
    }
    const { payload, cause } = await incomplete(records.putMany(Person, source, { onProgress }))
    assert.is(cause, broken)
    await assertAllTold(payload, records.scan(Person).toArray())
    assert.ok(payload.failed.length > 0)
    const last = await incomplete(
      records.deleteMany(Person, [{ town: 'Oslo', no: 0 }], {
        onProgress() {
          throw broken
        },
      }),
    )
    assert.equal([last.payload, last.cause], [{ written: 1, failed: [] }, broken])
    await end()
  }
})

test('an onProgress that rejects ends the work as one that throws does', async () => {
  // Its promise was nobody's, so that its rejection ended the process.
  const broken = new Error('no screen')
  const onProgress = async () => {
    throw broken
  }
  const { Person, records, end } = await town('memory')
  const { payload, cause } = await incomplete(records.putMany(Person, people(3), { onProgress }))
  assert.equal([payload, cause], [{ written: 3, failed: [] }, broken])
  const thrown = await records
    .getMany(Person, people(3).map(keyOf), { onProgress })
    .toArray()
    .catch((error) => error)
  assert.is(thrown, broken)
  await end()
})

test('a default that throws ends the work, also where invalid inputs are skipped', async () => {
  const broken = new Error('no number left')
  const Visit = defineModel({
    name: 'Visit',
    table: `${tablePrefix()}-visits`,
    key: { partition: 'id' },
    schema: t.type({ id: t.string, no: t.number }),
    defaults: {
      no: () => {
        throw broken
      },
    },
  })
  const { records } = createEngine({ store: memoryStore(), models: [Visit] })
  const inputs = [{ id: 'a', no: 1 }, { id: 'b' }, { id: 3 } as never, { id: 'c', no: 3 }]
  const { payload, cause } = await incomplete(records.putMany(Visit, inputs, { onInvalid: 'skip' }))
  assert.is(cause, broken)
  assert.equal(new Set(payload.failed.map(({ input }) => input)), new Set(inputs))
  assert.is(payload.written, 0)
})

/** Of inputs numbered from 0, every one that was taken in is either stored or told as failed. */
async function assertAllTold(
  { written, failed }: { readonly written: number; readonly failed: readonly BulkFailure[] },
  reading: Promise<readonly { readonly no: number }[]>,
) {
  const stored = (await reading).map(({ no }) => no)
  const told = [...stored, ...failed.map(({ input }) => (input as { no: number }).no)]
  assert.is(stored.length, written)
  assert.equal(
    told.toSorted((a, b) => a - b),
    [...told.keys()],
  )
  assert.ok(told.length >= 25)
}

test.run()

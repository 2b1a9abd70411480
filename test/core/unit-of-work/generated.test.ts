import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { autoIncrement } from '../../../core/model/generated.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { Store } from '../../../core/store/store.ts'
import { newDirectory, removeDirectories } from '../../adapters/level/directory.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { answers, contention, lostAfter, lostBefore, meanwhile, watchedStore } from '../../support/watched-store.ts'
import { failsWith, hurried } from './world.ts'

let seeds = 5000

async function shop(store: Store, numbers = autoIncrement()) {
  const prefix = tablePrefix()
  const Order = defineModel({
    name: 'Order',
    table: `${prefix}-orders`,
    key: { partition: 'no' },
    schema: t.type({ no: t.Int, what: t.string, ref: t.string, at: t.string }),
    generate: { no: numbers, ref: 'uuid', at: 'ulid' },
  })
  const journalTable = `${prefix}-journal`
  const watched = watchedStore(store)
  /** Another process, as far as numbers are concerned. */
  const process = (over: Store = store) =>
    createEngine({ store: over, models: [Order], journalTable, environment: hurried(++seeds) }).unitOfWork
  const engine = createEngine({ store: watched, models: [Order], journalTable, environment: hurried(++seeds) })
  await engine.tables.create()
  watched.forget()
  return {
    Order,
    watched,
    process,
    unitOfWork: engine.unitOfWork,
    next: (unitOfWork = engine.unitOfWork, what = 'tea') =>
      unitOfWork.run(async (work) => (await work.createNext(Order, { what })).no as number),
    byHand: (no: number) => engine.unitOfWork.run((work) => void work.create(Order, { no: no as t.Int, what: 'mine' })),
    scanned: async () => (await store.scan({ table: Order.table, consistent: true })).items,
    leave: () => Promise.all([Order.table, journalTable].map((table) => store.deleteTable(table))),
  }
}

const kinds: readonly (StoreKind | 'level')[] = [...storeKinds, 'level']
const open = (kind: (typeof kinds)[number]): Store =>
  kind === 'level' ? levelStore({ path: newDirectory() }) : openStore(kind)

test.after(removeDirectories)

for (const kind of kinds) {
  test(`numbers count up, across processes, and no scan meets their counter (${kind})`, async () => {
    const { next, process, scanned, leave } = await shop(open(kind))
    const other = process()
    const given = [await next(), await next(other), await next(), await next(other)]
    assert.equal(given, [1, 2, 3, 4])
    assert.equal((await scanned()).map((item) => item['no']).sort(), [1, 2, 3, 4])
    await leave()
  })

  test(`no number is given twice by many at once, in several processes (${kind})`, async () => {
    const { next, process, scanned, leave } = await shop(open(kind), autoIncrement({ block: 3 }))
    const processes = [process(), process(), process(), process()]
    const given = await Promise.all(Array.from({ length: 40 }, (_, i) => next(processes[i % 4])))
    assert.is(new Set(given).size, 40)
    assert.is((await scanned()).length, 40)
    await leave()
  })

  test(`numbers taken by hand are passed over, also a long row of them (${kind})`, async () => {
    const { next, byHand, Order, unitOfWork, leave } = await shop(open(kind))
    await byHand(1)
    assert.is(await next(), 2)
    for (let from = 3; from < 203; from += 100) {
      await unitOfWork.run((work) => {
        for (let no = from; no < from + 100; no++) work.create(Order, { no: no as t.Int, what: 'imported' })
      })
    }
    assert.is(await next(), 203)
    await leave()
  })
}

test('a number is not given again after a delete, a rollback or another attempt', async () => {
  const { next, unitOfWork, Order } = await shop(memoryStore())
  const first = await next()
  await unitOfWork.run((work) => work.delete(Order, { no: first as t.Int }))
  let lost = 0
  await failsWith(
    unitOfWork.run(async (work) => {
      lost = (await work.createNext(Order, { what: 'tea' })).no
      await work.get(Order, { no: 999 as t.Int })
    }),
    'RECORD_NOT_FOUND',
  )
  assert.equal([first, lost, await next()], [1, 2, 3])
})

test('nor by a process that saw the counter long ago, when the records are gone', async () => {
  const { next, process, unitOfWork, Order } = await shop(memoryStore())
  const other = process()
  assert.equal([await next(other), await next(), await next()], [1, 2, 3])
  await unitOfWork.run((work) => {
    for (const no of [1, 2, 3]) work.delete(Order, { no: no as t.Int })
  })
  assert.is(await next(other), 4)
})

test('what the same unit of work made by hand is passed over too', async () => {
  const { unitOfWork, Order } = await shop(memoryStore())
  const next = await unitOfWork.run(async (work) => {
    work.create(Order, { no: 1 as t.Int, what: 'mine' })
    await work.find(Order, { no: 2 as t.Int })
    return (await work.createNext(Order, { what: 'tea' })).no
  })
  assert.is(next, 2)
})

test('a lost answer loses numbers, and gives none twice', async () => {
  for (const twist of [lostAfter, lostBefore]) {
    const { next, watched, scanned } = await shop(memoryStore())
    watched.twist(twist)
    await next()
    watched.twist(contention, twist, contention)
    await next()
    await next()
    assert.is((await scanned()).length, 3)
  }
})

test('a reservation that another process was faster with takes the numbers behind', async () => {
  const { next, process, watched } = await shop(memoryStore())
  assert.is(await next(), 1)
  const other = process()
  watched.twist(meanwhile(() => next(other)))
  assert.is(await next(), 3)
})

test('a block saves requests, and those who wait share one', async () => {
  const { next, watched, unitOfWork, Order } = await shop(memoryStore(), autoIncrement({ block: 10, start: 100 }))
  const numbers: number[] = []
  for (let i = 0; i < 10; i++) numbers.push(await next())
  assert.equal(numbers, [100, 101, 102, 103, 104, 105, 106, 107, 108, 109])
  const reserving = () => watched.commits.filter(({ plan }) => plan.actions.some(({ table }) => table !== Order.table))
  assert.is(reserving().length, 1)
  watched.forget()
  const many = await unitOfWork.run(async (work) => {
    const made = await Promise.all(Array.from({ length: 30 }, () => work.createNext(Order, { what: 'tea' })))
    return made.map(({ no }) => no as number)
  })
  assert.is(new Set(many).size, 30)
  assert.is(reserving().length, 1)
})

test('a store that stays busy, or has no journal table, ends it with what to do', async () => {
  const { next, watched } = await shop(memoryStore())
  watched.twist(...Array.from({ length: 25 }, () => contention))
  await failsWith(next(), 'RETRIES_EXHAUSTED')
  watched.twist(answers({ kind: 'invalid', reason: 'no such table' }))
  await failsWith(next(), 'REJECTED')
  assert.is(await next(), 1)
})

test('input is checked before a number is reserved', async () => {
  const { unitOfWork, Order, watched } = await shop(memoryStore())
  const create = (input: unknown) => unitOfWork.run((work) => work.createNext(Order, input as never))
  // The last one's copy was a function, whose length nobody may set: a raw TypeError.
  const parsed = { what: 'tea', ['__proto__']: () => 1, length: 1 }
  for (const input of [{}, { what: 5 }, { what: 'tea', wat: 1 }, null, 5, [], new Map(), parsed]) {
    await failsWith(create(input), 'INVALID_RECORD')
  }
  await failsWith(create({ what: 'tea', no: 5 }), 'INVALID_ARGUMENT')
  await failsWith(
    unitOfWork.run((work) => void work.create(Order, { what: 'tea' } as never)),
    'INVALID_RECORD',
  )
  assert.is(watched.commits.length, 0)
})

test('ids are made where they are absent: random ones, and ones that sort', async () => {
  const { unitOfWork, Order } = await shop(memoryStore())
  const made = await unitOfWork.run((work) =>
    Array.from({ length: 50 }, (_, no) => work.create(Order, { no: no as t.Int, what: 'tea' })),
  )
  for (const { ref, at } of made) {
    assert.match(ref, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.match(at, /^[0-9A-HJKMNP-TV-Z]{26}$/)
  }
  assert.is(new Set(made.map(({ ref }) => ref)).size, 50)
  const times = made.map(({ at }) => at)
  assert.equal([...times].sort(), times)
  const own = await unitOfWork.run((work) => work.create(Order, { no: 99 as t.Int, what: 'tea', ref: 'mine' }))
  assert.is(own.ref, 'mine')
})

test('what is to be generated is checked when the model is defined', () => {
  const schema = t.type({ id: t.string, n: t.number, big: t.bigint })
  const refused = (generate: unknown, message: RegExp, defaults?: object) =>
    assert.throws(
      () =>
        defineModel({
          ...{ name: 'Thing', table: 'things', key: { partition: 'id', sort: 'n' } },
          ...{ schema, generate, ...(defaults && { defaults }) },
        } as never),
      message,
    )
  refused('uuid', /generate must be an object/)
  refused({ other: 'uuid' }, /no field of the schema/)
  refused({ id: 'guid' }, /must be 'uuid', 'ulid' or autoIncrement/)
  refused({ n: 'uuid' }, /must take a string/)
  refused({ id: 'uuid' }, /has a default and is generated/, { id: 'a' })
  refused({ id: autoIncrement() }, /must take whole numbers/)
  refused({ big: autoIncrement() }, /only a field of the key/)
  refused({ n: autoIncrement({ block: 0 }) }, /block must be/)
  refused({ n: autoIncrement({ start: 0.5 }) }, /start must be/)
})

test.run()

/**
 * The rest of the public API as places where one argument can be wrong: what is made of models with migrations and events,
 * histories, tables, the scheduler and who watches.
 *
 * @module
 */
import {
  autoIncrement,
  createEngine,
  defineModel,
  type Engine,
  epochSeconds,
  migrationsFrom,
  pacedStore,
  progressBar,
  type UnitOfWork,
} from 'draftwork'
import { memoryStore } from 'draftwork/memory'
import { opentelemetry } from 'draftwork/opentelemetry'
import * as t from 'io-ts'
import { type WatchedStore, watchedStore } from '../support/watched-store.ts'

const PersonV1 = t.type({ id: t.string, name: t.string })
const PersonV2 = t.intersection([
  t.type({ id: t.string, name: t.string, age: t.number }),
  t.partial({ until: epochSeconds }),
])

/** In its second version, with an event, an index and an expiry. */
export const Person = defineModel({
  name: 'Person',
  table: 'people',
  key: { partition: 'id' },
  schema: PersonV2,
  migrations: migrationsFrom(PersonV1).to(PersonV2, {
    up: (person) => ({ ...person, age: 0 }),
    down: ({ age: _, until: __, ...person }) => person,
  }),
  indexes: { byName: { partition: 'name', sort: 'age' } },
  expires: 'until',
  events: {
    Aged: {
      payload: t.type({ years: t.number }),
      reducer: (draft, { years }) => {
        draft.age += years
      },
    },
  },
})

const Bill = defineModel({
  name: 'Bill',
  table: 'bills',
  key: { partition: 'no' },
  schema: t.type({ no: t.number, total: t.number }),
  generate: { no: autoIncrement() },
})

interface EngineWorld {
  readonly store: WatchedStore
  readonly engine: Engine
}

/** With one person, `{ id: 'a' }`, and nothing seen yet. */
export async function engineWorld(): Promise<EngineWorld> {
  const store = watchedStore(memoryStore())
  const engine = createEngine({ store, models: [Person, Bill] })
  await engine.tables.create()
  await engine.unitOfWork.run((work) => {
    work.create(Person, { id: 'a', name: 'Ann', age: 30 })
  })
  store.forget()
  return { store, engine }
}

type Call = (world: EngineWorld, wrong: never) => unknown

const a = { id: 'a' }
const valid = {
  name: 'M',
  table: 'ms',
  key: { partition: 'id' as const },
  schema: t.type({ id: t.string, n: t.number }),
}

const engine = (options: object) => {
  const made = createEngine({ store: memoryStore(), models: [Person], ...options })
  return made.close()
}
const scheduler = (options: object) => engine({ scheduler: options })

/** What is given is made ready and nothing is sent. */
export const making: Readonly<Record<string, Call>> = {
  'defineModel.migrations': (_, wrong) => defineModel({ ...valid, migrations: wrong }),
  'defineModel.generate': (_, wrong) => defineModel({ ...valid, generate: wrong }),
  'defineModel.generate.id': (_, wrong) => defineModel({ ...valid, generate: { id: wrong } }),
  'defineModel.history': (_, wrong) => defineModel({ ...valid, history: wrong }),
  'defineModel.history.entries': (_, wrong) => defineModel({ ...valid, history: { entries: wrong } }),
  'defineModel.events': (_, wrong) => defineModel({ ...valid, events: wrong }),
  'defineModel.events.Done': (_, wrong) => defineModel({ ...valid, events: { Done: wrong } }),
  'defineModel.events.payload': (_, wrong) =>
    defineModel({ ...valid, events: { Done: { payload: wrong, reducer: () => {} } } }),
  'defineModel.events.reducer': (_, wrong) =>
    defineModel({ ...valid, events: { Done: { payload: t.string, reducer: wrong } } }),
  'defineModel.eventSourced': (_, wrong) => defineModel({ ...valid, eventSourced: wrong }),
  'autoIncrement(wrong)': (_, wrong) => autoIncrement(wrong),
  'autoIncrement.start': (_, wrong) => autoIncrement({ start: wrong }),
  'autoIncrement.block': (_, wrong) => autoIncrement({ block: wrong }),
  'migrationsFrom(wrong)': (_, wrong) => migrationsFrom(wrong),
  'migrationsFrom(schema, wrong)': (_, wrong) => migrationsFrom(PersonV1, wrong),
  'migrationsFrom.version': (_, wrong) => migrationsFrom(PersonV1, { version: wrong }),
  'migrationsFrom.detect': (_, wrong) => migrationsFrom(PersonV1, { detect: wrong }),
  'migrationsFrom.to(wrong)': (_, wrong) => migrationsFrom(PersonV1).to(wrong, { up: (each) => each as never }),
  'migrationsFrom.to(schema, wrong)': (_, wrong) => migrationsFrom(PersonV1).to(PersonV2, wrong),
  'migrationsFrom.to.up': (_, wrong) => migrationsFrom(PersonV1).to(PersonV2, { up: wrong }),
  'progressBar(wrong)': (_, wrong) => progressBar(wrong),
  'opentelemetry(wrong)': (_, wrong) => opentelemetry(wrong),
  'createEngine.metadata': (_, wrong) => engine({ metadata: wrong }),
  'createEngine.tables': (_, wrong) => engine({ tables: wrong }),
  'createEngine.tables.people': (_, wrong) => engine({ tables: { people: wrong } }),
  'createEngine.tables.people.capacity': (_, wrong) => engine({ tables: { people: { capacity: wrong } } }),
  'createEngine.tables.people.capacity.read': (_, wrong) =>
    engine({ tables: { people: { capacity: { mode: 'provisioned', read: wrong, write: 1 } } } }),
  'createEngine.tables.people.indexes': (_, wrong) => engine({ tables: { people: { indexes: wrong } } }),
  'createEngine.tables.people.indexes.byName': (_, wrong) =>
    engine({ tables: { people: { indexes: { byName: wrong } } } }),
  'createEngine.log': (_, wrong) => engine({ log: wrong }),
  'createEngine.log.logger': (_, wrong) => engine({ log: { logger: wrong } }),
  'createEngine.log.values': (_, wrong) => engine({ log: { logger: console, values: wrong } }),
  'createEngine.telemetry': (_, wrong) => engine({ telemetry: wrong }),
  'createEngine.scheduler': (_, wrong) => engine({ scheduler: wrong }),
  'scheduler.limits': (_, wrong) => scheduler({ limits: wrong }),
  'scheduler.limits.people': (_, wrong) => scheduler({ limits: { people: wrong } }),
  'scheduler.limits.people.read': (_, wrong) => scheduler({ limits: { people: { read: wrong } } }),
  'scheduler.limits.people.indexes': (_, wrong) => scheduler({ limits: { people: { indexes: wrong } } }),
  'scheduler.share': (_, wrong) => scheduler({ share: wrong }),
  'scheduler.coordinate': (_, wrong) => scheduler({ coordinate: wrong }),
  'scheduler.burst': (_, wrong) => scheduler({ burst: wrong }),
  'scheduler.concurrency': (_, wrong) => scheduler({ concurrency: wrong }),
  'scheduler.maxQueue': (_, wrong) => scheduler({ maxQueue: wrong }),
  'scheduler.maxWait': (_, wrong) => scheduler({ maxWait: wrong }),
  'pacedStore(wrong)': (_, wrong) => pacedStore(wrong).close(),
  'pacedStore(store, wrong)': (_, wrong) => pacedStore(memoryStore(), wrong).close(),
  'pacedStore.environment': (_, wrong) => pacedStore(memoryStore(), { environment: wrong }).close(),
  'pacedStore.journalTable': (_, wrong) => pacedStore(memoryStore(), { journalTable: wrong }).close(),
  'memoryStore.adversity': (_, wrong) => memoryStore({ adversity: wrong }).close(),
  'memoryStore.adversity.throttle': (_, wrong) => memoryStore({ adversity: { seed: 1, throttle: wrong } }).close(),
  'memoryStore.adversity.capacity': (_, wrong) => memoryStore({ adversity: { seed: 1, capacity: wrong } }).close(),
  'memoryStore.adversity.capacity.people': (_, wrong) =>
    memoryStore({ adversity: { seed: 1, capacity: { tables: { people: wrong } } } }).close(),
  'tables.describe(wrong)': ({ engine }, wrong) => engine.tables.describe(wrong),
  'tables.describe(model, wrong)': ({ engine }, wrong) => engine.tables.describe(Person, wrong),
  'tables.describe.refresh': ({ engine }, wrong) => engine.tables.describe(Person, { refresh: wrong }),
  'tables.plan(wrong)': ({ engine }, wrong) => engine.tables.plan(wrong),
  'tables.apply(wrong)': ({ engine }, wrong) => engine.tables.apply(wrong),
  'tables.apply(plan, wrong)': async ({ engine }, wrong) => engine.tables.apply(await engine.tables.plan(), wrong),
  'tables.apply.differences': ({ engine }, wrong) => engine.tables.apply({ differences: wrong } as never),
  'tables.apply.differences[0]': ({ engine }, wrong) => engine.tables.apply({ differences: [wrong] } as never),
}

/** What would read or write, with one wrong argument. */
export const asking: Readonly<Record<string, Call>> = {
  'run.metadata': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, { metadata: wrong }),
  'attempt(wrong)': ({ engine }, wrong) => engine.unitOfWork.attempt(wrong)(),
  'createNext(model, wrong)': inside((work, wrong) => work.createNext(Bill, wrong)),
  'createNext(wrong, record)': inside((work, wrong) => work.createNext(wrong, { total: 1 } as never)),
  'createNext.total': inside((work, wrong) => work.createNext(Bill, { total: wrong })),
  'apply(wrong, event)': inside((work, wrong) => work.apply(wrong, Person.events.Aged({ years: 1 }) as never)),
  'apply(record, wrong)': inside(async (work, wrong) => work.apply(await work.get(Person, a), wrong)),
  'apply payload': inside(async (work, wrong) => work.apply(await work.get(Person, a), Person.events.Aged(wrong))),
  'apply payload.years': inside(async (work, wrong) =>
    work.apply(await work.get(Person, a), Person.events.Aged({ years: wrong })),
  ),
  'query.index': inside((work, wrong) => work.query(Person, { index: wrong, key: { name: 'Ann' } } as never)),
  'query.limit': inside((work, wrong) => work.query(Person, { key: a, limit: wrong })),
  'query.reverse': inside((work, wrong) => work.query(Person, { key: a, reverse: wrong })),
  'query sort bound': inside((work, wrong) =>
    work.query(Person, { index: 'byName', key: { name: 'Ann', age: { less: wrong } } }),
  ),
  'migrations.run(wrong)': ({ engine }, wrong) => engine.migrations.run(wrong),
  'migrations.run(model, wrong)': ({ engine }, wrong) => engine.migrations.run(Person, wrong),
  'migrations.run.to': ({ engine }, wrong) => engine.migrations.run(Person, { to: wrong }),
  'migrations.run.segments': ({ engine }, wrong) => engine.migrations.run(Person, { segments: wrong }),
  'migrations.run.rate': ({ engine }, wrong) => engine.migrations.run(Person, { rate: wrong }),
  'migrations.run.dryRun': ({ engine }, wrong) => engine.migrations.run(Person, { dryRun: wrong }),
  'migrations.run.resume': ({ engine }, wrong) => engine.migrations.run(Person, { resume: wrong }),
  'migrations.run.onProgress': ({ engine }, wrong) =>
    engine.migrations.run(Person, { dryRun: true, onProgress: wrong }),
  'migrations.run.signal': ({ engine }, wrong) => engine.migrations.run(Person, { signal: wrong }),
  'migrations.status(wrong)': ({ engine }, wrong) => engine.migrations.status(wrong),
  'history.of(wrong)': ({ engine }, wrong) => engine.history.of(wrong, a as never).toArray(),
  'history.of(model, wrong)': ({ engine }, wrong) => engine.history.of(Person, wrong).toArray(),
  'history.of(model, key, wrong)': ({ engine }, wrong) => engine.history.of(Person, a, wrong).toArray(),
  'history.of.from': ({ engine }, wrong) => engine.history.of(Person, a, { from: wrong }).toArray(),
  'history.of.generation': ({ engine }, wrong) => engine.history.of(Person, a, { generation: wrong }).toArray(),
  'history.of.limit': ({ engine }, wrong) => engine.history.of(Person, a, { limit: wrong }).toArray(),
  'history.of.reverse': ({ engine }, wrong) => engine.history.of(Person, a, { reverse: wrong }).toArray(),
  'history.of.signal': ({ engine }, wrong) => engine.history.of(Person, a, { signal: wrong }).toArray(),
  'history.at(model, key, wrong)': ({ engine }, wrong) => engine.history.at(Person, a, wrong),
  'history.at.version': ({ engine }, wrong) => engine.history.at(Person, a, { version: wrong }),
  'history.at.generation': ({ engine }, wrong) => engine.history.at(Person, a, { version: 1, generation: wrong }),
  'history.at.time': ({ engine }, wrong) => engine.history.at(Person, a, { time: wrong }),
  'history.diff(from)': ({ engine }, wrong) => engine.history.diff(Person, a, wrong, 1),
  'history.diff(to)': ({ engine }, wrong) => engine.history.diff(Person, a, 0, wrong),
  'history.diff(options)': ({ engine }, wrong) => engine.history.diff(Person, a, 0, 1, wrong),
  'history.diff.generation': ({ engine }, wrong) => engine.history.diff(Person, a, 0, 1, { generation: wrong }),
  'history.verify(model, wrong)': ({ engine }, wrong) => engine.history.verify(Person, wrong),
  'history.verify(model, key, wrong)': ({ engine }, wrong) => engine.history.verify(Person, a, wrong),
  'history.undo(wrong)': ({ engine }, wrong) => engine.history.undo(wrong),
  'history.undo(event, wrong)': ({ engine }, wrong) => engine.history.undo('no-such-commit', wrong),
  'history.replay(model, key, wrong)': ({ engine }, wrong) => engine.history.replay(Person, a, wrong),
  'history.replay.reducers': ({ engine }, wrong) => engine.history.replay(Person, a, { reducers: wrong }),
  'history.replay.reducers.Aged': ({ engine }, wrong) =>
    engine.history.replay(Person, a, { reducers: { Aged: wrong } }),
  'history.erase(model, wrong)': ({ engine }, wrong) => engine.history.erase(Person, wrong),
  'history.erase(model, key, wrong)': ({ engine }, wrong) => engine.history.erase(Person, a, wrong),
  'history.follow(wrong)': ({ engine }, wrong) => stopped(() => engine.history.follow(wrong)),
  'history.follow.models': ({ engine }, wrong) => stopped(() => engine.history.follow({ models: wrong })),
  'history.follow.from': ({ engine }, wrong) =>
    stopped(() => engine.history.follow({ from: wrong, signal: AbortSignal.timeout(5) })),
  'records.get.expired': ({ engine }, wrong) => engine.records.get(Person, a, { expired: wrong }),
  'records.get.signal': ({ engine }, wrong) => engine.records.get(Person, a, { signal: wrong }),
  'records.getMany(model, keys, wrong)': ({ engine }, wrong) => engine.records.getMany(Person, [a], wrong).toArray(),
  'records.getMany.rate': ({ engine }, wrong) => engine.records.getMany(Person, [a], { rate: wrong }).toArray(),
  'records.getMany.signal': ({ engine }, wrong) => engine.records.getMany(Person, [a], { signal: wrong }).toArray(),
  'records.getMany.onProgress': ({ engine }, wrong) =>
    engine.records.getMany(Person, [a], { onProgress: wrong }).toArray(),
  'records.query.reverse': ({ engine }, wrong) => engine.records.query(Person, { key: a, reverse: wrong }).toArray(),
  'records.query.pageSize': ({ engine }, wrong) => engine.records.query(Person, { key: a, pageSize: wrong }).toArray(),
  'records.query.consistent': ({ engine }, wrong) =>
    engine.records.query(Person, { key: a, consistent: wrong }).toArray(),
  'records.query.expired': ({ engine }, wrong) => engine.records.query(Person, { key: a, expired: wrong }).toArray(),
  'records.query.onInvalid': ({ engine }, wrong) =>
    engine.records.query(Person, { key: a, onInvalid: wrong }).toArray(),
  'records.query.signal': ({ engine }, wrong) => engine.records.query(Person, { key: a, signal: wrong }).toArray(),
  'records.scan(wrong)': ({ engine }, wrong) => engine.records.scan(wrong).toArray(),
  'records.scan.select[0]': ({ engine }, wrong) => engine.records.scan(Person, { select: [wrong] }).toArray(),
  'records.page.cursorAfter(wrong)': async ({ engine }, wrong) =>
    (await engine.records.scan(Person).page()).cursorAfter(wrong),
  'records.putMany(wrong)': ({ engine }, wrong) => engine.records.putMany(wrong, [] as never),
  'records.putMany(model, records, wrong)': ({ engine }, wrong) => engine.records.putMany(Person, [], wrong),
  'records.putMany.rate': ({ engine }, wrong) => engine.records.putMany(Person, [], { rate: wrong }),
  'records.putMany.onInvalid': ({ engine }, wrong) => engine.records.putMany(Person, [], { onInvalid: wrong }),
  'records.putMany.signal': ({ engine }, wrong) => engine.records.putMany(Person, [], { signal: wrong }),
  'records.deleteMany(model, keys, wrong)': ({ engine }, wrong) => engine.records.deleteMany(Person, [], wrong),
}

/** The first page of a feed, and no more of it. */
async function stopped(follow: () => ReturnType<Engine['history']['follow']>): Promise<void> {
  const feed = follow()[Symbol.asyncIterator]()
  const first = feed.next()
  await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 20))])
  first.catch(() => {})
  void feed.return?.()
}

function inside(call: (work: UnitOfWork, wrong: never) => unknown): Call {
  return ({ engine }, wrong) => engine.unitOfWork.run(async (work) => void (await call(work, wrong)))
}

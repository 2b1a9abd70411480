/**
 * The public API as places where one argument can be wrong: everything else about each call is right.
 *
 * @module
 */
import { createEngine, defineModel, type Engine, mapOf, setOf, type UnitOfWork } from 'draftwork'
import { dynamodbStore } from 'draftwork/dynamodb'
import { levelStore } from 'draftwork/level'
import { memoryStore } from 'draftwork/memory'
import * as t from 'io-ts'
import type { Store } from '../../core/store/store.ts'
import { type WatchedStore, watchedStore } from '../support/watched-store.ts'

/** One field of each kind, and one that takes whatever can be stored. */
export const Thing = defineModel({
  name: 'Thing',
  table: 'things',
  key: { partition: 'id' },
  schema: t.intersection([
    t.type({ id: t.string, n: t.number, tags: setOf(t.string), list: t.array(t.unknown) }),
    t.partial({ any: t.unknown, entries: t.record(t.string, t.unknown), map: mapOf(t.unknown), big: t.bigint }),
  ]),
})

/** Keys made of fields, in a template and of a number. */
const Part = defineModel({
  name: 'Part',
  table: 'parts',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of draftwork
  key: { partition: { attribute: 'pk', template: 'P#${owner}#${n}' }, sort: 'at' },
  schema: t.type({ owner: t.string, n: t.number, at: t.number }),
})

export interface World {
  readonly store: WatchedStore
  readonly engine: Engine
}

/** With one record, `{ id: 'a' }`, and nothing seen yet. */
export async function world(): Promise<World> {
  const store = watchedStore(memoryStore())
  const engine = createEngine({ store, models: [Thing, Part] })
  await engine.unitOfWork.run((work) => {
    work.create(Thing, { id: 'a', n: 1, tags: new Set(['x']), list: [], entries: {} })
  })
  store.forget()
  return { store, engine }
}

type Call = (world: World, wrong: never) => unknown

const a = { id: 'a' }
const fresh = { id: 'new', n: 1, tags: new Set<string>(), list: [] }
// biome-ignore lint/suspicious/noTemplateCurlyInString: a template of draftwork
const idTemplate = 'A#${id}'
const valid = { name: 'M', table: 'ms', key: { partition: 'id' as const }, schema: t.type({ id: t.string }) }

/** What is given is made ready and nothing is sent: a definition, an engine, a store. */
export const makings: Readonly<Record<string, Call>> = {
  'defineModel(wrong)': (_, wrong) => defineModel(wrong),
  'defineModel.name': (_, wrong) => defineModel({ ...valid, name: wrong }),
  'defineModel.table': (_, wrong) => defineModel({ ...valid, table: wrong }),
  'defineModel.key': (_, wrong) => defineModel({ ...valid, key: wrong }),
  'defineModel.key.partition': (_, wrong) => defineModel({ ...valid, key: { partition: wrong } }),
  'defineModel.key.sort': (_, wrong) => defineModel({ ...valid, key: { partition: 'id', sort: wrong } }),
  'defineModel.key.attribute': (_, wrong) =>
    defineModel({ ...valid, key: { partition: { attribute: wrong, template: idTemplate } } }),
  'defineModel.key.template': (_, wrong) =>
    defineModel({ ...valid, key: { partition: { attribute: 'pk', template: wrong } } }),
  'defineModel.type': (_, wrong) => defineModel({ ...valid, type: wrong }),
  'defineModel.type.value': (_, wrong) => defineModel({ ...valid, type: { attribute: 'kind', value: wrong } }),
  'defineModel.schema': (_, wrong) => defineModel({ ...valid, schema: wrong }),
  'defineModel.defaults': (_, wrong) => defineModel({ ...valid, defaults: wrong }),
  'defineModel.defaults.id': (_, wrong) => defineModel({ ...valid, defaults: { id: wrong } }),
  'defineModel.indexes': (_, wrong) => defineModel({ ...valid, indexes: wrong }),
  'defineModel.indexes.byId': (_, wrong) => defineModel({ ...valid, indexes: { byId: wrong } }),
  'defineModel.indexes.byId.partition': (_, wrong) =>
    defineModel({ ...valid, indexes: { byId: { partition: wrong } } }),
  'defineModel.indexes.byId.projection': (_, wrong) =>
    defineModel({ ...valid, indexes: { byId: { partition: 'id', projection: wrong } } }),
  'defineModel.expires': (_, wrong) => defineModel({ ...valid, expires: wrong }),
  'createEngine(wrong)': (_, wrong) => createEngine(wrong),
  'createEngine.store': (_, wrong) => createEngine({ store: wrong, models: [Thing] }),
  'createEngine.models': ({ store }, wrong) => createEngine({ store, models: wrong }),
  'createEngine.models[0]': ({ store }, wrong) => createEngine({ store, models: [wrong] }),
  'createEngine.journalTable': ({ store }, wrong) => createEngine({ store, models: [Thing], journalTable: wrong }),
  'createEngine.environment': ({ store }, wrong) => createEngine({ store, models: [Thing], environment: wrong }),
  'memoryStore(wrong)': (_, wrong) => closed(memoryStore(wrong)),
  'memoryStore.limits': (_, wrong) => closed(memoryStore({ limits: wrong })),
  'memoryStore.limits.itemBytes': (_, wrong) => closed(memoryStore({ limits: { itemBytes: wrong } })),
  'memoryStore.now': (_, wrong) => closed(memoryStore({ now: wrong })),
  'dynamodbStore(wrong)': (_, wrong) => closed(dynamodbStore(wrong)),
  'dynamodbStore.client': (_, wrong) => closed(dynamodbStore({ client: wrong })),
  'levelStore(wrong)': (_, wrong) => closed(levelStore(wrong)),
  'levelStore.path': (_, wrong) => closed(levelStore({ path: wrong })),
  'levelStore.limits': (_, wrong) => closed(levelStore({ path: '/nowhere', limits: wrong })),
  'levelStore.now': (_, wrong) => closed(levelStore({ path: '/nowhere', now: wrong })),
  'tables.create(wrong)': ({ engine }, wrong) => engine.tables.create(wrong),
  'tables.create.signal': ({ engine }, wrong) => engine.tables.create({ signal: wrong }),
  'tables.delete(wrong)': ({ engine }, wrong) => engine.tables.delete(wrong),
}

const closed = (store: Store): Promise<void> => store.close()

/** A unit of work that would change something, with the wrong argument before the change or after it. */
export const workings: Readonly<Record<string, Call>> = {
  'records.get(wrong)': ({ engine }, wrong) => engine.records.get(wrong, a as never),
  'records.get(model, wrong)': ({ engine }, wrong) => engine.records.get(Thing, wrong),
  'records.find(model, key, wrong)': ({ engine }, wrong) => engine.records.find(Thing, a, wrong),
  'records.find.consistent': ({ engine }, wrong) => engine.records.find(Thing, a, { consistent: wrong }),
  'records.getMany(model, wrong)': ({ engine }, wrong) => engine.records.getMany(Thing, wrong).toArray(),
  'records.getMany(model, [wrong])': ({ engine }, wrong) => engine.records.getMany(Thing, [a, wrong]).toArray(),
  'records.getMany.onInvalid': ({ engine }, wrong) =>
    engine.records.getMany(Thing, [a], { onInvalid: wrong }).toArray(),
  'records.query(model, wrong)': ({ engine }, wrong) => engine.records.query(Thing, wrong).toArray(),
  'records.query.key': ({ engine }, wrong) => engine.records.query(Thing, { key: wrong }).toArray(),
  'records.query.key field': ({ engine }, wrong) => engine.records.query(Thing, { key: { id: wrong } }).toArray(),
  'records.query.key sort': ({ engine }, wrong) =>
    engine.records.query(Part, { key: { owner: 'o', n: 1, at: wrong } }).toArray(),
  'records.query.key bound': ({ engine }, wrong) =>
    engine.records.query(Part, { key: { owner: 'o', n: 1, at: { between: wrong } } }).toArray(),
  'records.query.select': ({ engine }, wrong) => engine.records.query(Thing, { key: a, select: wrong }).toArray(),
  'records.scan(model, wrong)': ({ engine }, wrong) => engine.records.scan(Thing, wrong).toArray(),
  'records.scan.index': ({ engine }, wrong) => engine.records.scan(Thing, { index: wrong }).toArray(),
  'records.scan.limit': ({ engine }, wrong) => engine.records.scan(Thing, { limit: wrong }).toArray(),
  'records.scan.segments': ({ engine }, wrong) => engine.records.scan(Thing, { segments: wrong }).first(),
  'records.scan.from': ({ engine }, wrong) => engine.records.scan(Thing, { from: wrong }).page(),
  'records.scan.filter': ({ engine }, wrong) => engine.records.scan(Thing, { filter: wrong }).count(),
  'records.scan.filter result': ({ engine }, wrong) => engine.records.scan(Thing, { filter: () => wrong }).count(),
  'records.scan.filter value': ({ engine }, wrong) =>
    engine.records.scan(Thing, { filter: (thing, { equal }) => equal(thing.n, wrong) }).count(),
  'records.scan.filter place': ({ engine }, wrong) =>
    engine.records.scan(Thing, { filter: (_, { equal }) => equal(wrong, 1 as never) }).count(),
  'records.putMany(model, wrong)': ({ engine }, wrong) => engine.records.putMany(Thing, wrong),
  'records.putMany(model, [wrong])': ({ engine }, wrong) => engine.records.putMany(Thing, [wrong]),
  'records.putMany.concurrency': ({ engine }, wrong) => engine.records.putMany(Thing, [], { concurrency: wrong }),
  'records.deleteMany(model, [wrong])': ({ engine }, wrong) => engine.records.deleteMany(Thing, [wrong]),
  'query(model, wrong)': inside((work, wrong) => work.query(Thing, wrong)),
  'query key': inside((work, wrong) => work.query(Thing, { key: wrong })),
  'query filter': inside((work, wrong) => work.query(Thing, { key: a, filter: wrong })),
  'repair(model, key, wrong)': inside((work, wrong) => work.repair(Thing, a, wrong)),
  'run(wrong)': ({ engine }, wrong) => engine.unitOfWork.run(wrong),
  'run(wrong, fn)': ({ engine }, wrong) => engine.unitOfWork.run(wrong, () => 1),
  'run(name, wrong)': ({ engine }, wrong) => engine.unitOfWork.run('name', wrong),
  'run(fn, wrong)': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, wrong),
  'run.guard': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, { guard: wrong }),
  'run.maxAttempts': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, { maxAttempts: wrong }),
  'run.propagation': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, { propagation: wrong }),
  'run.signal': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, { signal: wrong }),
  'run.idempotencyKey': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, { idempotencyKey: wrong }),
  'run.input': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, { idempotencyKey: 'k', input: wrong }),
  'run.keepOutcome': ({ engine }, wrong) => engine.unitOfWork.run(() => 1, { idempotencyKey: 'k', keepOutcome: wrong }),
  'run result': ({ engine }, wrong) => engine.unitOfWork.run(() => wrong),
  'run result, once': ({ engine }, wrong) => engine.unitOfWork.run(() => wrong, { idempotencyKey: 'k' }),
  'nested run(wrong)': inside((work, wrong) => work.run(wrong)),
  'nested run(fn, wrong)': inside((work, wrong) => work.run(() => 1, wrong)),
  'nested propagation': inside((work, wrong) => work.run(() => 1, { propagation: wrong })),
  'get(wrong)': inside((work, wrong) => work.get(wrong, a as never)),
  'get(model, wrong)': inside((work, wrong) => work.get(Thing, wrong)),
  'get key field': inside((work, wrong) => work.get(Thing, { id: wrong })),
  'find key fields': inside((work, wrong) => work.find(Part, { owner: wrong, n: wrong, at: wrong })),
  'find sort key': inside((work, wrong) => work.find(Part, { owner: 'o', n: 1, at: wrong })),
  'peek(model, wrong)': inside((work, wrong) => work.peek(Thing, wrong)),
  'getMany(model, wrong)': inside((work, wrong) => work.getMany(Thing, wrong)),
  'getMany(model, [wrong])': inside((work, wrong) => work.getMany(Thing, [a, wrong])),
  'create(wrong)': inside((work, wrong) => work.create(wrong, fresh as never)),
  'create(model, wrong)': inside((work, wrong) => work.create(Thing, wrong)),
  'change(wrong)': inside((work, wrong) => work.change(wrong, () => {})),
  'change(record, wrong)': inside(async (work, wrong) => work.change(await work.get(Thing, a), wrong)),
  'change returns wrong': inside(async (work, wrong) => work.change(await work.get(Thing, a), () => wrong)),
  'change id': inside(async (work, wrong) =>
    work.change(await work.get(Thing, a), (draft) => {
      draft.id = wrong
    }),
  ),
  'require(wrong)': inside((work, wrong) => work.require(wrong, (_, { all }) => all())),
  'require(record, wrong)': inside(async (work, wrong) => work.require(await work.get(Thing, a), wrong)),
  'require value': inside(async (work, wrong) =>
    work.require(await work.get(Thing, a), (thing, { atLeast }) => atLeast(thing.n, wrong)),
  ),
  'delete(wrong)': inside((work, wrong) => work.delete(wrong)),
  'delete(model, wrong)': inside((work, wrong) => work.delete(Thing, wrong)),
  'blind(wrong)': inside((work, wrong) => work.blind(wrong, a as never, () => {})),
  'blind(model, wrong)': inside((work, wrong) => work.blind(Thing, wrong, () => {})),
  'blind(model, key, wrong)': inside((work, wrong) => work.blind(Thing, a, wrong)),
  'blind field': inside((work, wrong) => work.blind(Thing, a, (blind) => blind.increment(wrong, 1))),
  'blind field inside': inside((work, wrong) =>
    work.blind(Thing, a, (blind) => blind.append([wrong] as never, 1 as never)),
  ),
  'blind increment by': inside((work, wrong) => work.blind(Thing, a, (blind) => blind.increment('n', wrong))),
  'blind bounds': inside((work, wrong) => work.blind(Thing, a, (blind) => blind.increment('n', 1, wrong))),
  'blind bounds.max': inside((work, wrong) => work.blind(Thing, a, (blind) => blind.increment('n', 1, { max: wrong }))),
  'blind add': inside((work, wrong) => work.blind(Thing, a, (blind) => blind.add('tags', wrong))),
  'blind remove': inside((work, wrong) => work.blind(Thing, a, (blind) => blind.remove('tags', wrong))),
  'blind append': inside((work, wrong) => work.blind(Thing, a, (blind) => blind.append('list', wrong))),
  'afterCommit(wrong)': inside((work, wrong) => work.afterCommit(wrong)),
}

type Inside = (work: UnitOfWork, wrong: never) => unknown

function inside(call: Inside): Call {
  return ({ engine }, wrong) => engine.unitOfWork.run(async (work) => void (await call(work, wrong)))
}

/** Fields of a record that take the value, by creation and by change. */
export const fields = [
  'id',
  'n',
  'tags',
  'list',
  'any',
  'entries',
  'map',
  'big',
  '__proto__',
  'constructor',
  'nobody',
] as const

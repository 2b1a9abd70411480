/**
 * A misspelt option is a wish that nobody hears: `createEngine({ schedular })` ran without a scheduler, and
 * `history.diff(…, { generatoin })` compared versions of another life of the record.
 *
 * @module
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  autoIncrement,
  createEngine,
  defineModel,
  isEngineError,
  migrationsFrom,
  pacedStore,
  progressBar,
} from 'draftwork'
import { dynamodbStore } from 'draftwork/dynamodb'
import { levelStore } from 'draftwork/level'
import { memoryStore } from 'draftwork/memory'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { failure } from '../core/unit-of-work/world.ts'
import { engineWorld, Person } from './engine-calls.ts'

const misspelt = { misspelt: 1 }
const wrong = misspelt as never
const Fields = t.type({ id: t.string, n: t.number })
const model = (given: object) =>
  defineModel({ name: 'M', table: 'ms', key: { partition: 'id' }, schema: Fields, ...given } as never)
const a = { id: 'a' }
const store = memoryStore()
const client = new DynamoDBClient({ region: 'eu-north-1' })
const { engine } = await engineWorld()
const models = [Person]
const table = { read: 1, write: 1 }

const calls: Readonly<Record<string, () => unknown>> = {
  createEngine: () => createEngine({ store, models, ...misspelt }),
  'createEngine.tables': () => createEngine({ store, models, tables: { people: wrong } }),
  'createEngine.tables, of a table': () => createEngine({ store, models, tables: { misspelt: {} } }),
  'createEngine.scheduler.limits': () => createEngine({ store, models, scheduler: { limits: { misspelt: table } } }),
  'createEngine.log': () => createEngine({ store, models, log: wrong }),
  'createEngine.scheduler': () => createEngine({ store, models, scheduler: wrong }),
  pacedStore: () => pacedStore(store, wrong),
  memoryStore: () => memoryStore(wrong),
  'memoryStore.limits': () => memoryStore({ limits: wrong }),
  'memoryStore.adversity': () => memoryStore({ adversity: { seed: 1, ...misspelt } }),
  'memoryStore.adversity.capacity': () =>
    memoryStore({ adversity: { seed: 1, capacity: { tables: {}, ...misspelt } } }),
  'memoryStore.adversity.capacity.tables': () =>
    memoryStore({ adversity: { seed: 1, capacity: { tables: { people: { ...table, ...misspelt } } } } }),
  dynamodbStore: () => dynamodbStore({ client, ...misspelt }),
  levelStore: () => levelStore({ path: '/nowhere', ...misspelt }),
  progressBar: () => progressBar(wrong),
  autoIncrement: () => autoIncrement(wrong),
  migrationsFrom: () => migrationsFrom(Fields, wrong),
  'migrationsFrom.to': () => migrationsFrom(Fields).to(Fields, { up: (each) => each, ...misspelt }),
  defineModel: () => model(wrong),
  'defineModel.key': () => model({ key: { partition: 'id', ...misspelt } }),
  'defineModel.indexes': () => model({ indexes: { byN: { partition: 'n', ...misspelt } } }),
  'defineModel.history': () => model({ history: wrong }),
  'defineModel.type': () => model({ type: { attribute: 'kind', value: 'm', ...misspelt } }),
  run: () => engine.unitOfWork.run(() => 1, wrong),
  'nested run': () => engine.unitOfWork.run((work) => work.run(() => 1, wrong)),
  'blind bounds': () =>
    engine.unitOfWork.run((work) => work.blind(Person, a, (blind) => blind.increment('age', 1, wrong))),
  'records.query': () => engine.records.query(Person, { key: a, ...misspelt }),
  'records.scan': () => engine.records.scan(Person, wrong),
  'records.getMany': () => engine.records.getMany(Person, [], wrong),
  'records.putMany': () => engine.records.putMany(Person, [], wrong),
  'records.deleteMany': () => engine.records.deleteMany(Person, [], wrong),
  'history.of': () => engine.history.of(Person, a, wrong),
  'history.at': () => engine.history.at(Person, a, { version: 1, ...misspelt }),
  'history.at options': () => engine.history.at(Person, a, { version: 1 }, wrong),
  'history.diff': () => engine.history.diff(Person, a, 0, 1, wrong),
  'history.verify': () => engine.history.verify(Person, a, wrong),
  'history.replay': () => engine.history.replay(Person, a, wrong),
  'history.replay.reducers': () => engine.history.replay(Person, a, { reducers: { misspelt: () => {} } as never }),
  'history.undo': () => engine.history.undo('a commit', wrong),
  'history.erase': () => engine.history.erase(Person, a, wrong),
  'history.follow': () => engine.history.follow(wrong),
  'tables.create': () => engine.tables.create(wrong),
  'tables.plan': () => engine.tables.plan(wrong),
  'tables.apply': () => engine.tables.apply(wrong),
  'tables.describe': () => engine.tables.describe(Person, wrong),
  'migrations.run': () => engine.migrations.run(Person, wrong),
}

for (const [name, call] of Object.entries(calls)) {
  test(`${name}: a name that it does not have is refused, and named`, async () => {
    const error = await failure((async () => call())())
    assert.ok(isEngineError(error, 'INVALID_ARGUMENT') || isEngineError(error, 'INVALID_MODEL'), String(error))
    // Where what is given has to be something else, such as a stream, that is said.
    if (name !== 'progressBar' && name !== 'defineModel.type') assert.match(error.message, 'misspelt')
  })
}

test.run()

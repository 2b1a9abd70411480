// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine, type EngineOptions } from '../../../core/engine.ts'
import { type ErrorCode, isEngineError } from '../../../core/errors.ts'
import { type AnyModel, defineModel } from '../../../core/model/model.ts'
import { engineTables, type Tables } from '../../../core/tables/tables.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'

const Player = defineModel({
  name: 'Player',
  table: 'game-players',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, team: t.string }),
})

const Visit = defineModel({
  name: 'Visit',
  table: 'visits',
  key: { partition: 'player', sort: 'at' },
  schema: t.type({ player: t.string, at: t.number }),
})

const engine = (tables?: EngineOptions['tables']) =>
  createEngine({ store: memoryStore(), models: [Visit, Player], tables })

const refused = (code: ErrorCode, tables: unknown, message: RegExp): void =>
  assert.throws(
    () => engine(tables as EngineOptions['tables']),
    (error: unknown) => isEngineError(error, code) && message.test(error.message),
  )

// DynamoDB refuses each item whose attribute is of another type than an index has for it, whoever writes it.
test('a field that is of another type than an index of the same table has for it is refused', () => {
  const model = (name: string, rank: t.Mixed, indexes?: object) =>
    defineModel({
      name,
      table: 'all',
      key: { partition: 'id' },
      type: { attribute: 'kind', value: name },
      schema: t.intersection([t.type({ id: t.string }), t.partial({ rank, team: t.string })]),
      indexes,
    } as never)
  const tablesOf = (...models: readonly AnyModel[]) => createEngine({ store: memoryStore(), models }).tables
  const byRank = { byRank: { partition: 'rank' } }
  const byTemplate = { byRank: { partition: { attribute: 'byTeam', template: 'TEAM#${team}' } } }
  const other = defineModel({
    name: 'Other',
    table: 'all',
    key: { partition: 'id' },
    type: { attribute: 'kind', value: 'Other' },
    schema: t.type({ id: t.string, byTeam: t.boolean }),
  })
  for (const models of [
    [model('A', t.string, byRank), model('B', t.number)],
    [model('A', t.string, byRank), model('B', t.array(t.string))],
    [model('A', t.string, byRank), model('B', t.union([t.string, t.null]))],
    [model('A', t.string, byTemplate), other],
  ]) {
    assert.throws(() => tablesOf(...models), /in an index of A, is a field of another type in/)
    assert.throws(() => tablesOf(...models.toReversed()), /in an index of A, is a field of another type in/)
  }
  tablesOf(model('A', t.string, byRank), model('B', t.string), model('C', t.keyof({ first: null })))
})

test('models of one table are told apart by their types, whichever model an item is of', () => {
  const model = (name: string, type: { attribute: string; value: string }, fields: Record<string, t.Mixed> = {}) =>
    defineModel({ name, table: 'all', key: { partition: 'id' }, type, schema: t.type({ id: t.string, ...fields }) })
  const refuse = (models: readonly AnyModel[], message: RegExp) =>
    assert.throws(
      () => createEngine({ store: memoryStore(), models }),
      (error: unknown) => isEngineError(error, 'INVALID_MODEL') && message.test(error.message),
    )
  const kinds = ['A', 'B', 'C'].map((name) => model(name, { attribute: 'kind', value: name }))
  createEngine({ store: memoryStore(), models: [...kinds, model('D', { attribute: 'sort', value: 'A' })] })
  // Items of one would be read, changed and scanned as the other's.
  refuse([...kinds, model('D', { attribute: 'kind', value: 'A' })], /A and D share table all and the type kind = A/)
  const stray = model('D', { attribute: '_t', value: 'D' }, { kind: t.string })
  refuse([...kinds, stray], /share table all but kind, .* is also an attribute of D/)
  refuse([stray, ...kinds], /share table all but kind, .* is also an attribute of D/)
})

test('a table costs what its settings say, and on demand otherwise', async () => {
  const { tables } = engine({ visits: { capacity: { mode: 'provisioned', read: 5, write: 1 } } })
  await tables.create()
  assert.equal((await tables.describe(Visit))?.capacity, { mode: 'provisioned', read: 5, write: 1 })
  assert.is((await tables.describe(Player))?.capacity?.mode ?? 'on-demand', 'on-demand')
})

test('a capacity that nobody set is left to whoever runs the table', async () => {
  const store = memoryStore()
  await createEngine({
    store,
    models: [Visit],
    tables: { visits: { capacity: { mode: 'provisioned', read: 5, write: 1 } } },
  }).tables.create()
  const { differences } = await createEngine({ store, models: [Visit] }).tables.plan()
  assert.equal(differences, [])
})

test('settings that fit no table are refused', () => {
  refused('INVALID_ARGUMENT', { player: {} }, /game-players/)
  refused('INVALID_ARGUMENT', { visits: { capacity: { mode: 'cheap' } } }, /tables.visits.capacity.mode/)
  refused('INVALID_ARGUMENT', { visits: { capacity: { mode: 'provisioned', read: 0.5, write: 1 } } }, /read/)
  refused('INVALID_ARGUMENT', { visits: { capacity: { mode: 'provisioned', read: 1 } } }, /write/)
  refused('INVALID_ARGUMENT', { visits: { indexes: { none: { mode: 'on-demand' } } } }, /none/)
  refused('INVALID_ARGUMENT', { visits: { capcity: {} } }, /capcity/)
})

for (const kind of storeKinds)
  test(`a table and its index may be named as what every object has (${kind})`, async () => {
    const Named = defineModel({
      name: 'Named',
      table: 'constructor',
      key: { partition: 'id' },
      schema: t.type({ id: t.string, team: t.string }),
      indexes: { valueOf: { partition: 'team' } },
    })
    const store = openStore(kind)
    const base = { store, models: [Named], journalTable: `${tablePrefix()}-journal`, scheduler: false } as const
    const { tables, records } = createEngine({ ...base, tables: {} })
    await tables.create()
    try {
      const both = ['a', 'b'].map((id) => ({ id, team: 'red' }))
      await records.putMany(Named, both)
      const keys = both.map(({ id }) => ({ id }))
      assert.equal(await records.getMany(Named, keys).toArray(), both)
      const capacity = { mode: 'provisioned', read: 5, write: 1 } as const
      const paid = createEngine({ ...base, tables: { constructor: { capacity, indexes: {} } } })
      await paid.tables.apply()
      assert.equal((await paid.tables.plan()).differences, [])
      const found = (await paid.tables.describe(Named))!
      assert.equal([found.capacity, found.indexes[0]?.capacity], [capacity, capacity])
    } finally {
      await tables.delete()
    }
  })

test('options that do nothing are refused', async () => {
  const { tables } = engine()
  for (const call of [
    () => tables.apply({ purne: true } as never),
    () => tables.apply({ prune: 1 } as never),
    () => tables.describe(7 as never),
    () => tables.create({ signal: 'now' } as never),
  ]) {
    const error = await call().then(
      () => undefined,
      (caught: unknown) => caught,
    )
    assert.ok(isEngineError(error, 'INVALID_ARGUMENT'), String(error))
  }
})

test('the template has every table with all that create would make, in a fixed order', () => {
  const { tables } = engine({ visits: { capacity: { mode: 'provisioned', read: 5, write: 1 } } })
  const template = tables.toCloudFormation()
  assert.equal(Object.keys(template.Resources), ['DraftworkJournalTable', 'GamePlayersTable', 'VisitsTable'])
  assert.equal(template.Resources['DraftworkJournalTable']?.Properties, {
    TableName: 'draftwork-journal',
    AttributeDefinitions: [
      { AttributeName: 'p', AttributeType: 'S' },
      { AttributeName: 's', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'p', KeyType: 'HASH' },
      { AttributeName: 's', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    TimeToLiveSpecification: { AttributeName: 'x', Enabled: true },
  })
  const visits = template.Resources['VisitsTable']
  assert.is(visits?.DeletionPolicy, 'Retain')
  assert.is(visits?.Properties['BillingMode'], 'PROVISIONED')
  assert.equal(visits?.Properties['ProvisionedThroughput'], { ReadCapacityUnits: 5, WriteCapacityUnits: 1 })
  assert.equal(JSON.parse(JSON.stringify(template)), template)
})

const templateOf = (...names: readonly string[]): ReturnType<Tables['toCloudFormation']> =>
  engineTables(
    memoryStore(),
    names.map((table) => ({ table, partition: { name: 'id', type: 'S' }, indexes: [] })),
  ).toCloudFormation()

test('logical ids are letters and digits, one for each table', () => {
  const names = ['a.b', 'a-b', 'a_B', '---', '9_lives']
  const ids = Object.keys(templateOf(...names).Resources)
  assert.is(new Set(ids).size, names.length)
  for (const id of ids) assert.match(id, /^[A-Za-z0-9]+$/)
  assert.equal(ids, Object.keys(templateOf(...[...names].reverse()).Resources))
})

test('a name that DynamoDB does not take has no template', () => {
  assert.throws(
    () => templateOf('my table'),
    (error: unknown) => isEngineError(error, 'REJECTED') && /my table/.test(error.message),
  )
})

test('the template makes indexes and streams', () => {
  const { Resources } = engineTables(memoryStore(), [
    {
      table: 'players',
      partition: { name: 'id', type: 'S' },
      indexes: [
        {
          name: 'byTeam',
          kind: 'global',
          partition: { name: 'team', type: 'S' },
          projection: ['nick', 'id'],
        },
        {
          name: 'recent',
          kind: 'local',
          partition: { name: 'id', type: 'S' },
          sort: { name: 'at', type: 'N' },
          projection: 'keys',
        },
      ],
      stream: true,
      capacity: { mode: 'provisioned', read: 2, write: 3 },
    },
  ]).toCloudFormation()
  assert.equal(Resources['PlayersTable']?.Properties, {
    TableName: 'players',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'team', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byTeam',
        KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['nick'] },
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'recent',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  })
})

test.run()

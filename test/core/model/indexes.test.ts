// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import type { Item } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import { isEngineError } from '../../../core/errors.ts'
import { date, setOf } from '../../../core/model/codecs.ts'
import { tableDefinition } from '../../../core/model/key.ts'
import { type AnyModel, defineModel } from '../../../core/model/model.ts'
import { decodeItem, encodeRecord, newRecord } from '../../../core/model/record.ts'

const schema = t.intersection([
  t.type({ id: t.string, day: date, energy: t.number, tags: setOf(t.string), open: t.boolean }),
  t.partial({ city: t.string, street: t.string, until: t.number }),
])
const good = { name: 'Player', table: 'players', key: { partition: 'id', sort: 'day' }, schema }
const define = (options: unknown): AnyModel => defineModel(options as Parameters<typeof defineModel>[0])
const isInvalid = (message: RegExp) => (error: unknown) =>
  isEngineError(error, 'INVALID_MODEL') && message.test(error.message)
const refused = (indexes: unknown, message: RegExp) =>
  assert.throws(() => define({ ...good, indexes }), isInvalid(message), String(message))

test('indexes are checked when the model is defined', () => {
  refused([], /object of indexes/)
  refused({ ab: { partition: 'city' } }, /3 to 255 letters/)
  refused({ byCity: 'city' }, /partition, sort/)
  refused({ byCity: { partition: 'city', srot: 'day' } }, /no option srot/)
  refused({ byCity: { partition: 'town' } }, /indexes.byCity.partition names "town", which is no field/)
  refused({ byOpen: { partition: 'open' } }, /byOpen.partition open must be stored as text/)
  refused({ byTags: { partition: 'tags' } }, /tags must be stored as text/)
  refused({ byCity: { partition: 'city', kind: 'both' } }, /'global' or 'local'/)
  refused({ byCity: { partition: 'city', kind: 'local', sort: 'energy' } }, /that of the model's key, id/)
  refused({ local: { partition: 'id', kind: 'local' } }, /both need a sort key/)
  refused({ byCity: { partition: 'city', projection: ['town'] } }, /projection names "town"/)
  refused({ byCity: { partition: 'city', projection: 'some' } }, /'all', 'keys' or a list/)
  refused({ one: { partition: 'city' }, two: { partition: 'city' } }, /same keys/)
  const at = (template: string) => ({ partition: { attribute: 'gpk', template } })
  refused({ one: at('A#${city}'), two: at('B#${city}') }, /gpk .* two ways/)
  refused({ one: { partition: { attribute: '_v', template: 'A#${city}' } } }, /_v is used for something else/)
})

test('what expires is stored as a number', () => {
  assert.is(tableDefinition(define({ ...good, expires: 'until' })).expiry, 'until')
  for (const expires of ['day', 'nothing', 5]) {
    assert.throws(() => define({ ...good, expires }), isInvalid(/expires names/))
  }
})

test('indexes become those of the table', () => {
  const model = define({
    ...good,
    expires: 'until',
    indexes: {
      byCity: { partition: 'city', sort: 'energy', projection: ['open'] },
      byStreet: { partition: 'street', projection: 'keys' },
      byEnergy: { partition: 'id', sort: 'energy', kind: 'local' },
    },
  })
  const [city, energy] = [
    { name: 'city', type: 'S' },
    { name: 'energy', type: 'N' },
  ]
  assert.equal(tableDefinition(model).indexes, [
    // What expires is there too, since reads ask for it.
    { name: 'byCity', kind: 'global', partition: city, sort: energy, projection: ['open', 'until'] },
    { name: 'byStreet', kind: 'global', partition: { name: 'street', type: 'S' }, projection: ['until'] },
    { name: 'byEnergy', kind: 'local', partition: { name: 'id', type: 'S' }, sort: energy, projection: 'all' },
  ])
})

const Order = defineModel({
  name: 'Order',
  table: 'app',
  key: { partition: { attribute: 'pk', template: 'USER#${user}' }, sort: { attribute: 'sk', template: 'ORDER#${no}' } },
  schema: t.intersection([t.type({ user: t.string, no: t.number }), t.partial({ city: t.string, day: date })]),
  indexes: {
    byCity: {
      partition: { attribute: 'gpk', template: 'CITY#${city}' },
      sort: { attribute: 'gsk', template: '${day}#${no}' },
      projection: 'keys',
    },
  },
})

test('attributes made by templates are written with the record and hidden from it; they are absent with their fields', () => {
  const day = new Date('2024-05-01T00:00:00.000Z')
  const { item, record } = newRecord(Order, { user: 'ann', no: 1, city: 'Oslo', day })
  assert.is(item['gpk'], 'CITY#Oslo')
  assert.is(item['gsk'], '2024-05-01T00:00:00.000Z#1')
  assert.equal(record, { user: 'ann', no: 1, city: 'Oslo', day })
  assert.equal(decodeItem(Order, item), record)
  const sparse = encodeRecord(Order, { user: 'ann', no: 1, city: 'Oslo' })
  assert.is(sparse['gpk'], 'CITY#Oslo')
  assert.not.ok('gsk' in sparse)
})

// It was no record: only what is `undefined` in code was taken for absent.
test('what a codec stores as nothing is absent from an index', async () => {
  type Option = { readonly some?: string }
  const option = (none: null | undefined) =>
    new t.Type<Option, string | null | undefined>(
      'Option',
      (value): value is Option => t.UnknownRecord.is(value),
      (input, context) =>
        input === none
          ? t.success({})
          : typeof input === 'string'
            ? t.success({ some: input })
            : t.failure(input, context),
      ({ some }) => some ?? none,
    )
  for (const none of [null, undefined]) {
    const model = define({
      name: 'Guest',
      table: 'guests',
      key: { partition: 'id' },
      schema: t.type({ id: t.string, room: option(none) }),
      indexes: { byRoom: { partition: { attribute: 'gpk', template: 'ROOM#${room}' } } },
    })
    const { unitOfWork, records, tables } = createEngine({ store: memoryStore(), models: [model] })
    await tables.create()
    await unitOfWork.run((work) => {
      work.create(model, { id: 'a', room: {} })
      work.create(model, { id: 'b', room: { some: '7' } })
    })
    const inRoom = async () =>
      (await records.query(model, { index: 'byRoom', key: { room: { some: '7' } } } as never).toArray()).length
    assert.is(await inRoom(), 1)
    await unitOfWork.run(async (work) => {
      work.change(await work.get(model, { id: 'b' }), (draft) => {
        draft.room = {}
      })
    })
    assert.is(await inRoom(), 0)
  }
  // Where the field is the key itself, null would be stored in its place, which no store takes.
  const direct = define({
    ...{ name: 'Guest', table: 'guests', key: { partition: 'id' } },
    schema: t.type({ id: t.string, room: option(null) }),
    indexes: { byRoom: { partition: { attribute: 'room', template: '${room}' } } },
  })
  assert.throws(
    () => newRecord(direct, { id: 'a', room: {} }),
    (error: unknown) => isEngineError(error, 'INVALID_RECORD'),
  )
})

test('an entry that holds keys only holds the fields that they are made of, and the type', () => {
  assert.equal(tableDefinition(Order).indexes[0]?.projection, ['_t', 'city', 'day', 'no', 'user'])
})

test('what cannot be the key of an index is no record', () => {
  const City = define({ ...good, indexes: { byCity: { partition: 'city' } } })
  const fields = { id: 'a', day: new Date(0), energy: 1, open: true, tags: new Set() }
  for (const city of ['', 'x'.repeat(2049)]) {
    assert.throws(
      () => newRecord(City, { ...fields, city }),
      (error: unknown) => isEngineError(error, 'INVALID_RECORD') && error.payload.issues[0]?.path[0] === 'city',
    )
  }
})

test('a unit of work keeps index attributes right, and says so where it cannot', async () => {
  const store = memoryStore()
  const { unitOfWork, tables } = createEngine({ store, models: [Order] })
  await tables.create()
  const key = { user: 'ann', no: 1 }
  const stored = async (): Promise<Item> =>
    (await store.read([{ table: 'app', key: { pk: 'USER#ann', sk: 'ORDER#1' } }], { consistent: true }))[0]!
  await unitOfWork.run((work) => work.create(Order, { ...key, city: 'Oslo', day: new Date(0) }))
  await unitOfWork.run(async (work) => {
    work.change(await work.get(Order, key), (draft) => {
      draft.city = 'Bergen'
    })
  })
  assert.is((await stored())['gpk'], 'CITY#Bergen')
  await unitOfWork.run(async (work) => {
    work.change(await work.get(Order, key), (draft) => {
      delete draft.city
    })
  })
  assert.not.ok('gpk' in (await stored()))
  assert.is((await stored())['gsk'], '1970-01-01T00:00:00.000Z#1')
})

test('a field of an index template cannot be changed blindly', async () => {
  const Score = defineModel({
    name: 'Score',
    table: 'scores',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, points: t.number, level: t.number }),
    indexes: {
      byPoints: { partition: { attribute: 'gpk', template: 'P#${points}' } },
      byLevel: { partition: 'level' },
    },
  })
  const { unitOfWork } = createEngine({ store: memoryStore(), models: [Score] })
  await unitOfWork.run((work) => work.create(Score, { id: 'a', points: 1, level: 1 }))
  const thrown = await unitOfWork
    .run((work) => work.blind(Score, { id: 'a' }, (blind) => blind.increment('points', 1)))
    .catch((error: unknown) => error)
  assert.ok(isEngineError(thrown, 'INVALID_ARGUMENT'), String(thrown))
  await unitOfWork.run((work) => work.blind(Score, { id: 'a' }, (blind) => blind.increment('level', 1)))
})

test('models that share a table share and add indexes, and must not contradict each other', () => {
  const key = { partition: { attribute: 'pk', template: 'A#${id}' } }
  const fields = t.type({ id: t.string, city: t.string, energy: t.number, until: t.number, end: t.number })
  const one = { name: 'One', table: 'app', key, schema: fields }
  const two = { ...one, name: 'Two' }
  const engineOf = (first: object, second: object) =>
    createEngine({ store: memoryStore(), models: [define({ ...one, ...first }), define({ ...two, ...second })] })
  const indexes = (byCity: object) => ({ indexes: { byCity: { partition: 'city', ...byCity } } })
  engineOf(indexes({}), indexes({}))
  engineOf(indexes({}), { indexes: { byEnergy: { partition: 'energy' } } })
  engineOf(indexes({ projection: 'keys' }), indexes({ projection: ['energy'] }))
  engineOf({ expires: 'until' }, {})
  const contradict = (first: object, second: object, message: RegExp) =>
    assert.throws(() => engineOf(first, second), isInvalid(message))
  contradict(indexes({}), indexes({ sort: 'energy' }), /different keys or kinds/)
  contradict(indexes({}), indexes({ projection: 'keys' }), /whole records/)
  contradict({ expires: 'until' }, { expires: 'end' }, /expire by until and by end/)
})

test.run()

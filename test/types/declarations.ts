/**
 * What programs export that are built with declarations, as packages of a monorepo are: models, codecs, engines and their
 * parts taken out, results. A type of theirs that `draftwork` does not export cannot be named there, and is an error
 * (TS4023, TS2742). `declarations.test.ts` compiles this file.
 *
 * @module
 */
import {
  autoIncrement,
  binary,
  createEngine,
  date,
  defineModel,
  epochSeconds,
  isEngineError,
  mapOf,
  migrationsFrom,
  pacedStore,
  setOf,
} from 'draftwork'
import { dynamodbStore, tunedClient } from 'draftwork/dynamodb'
import { levelStore } from 'draftwork/level'
import { memoryStore } from 'draftwork/memory'
import { opentelemetry } from 'draftwork/opentelemetry'
import * as t from 'io-ts'

export const V1 = t.type({ owner: t.string, no: t.number })
export const V2 = t.intersection([
  t.type({ owner: t.string, no: t.number, tags: setOf(t.string), days: mapOf(setOf(date)), photo: binary }),
  t.partial({ until: epochSeconds, pay: t.union([t.type({ kind: t.literal('card') }), t.type({ iban: t.string })]) }),
])
export const migrations = migrationsFrom(V1).to(V2, {
  up: (older) => ({ ...older, tags: new Set<string>(), days: new Map(), photo: new Uint8Array() }),
})
export const numbers = autoIncrement({ block: 10 })
export const Order = defineModel({
  name: 'Order',
  table: 'shop',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of draftwork
  key: { partition: { attribute: 'pk', template: 'OWNER#${owner}' }, sort: 'no' },
  schema: V2,
  defaults: { tags: () => new Set<string>() },
  generate: { no: numbers },
  indexes: { byNo: { partition: 'no', projection: ['tags'] } },
  expires: 'until',
  migrations,
  events: { Tagged: { payload: t.type({ tag: t.string }), reducer: (draft, { tag }) => void draft.tags.add(tag) } },
})
export const { Tagged } = Order.events

export const store = memoryStore()
export const stores = () => [levelStore({ path: '' }), dynamodbStore({ client: tunedClient({}) }), pacedStore(store)]
export const engine = createEngine({ store, models: [Order], telemetry: opentelemetry() })
export const { unitOfWork, records, history, tables, migrations: brought } = engine
export const { run, attempt } = unitOfWork
export const { get, find, getMany, query, scan, putMany, deleteMany } = records
export const { of, at, diff, verify, undo, follow, replay, erase } = history
export const { create, plan, apply, describe, toCloudFormation } = tables
export const { run: migrate, status } = brought

const key = { owner: 'ann', no: 1 }
export const load = () => run((work) => work.get(Order, key))
export const both = () =>
  run(async (work) => ({ one: await work.find(Order, key), all: await work.query(Order, { key }) }))
export const tag = () => run(async (work) => work.apply(await work.get(Order, key), Tagged({ tag: 'new' })))
export const change = () =>
  run(async (work) => work.change(await work.get(Order, key), (draft) => void draft.tags.clear()))
export const inside = () => run(async (work) => ({ ...work }))
export const tried = attempt((work) => work.get(Order, key))
export const page = () => query(Order, { index: 'byNo', key: { no: 1 } }).page()
export const raw = () => scan(Order, { select: ['tags'], onInvalid: 'raw' }).toArray()
export const events = () => of(Order, key)
export const feed = () => follow({ models: [Order] }).pages()
export const folded = () => replay(Order, key)
export const conflicts = (error: unknown) => (isEngineError(error, 'CONFLICT') ? error.payload : undefined)

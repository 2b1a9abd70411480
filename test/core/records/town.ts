/**
 * A table of people for the tests of reads and writes in bulk.
 *
 * @module
 */
import * as t from 'io-ts'
import * as assert from 'uvu/assert'
import type { Item, ItemKey } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import { type ErrorCode, isEngineError } from '../../../core/errors.ts'
import { all } from '../../../core/expression/condition.ts'
import { date, setOf } from '../../../core/model/codecs.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { Page, QueryRequest, RequestOptions, ScanRequest, Store } from '../../../core/store/store.ts'
import { passingStore } from '../../support/passing-store.ts'
import { openStore, type StoreKind, tablePrefix } from '../../support/stores.ts'
import { hurried } from '../unit-of-work/world.ts'

export const personModel = (prefix: string) =>
  defineModel({
    name: 'Person',
    table: `${prefix}-people`,
    key: { partition: 'town', sort: 'no' },
    schema: t.intersection([
      t.type({
        town: t.string,
        no: t.number,
        name: t.string,
        born: date,
        tags: setOf(t.string),
        log: t.array(t.string),
        home: t.type({ street: t.string }),
        scores: t.record(t.string, t.number),
        level: t.number,
      }),
      t.partial({ job: t.string, until: t.number }),
    ]),
    defaults: { tags: () => new Set(), log: () => [], scores: {}, level: 1, home: { street: 'Main' } },
    indexes: {
      byJob: { partition: 'job', sort: 'name' },
      byLevel: { partition: 'level', sort: 'born', projection: ['name'] },
      byName: { partition: 'town', sort: 'name', kind: 'local' },
    },
    expires: 'until',
  })

/** A store whose requests are counted, and whose pages end after so many items whatever was asked for. */
export function smallPages(store: Store, items = 3) {
  const requests: (QueryRequest | ScanRequest)[] = []
  const page = <Request extends QueryRequest | ScanRequest>(
    ask: (request: Request, options?: RequestOptions) => Promise<Page>,
  ) => {
    return (request: Request, options?: RequestOptions) => {
      requests.push(request)
      return ask({ ...request, limit: Math.min(request.limit ?? items, items) }, options)
    }
  }
  const small = passingStore(store, {
    query: page<QueryRequest>((...args) => store.query(...args)),
    scan: page<ScanRequest>((...args) => store.scan(...args)),
  })
  return { small, requests }
}

export async function town(kind: StoreKind, wrap: (store: Store) => Store = (store) => store, now?: () => number) {
  const Person = personModel(tablePrefix())
  const store = openStore(kind)
  const environment = { ...hurried(), ...(now && { now }) }
  const engine = createEngine({ store: wrap(store), models: [Person], environment })
  await createEngine({ store, models: [Person] }).tables.create()
  return {
    Person,
    store,
    ...engine,
    /** Writes an item as another program would: as it is. */
    async foreign(item: Item) {
      const key = { town: item['town'], no: item['no'] } as ItemKey
      const id = `foreign-${Math.random()}`
      const put = { kind: 'put', table: Person.table, key, item, condition: all([]) } as const
      const { kind } = await store.commit({ id, actions: [put] })
      // A server under load may drop a connection. It is unconditional, so that it may be sent again.
      assert.is(kind === 'unknown' ? (await store.commit({ id, actions: [put] })).kind : kind, 'committed')
    },
    end: () => store.deleteTable(Person.table),
  }
}

export const people = (count: number, town = 'Oslo') =>
  Array.from({ length: count }, (_, no) => ({
    town,
    no,
    name: `${'abcdefghij'[no % 10]}${no}`,
    born: new Date(Date.UTC(1950 + no, 0, 1)),
    ...(no % 2 === 0 && { job: no % 4 === 0 ? 'baker' : 'smith' }),
    level: no % 3,
    tags: new Set(no % 5 === 0 ? ['tall', 'kind'] : []),
  }))

export async function refused(code: ErrorCode, message: RegExp, act: () => unknown): Promise<void> {
  const thrown = await (async () => act())().then(
    () => 'nothing',
    (error: unknown) => error,
  )
  assert.ok(isEngineError(thrown, code), `expected ${code}, got ${String(thrown)}`)
  assert.match((thrown as Error).message, message)
}

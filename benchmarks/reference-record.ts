/**
 * The record that suites measure with: 20 attributes and a key, some 1,000 bytes by DynamoDB's rule, with nested maps,
 * a list of maps, a set and two dates.
 *
 * @module
 */
import * as t from 'io-ts'
import { date, defineModel, setOf } from '../core/index.ts'

export const schema = t.type({
  id: t.string,
  name: t.string,
  email: t.string,
  phone: t.string,
  street: t.string,
  city: t.string,
  country: t.string,
  language: t.string,
  status: t.string,
  note: t.string,
  score: t.number,
  level: t.number,
  visits: t.number,
  balance: t.number,
  active: t.boolean,
  verified: t.boolean,
  createdAt: date,
  seenAt: date,
  tags: setOf(t.string),
  settings: t.type({
    theme: t.string,
    volume: t.number,
    alerts: t.type({ mail: t.boolean, push: t.boolean, hour: t.number }),
  }),
  orders: t.array(t.type({ sku: t.string, count: t.number, price: t.number })),
})

export const table = 'bench'

export const Reference = defineModel({ name: 'Reference', table, key: { partition: 'id' }, schema })

export const tableWithoutHistory = 'bench-without-history'

export const WithoutHistory = defineModel({
  name: 'WithoutHistory',
  table: tableWithoutHistory,
  key: { partition: 'id' },
  schema,
  history: false,
})

const note =
  'Prefers delivery before noon, at the side door. Asked twice about the loyalty programme; call back in spring. ' +
  'Second address on file for the holidays, do not use it between May and September without asking first.'

/** The same record under any id, as domain code has it. */
export const record = (id: string): t.TypeOf<typeof schema> => ({
  id,
  name: 'Ann Example',
  email: 'ann.example@mail.example.org',
  phone: '+47 555 01 234',
  street: 'Karl Johans gate 22',
  city: 'Oslo',
  country: 'Norway',
  language: 'nb-NO',
  status: 'customer',
  note,
  score: 83.25,
  level: 12,
  visits: 1043,
  balance: 20999.5,
  active: true,
  verified: false,
  createdAt: new Date('2024-05-01T12:00:00.000Z'),
  seenAt: new Date('2026-11-02T08:31:12.345Z'),
  tags: new Set(['early', 'newsletter', 'loyal']),
  settings: { theme: 'dark', volume: 7, alerts: { mail: true, push: false, hour: 18 } },
  orders: [
    { sku: 'A-1001', count: 2, price: 19.95 },
    { sku: 'B-2002', count: 1, price: 249 },
    { sku: 'C-3003', count: 12, price: 0.75 },
  ],
})

/** The same with dates as texts, as programs without codecs have it. */
export const plainRecord = (id: string) => {
  const { createdAt, seenAt, ...rest } = record(id)
  return { ...rest, createdAt: createdAt.toISOString(), seenAt: seenAt.toISOString() }
}

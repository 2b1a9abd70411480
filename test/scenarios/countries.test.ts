/** All countries of the world: real, deeply nested records in every script, loaded and edited, and read back equal. */

import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import countries from 'world-countries'
import { createEngine } from '../../core/engine.ts'
import { type DraftOf, defineModel } from '../../core/model/model.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../support/stores.ts'

const Names = t.type({ common: t.string, official: t.string })

const countryModel = (table: string) =>
  defineModel({
    name: 'Country',
    table,
    key: { partition: 'cca3' },
    schema: t.type({
      name: t.intersection([Names, t.type({ native: t.record(t.string, Names) })]),
      tld: t.array(t.string),
      cca2: t.string,
      ccn3: t.string,
      cca3: t.string,
      cioc: t.string,
      independent: t.union([t.boolean, t.null]),
      status: t.string,
      unMember: t.boolean,
      unRegionalGroup: t.string,
      currencies: t.record(t.string, t.type({ name: t.string, symbol: t.string })),
      idd: t.type({ root: t.string, suffixes: t.array(t.string) }),
      capital: t.array(t.string),
      altSpellings: t.array(t.string),
      region: t.string,
      subregion: t.string,
      languages: t.record(t.string, t.string),
      translations: t.record(t.string, Names),
      latlng: t.tuple([t.number, t.number]),
      landlocked: t.boolean,
      borders: t.array(t.string),
      area: t.number,
      flag: t.string,
      demonyms: t.record(t.string, t.type({ f: t.string, m: t.string })),
    }),
  })

type Country = DraftOf<ReturnType<typeof countryModel>>

/** As they come, under our own type: the package's says of some what they are not. */
const world = countries as unknown as readonly Country[]

/** One edit for every country, by its place in the list. */
const edits: readonly (readonly [name: string, edit: (country: Country) => void])[] = [
  [
    'a number',
    (c) => {
      c.area = Math.round(c.area * 1.5)
    },
  ],
  [
    'a nested text',
    (c) => {
      c.name.official = `${c.name.official} – ${c.flag}`
    },
  ],
  [
    'an entry that appears',
    (c) => {
      c.translations['eo'] = { common: `${c.name.common}o`, official: 'ĉ ŝ ŭ 🜨' }
    },
  ],
  ['an entry that goes', (c) => void delete c.translations['fra']],
  [
    'a path in an entry',
    (c) => {
      c.translations['zho']!.common += '国'
    },
  ],
  [
    'entries moved',
    (c) => {
      c.languages = { ...c.languages, ...Object.fromEntries(c.borders.map((b) => [b, b])) }
    },
  ],
  ['pushes', (c) => void c.altSpellings.push('Ω', c.cca2)],
  ['a list in another order', (c) => void c.borders.reverse()],
  [
    'a list emptied',
    (c) => {
      c.tld.length = 0
    },
  ],
  [
    'one number of a pair',
    (c) => {
      c.latlng[1] = -c.latlng[1]
    },
  ],
  [
    'a part replaced',
    (c) => {
      c.idd = { root: '+0', suffixes: [c.cca3] }
    },
  ],
  [
    'many at once',
    (c) => {
      for (const [code, currency] of Object.entries(c.currencies)) c.currencies[`${code}.new`] = { ...currency }
      for (const names of Object.values(c.translations)) names.official = names.common
      c.demonyms = {}
      c.independent = null
      c.landlocked = !c.landlocked
    },
  ],
]
const editOf = (place: number) => edits[place % edits.length]![1]

const chunks = <A>(all: readonly A[], size: number): A[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))

async function atlas(kind: StoreKind) {
  const Country = countryModel(`${tablePrefix()}-countries`)
  const { unitOfWork, tables } = createEngine({ store: openStore(kind), models: [Country] })
  await tables.create()
  for (const some of chunks(world, 50)) {
    await unitOfWork.run('load', (work) => some.map((country) => work.create(Country, country)).length)
  }
  const readAll = () =>
    unitOfWork.run((work) =>
      work.getMany(
        Country,
        world.map(({ cca3 }) => ({ cca3 })),
      ),
    )
  return { Country, unitOfWork, readAll }
}

for (const kind of storeKinds) {
  test(`all 250 countries are read back as they were written (${kind})`, async () => {
    const { readAll } = await atlas(kind)
    const read = await readAll()
    assert.is(read.length, 250)
    for (const [place, country] of world.entries()) assert.equal(read[place], country, country.cca3)
  })

  test(`every country is edited, in one of ${edits.length} ways, and none but as it was asked (${kind})`, async () => {
    const { Country, unitOfWork, readAll } = await atlas(kind)
    const places = world.map((_, place) => place)
    for (const some of chunks(places, 60)) {
      await unitOfWork.run('edit', async (work) => {
        const found = await work.getMany(
          Country,
          some.map((place) => ({ cca3: world[place]!.cca3 })),
        )
        for (const [i, place] of some.entries()) work.change(found[i]!, editOf(place) as never)
      })
    }
    const read = await readAll()
    for (const [place, country] of world.entries()) {
      const expected = structuredClone(country)
      editOf(place)(expected)
      assert.equal(read[place], expected, `${country.cca3}: ${edits[place % edits.length]![0]}`)
    }
  })

  test(`all edits of one country, at once, each by a unit of work of its own (${kind})`, async () => {
    const { Country, unitOfWork } = await atlas(kind)
    const norway = world.find(({ cca3 }) => cca3 === 'NOR')!
    // Those that do not depend on each other's order.
    const apart = edits.filter(([name]) => !['many at once', 'entries moved', 'a nested text'].includes(name))
    await Promise.all(
      apart.map(([name, edit]) =>
        unitOfWork.run(name, async (work) => {
          work.change(await work.get(Country, { cca3: 'NOR' }), edit as never)
        }),
      ),
    )
    const expected = structuredClone(norway)
    for (const [, edit] of apart) edit(expected)
    assert.equal(await unitOfWork.run((work) => work.get(Country, { cca3: 'NOR' })), expected)
  })
}

test.run()

/**
 * Bad values as fields of records: refused before anything is sent, or read back as what was given.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fields, Thing, type World, world } from './calls.ts'
import { build, type Hostile, hostile } from './hostile.ts'
import { judged } from './judge.ts'
import { asStored } from './stored-form.ts'

const { BAD_INPUT_RUNS } = process.env
const numRuns = Number(BAD_INPUT_RUNS || 600)

type Write = (own: World, id: string, field: string, value: unknown) => Promise<unknown>

const ways: Readonly<Record<string, Write>> = {
  created: ({ engine }, id, field, value) =>
    engine.unitOfWork.run((work) => {
      const record = { id, n: 1, tags: new Set(), list: [] }
      Object.defineProperty(record, field, { value, enumerable: true })
      work.create(Thing, record as never)
    }),
  changed: ({ engine }, id, field, value) =>
    engine.unitOfWork.run(async (work) => {
      work.change(await work.get(Thing, { id }), (draft) => {
        ;(draft as Record<string, unknown>)[field] = value
      })
    }),
  'put into a map': ({ engine }, id, field, value) =>
    engine.unitOfWork.run(async (work) => {
      work.change(await work.get(Thing, { id }), (draft) => {
        draft.entries![field] = value
      })
    }),
  'pushed to a list': ({ engine }, id, _, value) =>
    engine.unitOfWork.run(async (work) => {
      work.change(await work.get(Thing, { id }), (draft) => {
        draft.list.push(value)
      })
    }),
  'appended blindly': ({ engine }, id, _, value) =>
    engine.unitOfWork.run((work) => work.blind(Thing, { id }, (blind) => blind.append('list', value as never))),
}

const own = (object: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined

/** Where to find what was written. */
const places: Readonly<Record<string, (record: Record<string, unknown>, field: string) => unknown>> = {
  created: own,
  changed: own,
  'put into a map': (record, field) => own(record['entries'] as Record<string, unknown>, field),
  'pushed to a list': (record) => (record['list'] as unknown[])[0],
  'appended blindly': (record) => (record['list'] as unknown[])[0],
}

async function check(way: string, field: string, wrong: Hostile): Promise<void> {
  const used = await world()
  const id = way === 'created' ? 'new' : 'a'
  const accepted = await judged(() => ways[way]!(used, id, field, build(wrong)), used, `${field} ${way}`)
  if (!accepted) return
  // What builds has no memory: a second one of the same kind is what the first was.
  const given = asStored(build(wrong))
  await used.engine.unitOfWork.run(async (work) => {
    const read = await work.get(Thing, { id: field === 'id' && way === 'created' ? (given as string) : id })
    const found = asStored(places[way]!(read as Record<string, unknown>, field))
    assert.ok(isDeepStrictEqual(found, given), `${field} ${way} was not read back as it was given`)
  })
}

for (const way of Object.keys(ways)) {
  test(`a bad value ${way} is refused, or read back as it was given`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), hostile, (field, wrong) => check(way, field, wrong)),
      { numRuns },
    )
  })
}

test.run()

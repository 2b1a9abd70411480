/** Stored items that do not fit their model, made records again. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Item } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import { storeKinds } from '../../support/stores.ts'
import { meanwhile, watchedStore } from '../../support/watched-store.ts'
import { people, refused, town } from '../records/town.ts'
import { hurried } from './world.ts'

const key = { town: 'Oslo', no: 1 }
const broken = {
  ...key,
  name: 'b',
  born: 'long ago',
  level: 7,
  scores: 'none',
  home: 'Main 1',
  tags: ['a'],
  other: { theirs: 1 },
}
const [, fields] = people(2)

/** As its owner would: what can be saved is. */
const mend = (stored: Readonly<Record<string, unknown>>) => ({
  ...fields!,
  level: stored['level'] as number,
  tags: new Set(stored['tags'] as string[]),
})

async function ruin(kind: 'memory' | 'dynamodb' = 'memory', item: Item = broken) {
  const { Person, store, foreign, end } = await town(kind)
  await foreign(item)
  const watched = watchedStore(store)
  const { unitOfWork, records } = createEngine({ store: watched, models: [Person], environment: hurried(9) })
  const stored = async () => (await store.read([{ table: Person.table, key }], { consistent: true }))[0]
  return { Person, unitOfWork, records, foreign, watched, stored, end }
}

for (const kind of storeKinds) {
  test(`an item that does not fit is repaired, and what is others' stays (${kind})`, async () => {
    const { Person, unitOfWork, stored, end } = await ruin(kind)
    await refused('INVALID_RECORD', /born: .*; home: /s, () => unitOfWork.run((work) => work.get(Person, key)))
    await unitOfWork.run(async (work) => {
      // Whoever meets it gets the same error, however often.
      await refused('INVALID_RECORD', /born/, () => work.get(Person, key))
      await refused('INVALID_RECORD', /born/, () => work.find(Person, key))
      const repaired = await work.repair(Person, key, mend)
      assert.is(repaired, await work.get(Person, key))
      work.change(repaired, (draft) => {
        draft.level += 1
      })
    })
    const person = await unitOfWork.run((work) => work.get(Person, key))
    assert.equal([person.level, person.tags, person.home], [8, new Set(['a']), { street: 'Main' }])
    const item = await stored()
    assert.equal([item?.['other'], item?.['_v']], [{ theirs: 1 }, 1])
    await end()
  })
}

test('a repair happens only if the item still is as it was seen', async () => {
  const { Person, unitOfWork, watched, foreign } = await ruin()
  const seen: unknown[] = []
  // Of what the repair does not replace, too.
  watched.twist(meanwhile(() => foreign({ ...broken, other: { theirs: 2 } })))
  await unitOfWork.run((work) =>
    work.repair(Person, key, (stored) => {
      seen.push(stored['other'])
      return mend(stored)
    }),
  )
  assert.equal(seen, [{ theirs: 1 }, { theirs: 2 }])
})

test('what somebody else repaired meanwhile is left as it is', async () => {
  const { Person, unitOfWork, watched, foreign, stored } = await ruin()
  let mended = 0
  watched.twist(meanwhile(() => foreign({ ...key, name: 'theirs', born: '2000-01-01T00:00:00.000Z' })))
  const person = await unitOfWork.run((work) =>
    work.repair(Person, key, (item) => {
      mended += 1
      return mend(item)
    }),
  )
  assert.equal([mended, person.name, (await stored())?.['name']], [1, 'theirs', 'theirs'])
})

test('a repair that was rolled back leaves the item as it was', async () => {
  const { Person, unitOfWork, stored } = await ruin()
  await unitOfWork
    .run(async (work) => {
      await work
        .run(async (sub) => {
          await sub.repair(Person, key, mend)
          throw new Error('no')
        })
        .catch(() => undefined)
      await refused('INVALID_RECORD', /born/, () => work.get(Person, key))
      await work.run((sub) => sub.repair(Person, key, mend))
      assert.is((await work.get(Person, key)).level, 7)
      throw new Error('neither')
    })
    .catch(() => undefined)
  assert.equal(await stored(), broken)
})

test('a repair that does not fit, or names another record, is refused', async () => {
  const { Person, unitOfWork } = await ruin()
  const repair =
    (mending: unknown, at: object = key) =>
    () =>
      unitOfWork.run((work) => work.repair(Person, at as typeof key, mending as typeof mend))
  await refused(
    'INVALID_RECORD',
    /born: expected Date/,
    repair((stored: object) => ({ ...stored, other: undefined })),
  )
  await refused(
    'INVALID_ARGUMENT',
    /fields with the key/,
    repair(() => ({ ...fields, no: 2 })),
  )
  await refused('INVALID_ARGUMENT', /a function/, repair(undefined))
  await refused('RECORD_NOT_FOUND', /no Person/, repair(mend, { town: 'Oslo', no: 5 }))
})

test('a bad item is deleted without a look at it', async () => {
  const { Person, unitOfWork, stored } = await ruin()
  await unitOfWork.run((work) => work.delete(Person, key))
  assert.is(await stored(), undefined)
})

test.run()

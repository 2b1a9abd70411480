/** Queries in units of work: they see what the unit of work did, join the identity map, and guard what they looked at. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { meanwhile, watchedStore } from '../../support/watched-store.ts'
import { people, refused, smallPages, town } from '../records/town.ts'
import { hurried } from './world.ts'

const key = { town: 'Oslo' }
const at = (no: number) => ({ town: 'Oslo', no })
const numbers = (records: readonly { readonly no: number }[]): number[] => records.map(({ no }) => no)

/** People in Oslo, an engine over a watched store, and somebody else's. */
async function oslo(kind: 'memory' | 'dynamodb' = 'memory', pageItems = 1000) {
  const { Person, store, records, end } = await town(kind)
  await records.putMany(Person, people(6))
  const watched = watchedStore(smallPages(store, pageItems).small)
  const engineOf = (over: typeof store) => createEngine({ store: over, models: [Person], environment: hurried() })
  return { Person, watched, end, unitOfWork: engineOf(watched).unitOfWork, others: engineOf(store).unitOfWork }
}

for (const kind of storeKinds) {
  test(`a query sees what its unit of work created, changed and deleted (${kind})`, async () => {
    const { Person, unitOfWork, end } = await oslo(kind, 2)
    await unitOfWork.run(async (work) => {
      const [first] = await work.query(Person, { key })
      assert.is(first, await work.get(Person, at(0)))
      work.delete(Person, at(1))
      work.delete(await work.get(Person, at(4)))
      work.create(Person, { ...people(1)[0]!, no: 2.5, name: 'b' })
      work.create(Person, { ...people(1)[0]!, no: 9, town: 'Bergen', job: 'smith' })
      work.change(await work.get(Person, at(3)), (draft) => {
        draft.job = 'baker'
        draft.level = 9
      })
      work.blind(Person, at(5), (blind) => blind.increment('level', 7))
      assert.equal(numbers(await work.query(Person, { key })), [0, 2, 2.5, 3, 5])
      assert.equal(numbers(await work.query(Person, { key, reverse: true, limit: 3 })), [5, 3, 2.5])
      assert.equal(numbers(await work.query(Person, { key, limit: 3 })), [0, 2, 2.5])
      assert.equal(numbers(await work.query(Person, { key: { ...key, no: { between: [1, 3] } } })), [2, 2.5, 3])
      const high = work.query(Person, { key, filter: (person, { atLeast }) => atLeast(person.level, 9) })
      assert.equal(numbers(await high), [3, 5])
      const bakers = await work.query(Person, { index: 'byJob', key: { job: 'baker' } })
      assert.equal(numbers(bakers), [0, 2.5, 3])
      assert.equal(numbers(await work.query(Person, { index: 'byLevel', key: { level: 9 } })), [3, 5])
      // Records of a partial index are whole ones here, and can be changed.
      const [two] = await work.query(Person, { index: 'byLevel', key: { level: 2 } })
      work.change(two!, (draft) => {
        draft.home.street = 'Side'
      })
      await work
        .run(async (sub) => {
          sub.delete(await sub.get(Person, at(0)))
          assert.equal(numbers(await sub.query(Person, { key, limit: 1 })), [2])
          throw new Error('rolled back')
        })
        .catch(() => undefined)
      assert.equal(numbers(await work.query(Person, { key, limit: 1 })), [0])
    })
    await unitOfWork.run(async (work) => {
      assert.equal(numbers(await work.query(Person, { key })), [0, 2, 2.5, 3, 5])
      assert.is((await work.get(Person, at(2))).home.street, 'Side')
    })
    await end()
  })
}

for (const kind of storeKinds) {
  test(`what lacks the field that an index is sorted by is not found by it, before the commit as after it (${kind})`, async () => {
    // It was found by the unit of work that had made it so, and took the place of a record that is in the index.
    const Task = defineModel({
      name: 'Task',
      table: `${tablePrefix()}-tasks`,
      key: { partition: 'who', sort: 'no' },
      schema: t.intersection([t.type({ who: t.string, no: t.number }), t.partial({ due: t.number, room: t.string })]),
      indexes: {
        byDue: { partition: 'who', sort: 'due', kind: 'local' },
        everywhere: { partition: 'who', sort: 'due' },
        byRoom: {
          partition: { attribute: 'of', template: 'P#${who}' },
          sort: { attribute: 'place', template: '${room}#${no}' },
        },
      },
    })
    const { unitOfWork, tables } = createEngine({ store: openStore(kind), models: [Task] })
    await tables.create()
    const inIndexes = async (work: UnitOfWork) => {
      const found = (['byDue', 'everywhere', 'byRoom'] as const).flatMap((index) =>
        [undefined, 1].map((limit) => work.query(Task, { index, key: { who: 'ann' }, limit })),
      )
      return (await Promise.all(found)).map(numbers)
    }
    const task = { who: 'ann', due: 5, room: 'attic' }
    await unitOfWork.run((work) => {
      for (const no of [1, 2, 3]) work.create(Task, { ...task, no })
    })
    const expected = [[2], [2], [2], [2], [2], [2]]
    await unitOfWork.run(async (work) => {
      work.create(Task, { who: 'ann', no: 0 })
      for (const no of [1, 3]) {
        work.change(await work.get(Task, { who: 'ann', no }), (draft) => {
          delete draft.due
          delete draft.room
        })
      }
      assert.equal(await inIndexes(work), expected)
      assert.equal(numbers(await work.query(Task, { key: { who: 'ann' } })), [0, 1, 2, 3])
    })
    assert.equal(await unitOfWork.run(inIndexes), expected)
  })
}

test('what a record was found by is guarded, and nothing else of it', async () => {
  const { Person, watched, unitOfWork, others } = await oslo()
  const runsWhen = async (change: (draft: { level: number; job?: string; log: string[] }) => void) => {
    let runs = 0
    watched.twist(meanwhile(() => others.run(async (work) => void work.change(await work.get(Person, at(4)), change))))
    await unitOfWork.run(async (work) => {
      runs += 1
      const bakers = await work.query(Person, { index: 'byJob', key: { job: 'baker' } })
      work.blind(Person, at(5), (blind) => blind.increment('level', bakers.length))
    })
    return runs
  }
  assert.is(
    await runsWhen((draft) => {
      draft.log.push('slept')
    }),
    1,
  )
  assert.is(
    await runsWhen((draft) => {
      draft.job = 'smith'
    }),
    2,
  )
})

test('that a record found exists is guarded', async () => {
  const { Person, watched, unitOfWork, others } = await oslo()
  let runs = 0
  watched.twist(meanwhile(() => others.run((work) => work.delete(Person, at(4)))))
  await unitOfWork.run(async (work) => {
    runs += 1
    const all = await work.query(Person, { key })
    work.create(Person, { ...people(1)[0]!, no: 100 + all.length })
  })
  assert.is(runs, 2)
  await others.run(async (work) => assert.ok(await work.find(Person, at(105))))
})

test('an index that is behind does not bring back what was', async () => {
  const { Person, unitOfWork, others, watched } = await oslo()
  const { items } = await watched.query({
    table: Person.table,
    index: 'byJob',
    partition: { attribute: 'job', value: 'baker' },
    consistent: false,
    reverse: false,
  })
  await others.run(async (work) => {
    work.delete(await work.get(Person, at(0)))
    work.change(await work.get(Person, at(4)), (draft) => {
      draft.job = 'smith'
    })
  })
  watched.query = async () => ({ items, count: items.length, next: undefined })
  await unitOfWork.run(async (work) => {
    assert.equal(await work.query(Person, { index: 'byJob', key: { job: 'baker' } }), [])
  })
})

test('what the model does not have is refused', async () => {
  const { Person, unitOfWork } = await oslo()
  const bad = (options: unknown, message: RegExp) =>
    refused('INVALID_ARGUMENT', message, () => unitOfWork.run((work) => work.query(Person, options as never)))
  await bad(undefined, /options to be an object/)
  await bad({ key: {} }, /key\.town/)
  await bad({ key, index: 'byTown' }, /index to be one of/)
  await bad({ key, select: ['no'] }, /options to be named/)
  await bad({ key, limit: 1.5 }, /limit to be/)
})

test.run()

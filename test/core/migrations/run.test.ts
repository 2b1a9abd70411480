import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import type { MigrationReport } from '../../../core/migrations/migration-report.ts'
import { progressBar } from '../../../core/migrations/progress-bar.ts'
import { migrationsFrom } from '../../../core/model/migrations.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { Note, Observer } from '../../../core/observation/observer.ts'
import type { Store } from '../../../core/store/store.ts'
import { newDirectory, removeDirectories } from '../../adapters/level/directory.ts'
import { openStore, type StoreKind, storeKinds } from '../../support/stores.ts'
import { lostAfter, meanwhile, times, watchedStore } from '../../support/watched-store.ts'
import { failsWith, hurried } from '../unit-of-work/world.ts'
import { annV1, annV3, type Town, town } from './town.ts'

const kinds: readonly (StoreKind | 'level')[] = [...storeKinds, 'level']
const open = (kind: (typeof kinds)[number]): Store =>
  kind === 'level' ? levelStore({ path: newDirectory() }) : openStore(kind)

const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`)

async function people({ given }: Town, count: number): Promise<void> {
  await Promise.all(ids(count).map((id) => given({ ...annV1, id })))
}

async function versions({ stored }: Town, count: number): Promise<unknown[]> {
  const items = await Promise.all(ids(count).map(stored))
  return [...new Set(items.map((item) => item!['_m']))]
}

test.after(removeDirectories)

for (const kind of kinds) {
  test(`a whole table is migrated, and found migrated the second time (${kind})`, async () => {
    const here = await town(open(kind))
    const { Three, migrations, watched } = here
    await people(here, 30)
    const first = await migrations.run(Three)
    assert.equal(
      [first.to, first.scanned, first.migrated, first.untouched, first.failed, first.segmentsDone],
      [3, 30, 30, 0, 0, 4],
    )
    assert.equal(await versions(here, 30), [3])
    assert.is((await here.stored('p3'))!['_v'], 1)
    watched.forget()
    const second = await migrations.run(Three, { segments: 2 })
    assert.equal([second.scanned, second.migrated, second.untouched], [30, 0, 30])
    const written = watched.commits.flatMap(({ plan }) => plan.actions).filter(({ table }) => table === here.table)
    assert.equal(written, [])
    assert.equal((await migrations.status(Three)).lastRun, { ...second, failures: [] })
    await here.leave()
  })

  // It was given its version twice, which the store refused.
  test(`an item that says no version and fits none is repaired (${kind})`, async () => {
    const here = await town(open(kind))
    await here.given({ id: 'ann', name: 5 })
    await here.unitOfWork.run((work) => work.repair(here.Three, { id: 'ann' }, () => annV3))
    assert.equal(await here.unitOfWork.run((work) => work.get(here.Three, { id: 'ann' })), annV3)
    assert.is((await here.stored('ann'))!['_m'], 3)
    await here.leave()
  })

  test(`a run over a table is told of with its counts; a dry one is not (${kind})`, async () => {
    const here = await town(open(kind))
    await people(here, 5)
    const notes: Note[] = []
    const telemetry: Observer = { note: (note) => void (note.kind === 'migrated' && notes.push(note)) }
    const { migrations } = createEngine({
      store: here.store,
      models: [here.Three],
      journalTable: here.journal,
      telemetry,
    })
    await migrations.run(here.Three, { dryRun: true })
    await migrations.run(here.Three)
    const counts = { scanned: 5, migrated: 5, untouched: 0, failed: 0 }
    assert.equal(notes, [{ kind: 'migrated', model: here.Three.name, to: 3, ...counts }])
    await here.leave()
  })

  test(`a dry run writes nothing and tells what would fail (${kind})`, async () => {
    const here = await town(open(kind))
    const { Three, migrations, given, watched } = here
    await people(here, 5)
    await given({ id: 'bad', name: 5 })
    await given({ id: 'newer', _m: 9 })
    const report = await migrations.run(Three, { dryRun: true })
    assert.is(watched.commits.length, 0)
    assert.equal([report.dryRun, report.scanned, report.migrated, report.failed], [true, 7, 5, 2])
    const codes = new Map(report.failures.map(({ key, error }) => [key['id'], error.code]))
    assert.equal([codes.get('bad'), codes.get('newer')], ['INVALID_RECORD', 'UNKNOWN_SCHEMA_VERSION'])
    assert.is((await migrations.status(Three)).lastRun, undefined)

    const run = await migrations.run(Three)
    assert.equal([run.migrated, run.failed, run.failures.length], [5, 2, 2])
    assert.equal(await here.stored('bad'), { id: 'bad', name: 5 })
    await here.leave()
  })

  test(`what a rollback needs: back to the first form, read by code that knows no other (${kind})`, async () => {
    const here = await town(open(kind))
    const { One, Two, Three, migrations, oldest, older } = here
    await people(here, 6)
    await migrations.run(Three)
    assert.is((await migrations.run(Three, { to: 2 })).migrated, 6)
    const two = await older.unitOfWork.run((work) => work.get(Two, { id: 'p1' }))
    assert.equal(two, { id: 'p1', name: { first: 'Ann', last: 'Lee' }, born: '1990-05-01', coins: 0 })
    await migrations.run(Three, { to: 1 })
    const one = await oldest.unitOfWork.run((work) => work.get(One, { id: 'p1' }))
    assert.equal(one, { id: 'p1', name: 'Ann Lee', born: '1990-05-01', coins: 0 })
    assert.equal(await versions(here, 6), [1])
    await here.leave()
  })
}

test('an item that somebody changes or deletes at the same time is left as they made it', async () => {
  const here = await town(openStore('memory'))
  const { Three, migrations, others, stored, watched } = here
  await people(here, 2)
  watched.twist(
    // The note of the beginning, then the first record.
    (_, apply) => apply(),
    meanwhile(() =>
      others.unitOfWork.run(async (work) => {
        work.change(await work.get(Three, { id: 'p0' }), (draft) => {
          draft.coins = 50
        })
        work.delete(Three, { id: 'p1' })
      }),
    ),
  )
  const report = await migrations.run(Three, { segments: 1 })
  assert.equal([report.scanned, report.migrated, report.untouched], [2, 0, 2])
  assert.is((await stored('p0'))!['coins'], 50)
  assert.is(await stored('p1'), undefined)
})

test('code that is older may go on changing records: they are migrated as it left them', async () => {
  const here = await town(openStore('memory'))
  const { One, Three, migrations, oldest, stored, watched } = here
  await people(here, 1)
  watched.twist(
    (_, apply) => apply(),
    meanwhile(() =>
      oldest.unitOfWork.run(async (work) => {
        work.change(await work.get(One, { id: 'p0' }), (draft) => {
          draft.coins = 8
        })
      }),
    ),
  )
  const report = await migrations.run(Three, { segments: 1 })
  assert.is(report.migrated, 1)
  assert.equal([(await stored('p0'))!['coins'], (await stored('p0'))!['_v']], [8, 2])
})

test('a lost answer migrates nothing twice', async () => {
  const here = await town(openStore('memory'))
  await people(here, 3)
  here.watched.twist(...times(6, lostAfter))
  assert.is((await here.migrations.run(here.Three)).migrated, 3)
  for (const id of ids(3)) assert.is((await here.stored(id))!['_v'], 1)
})

test('an answer that is lost for good does not end a run: the item tells whether it was migrated', async () => {
  // Of records without history nothing else does, and the run ended with UNKNOWN_OUTCOME.
  const store = memoryStore()
  const base = { name: 'Person', table: 'people', key: { partition: 'id' }, history: false } as const
  const One = t.type({ id: t.string })
  const Two = t.type({ id: t.string, coins: t.number })
  const Old = defineModel({ ...base, schema: One })
  const New = defineModel({
    ...base,
    schema: Two,
    migrations: migrationsFrom(One).to(Two, {
      up: (person) => ({ ...person, coins: 5 }),
      down: ({ id }) => ({ id }),
    }),
  })
  const watched = watchedStore(store)
  const { unitOfWork } = createEngine({ store, models: [Old], environment: hurried(77) })
  await unitOfWork.run((work) => void ids(6).map((id) => work.create(Old, { id })))
  const { migrations, records } = createEngine({ store: watched, models: [New], environment: hurried(78) })
  let isLost = false
  watched.twist(
    ...times(40, (plan, apply) => {
      isLost = !isLost && plan.actions.some(({ table }) => table === 'people')
      return isLost ? lostAfter(plan, apply) : apply()
    }),
  )
  const { migrated, untouched, failed } = await migrations.run(New, { segments: 1 })
  assert.equal([migrated, untouched, failed], [6, 0, 0])
  assert.is(await records.scan(New, { filter: (person, { equal }) => equal(person.coins, 5) }).count(), 6)
})

test('an onProgress that rejects ends the run as one that throws does', async () => {
  const here = await town(openStore('memory'))
  await people(here, 3)
  const broken = new Error('no screen')
  const onProgress = async () => {
    throw broken
  }
  const thrown = await here.migrations.run(here.Three, { onProgress }).catch((error) => error)
  assert.is(thrown, broken)
})

test('a run goes on where it was stopped', async () => {
  const here = await town(openStore('memory'))
  const { Three, migrations, watched } = here
  await people(here, 450)
  const stop = new AbortController()
  const seen: MigrationReport[] = []
  await failsWith(
    migrations.run(Three, {
      segments: 2,
      signal: stop.signal,
      onProgress: (report) => {
        seen.push(report)
        if (seen.length === 2) stop.abort()
      },
    }),
    'ABORTED',
  )
  const before = (await migrations.status(Three)).lastRun!
  assert.ok(before.scanned >= 100 && before.scanned < 450, String(before.scanned))
  watched.forget()
  await failsWith(migrations.run(Three, { resume: true, segments: 3 }), 'INVALID_ARGUMENT')
  const after = await migrations.run(Three, { resume: true })
  assert.equal([after.scanned, after.segments, after.segmentsDone], [450, 2, 2])
  const written = watched.commits.flatMap(({ plan }) => plan.actions).filter(({ table }) => table === here.table)
  assert.ok(written.length <= 450 - before.migrated, `${written.length} ${before.migrated}`)
  assert.equal(await versions(here, 450), [3])
  // What is finished has nothing left to go on with; a new run begins anew.
  assert.equal(await migrations.run(Three, { resume: true }), { ...after, failures: [] })
  assert.is((await migrations.run(Three)).untouched, 450)
})

test('what an earlier run had finished is nothing to go on with', async () => {
  const here = await town(openStore('memory'))
  const { Three, migrations } = here
  await migrations.run(Three)
  await people(here, 5)
  await failsWith(migrations.run(Three, { signal: AbortSignal.abort() }), 'ABORTED')
  assert.is((await migrations.run(Three, { resume: true })).migrated, 5)
})

test('other models of the table are not touched', async () => {
  const here = await town(openStore('memory'))
  const Old = t.type({ id: t.string, n: t.number })
  const New = t.type({ id: t.string, m: t.number })
  const Counted = defineModel({
    name: 'Counted',
    table: here.table,
    key: { partition: 'id' },
    type: { attribute: 'kind', value: 'C' },
    schema: New,
    migrations: migrationsFrom(Old).to(New, { up: ({ id, n }) => ({ id, m: n }) }),
  })
  await here.given({ id: 'a', kind: 'C', n: 1 })
  await here.given({ id: 'b', kind: 'D', n: 1 })
  await here.given({ id: 'c', n: 1 })
  const engine = createEngine({ store: here.store, models: [Counted], journalTable: here.journal })
  const report = await engine.migrations.run(Counted)
  assert.equal([report.scanned, report.migrated, report.failed], [1, 1, 0])
  assert.equal((await here.stored('a'))!['m'], 1)
  assert.equal(await here.stored('b'), { id: 'b', kind: 'D', n: 1 })
  assert.equal(await here.stored('c'), { id: 'c', n: 1 })
})

test('no more records a second than wanted', async () => {
  const here = await town(openStore('memory'))
  const waited: number[] = []
  const environment = {
    ...hurried(7),
    now: () => 0,
    sleep: async (milliseconds: number) => void waited.push(Math.round(milliseconds)),
  }
  await people(here, 5)
  const engine = createEngine({ store: here.store, models: [here.Three], journalTable: here.journal, environment })
  await engine.migrations.run(here.Three, { segments: 1, rate: 10 })
  assert.equal(waited, [100, 200, 300, 400])
})

test('a clock that is set back does not stop a run', async () => {
  // The next turn stayed where it had been, an hour away.
  const here = await town(openStore('memory'))
  let clock = 3_600_000
  const waited: number[] = []
  const environment = {
    ...hurried(7),
    now: () => clock,
    async sleep(milliseconds: number) {
      waited.push(Math.round(milliseconds))
      clock = waited.length === 2 ? 0 : clock + milliseconds
    },
  }
  await people(here, 5)
  const engine = createEngine({ store: here.store, models: [here.Three], journalTable: here.journal, environment })
  await engine.migrations.run(here.Three, { segments: 1, rate: 10 })
  assert.is(waited.length, 4)
  assert.ok(Math.max(...waited) <= 400, `waited ${waited} ms`)
})

test('what makes no sense is refused before anything is sent', async () => {
  const here = await town(openStore('memory'))
  const { One, Three, migrations, oldest, watched } = here
  const bad = [{ to: 4 }, { to: 0 }, { segments: 0 }, { segments: 1.5 }, { rate: 0 }, { resume: 1 }, { dryrun: true }]
  for (const options of [...bad, { dryRun: true, resume: true }, { onProgress: 5 }, { signal: {} }, null, 5]) {
    await failsWith(migrations.run(Three, options as never), 'INVALID_ARGUMENT')
  }
  await failsWith(migrations.run(One), 'INVALID_ARGUMENT')
  await failsWith(oldest.migrations.run(One), 'INVALID_ARGUMENT')
  assert.is(watched.commits.length, 0)
})

test('the bar is one line on a terminal, and nothing elsewhere', () => {
  const written: string[] = []
  const write = (text: string) => written.push(text)
  const report: MigrationReport = {
    ...{ model: 'Person', to: 3, dryRun: false, scanned: 1234, migrated: 1200, untouched: 32, failed: 2 },
    ...{ failures: [], segments: 4, segmentsDone: 1 },
  }
  progressBar({ write })(report)
  assert.equal(written, [])
  const bar = progressBar({ isTTY: true, write })
  bar(report)
  bar({ ...report, segmentsDone: 4, failed: 0 })
  assert.equal(written, [
    '\r\u001b[KPerson → 3 █████░░░░░░░░░░░░░░░ 1,200 of 1,234 migrated, 2 failed',
    '\r\u001b[KPerson → 3 ████████████████████ 1,200 of 1,234 migrated\n',
  ])
})

test.run()

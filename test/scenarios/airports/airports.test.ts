import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import type { MigrationReport } from '../../../core/migrations/migration-report.ts'
import { newDirectory, removeDirectories } from '../../adapters/level/directory.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { airportModels, assertMigrated, engineOf, type Field, load, rows, visitors } from './airports.ts'

const program = fileURLToPath(new URL('./worker.ts', import.meta.url))
const WORKERS = 16

test.after(removeDirectories)

for (const kind of storeKinds) {
  const airports = kind === 'memory' ? rows : rows.slice(0, 300)

  test(`${airports.length} airports are migrated while ${WORKERS} workers keep changing them (${kind})`, async () => {
    const field: Field = { store: openStore(kind), prefix: tablePrefix(), airports }
    await load(field)
    const { Airport, migrations } = engineOf(field)
    const visits = new Map<number, number>()
    let isDone = false
    const visiting = visitors(
      field,
      WORKERS,
      () => !isDone,
      (id) => visits.set(id, (visits.get(id) ?? 0) + 1),
    )
    const report = await migrations.run(Airport, { segments: 4 })
    isDone = true
    await visiting
    assert.equal([report.scanned, report.failed, report.failures], [airports.length, 0, []])
    for (const [id, stored] of await assertMigrated(field)) assert.is(stored, visits.get(id) ?? 0)
    const { table } = airportModels(field.prefix).Airport
    await Promise.all([table, `${field.prefix}-journal`].map((each) => field.store.deleteTable(each)))
  })
}

test(`${rows.length} airports are migrated on LevelDB in spite of two kills, beside ${WORKERS} workers`, async () => {
  const path = newDirectory()
  const loading = levelStore({ path })
  await load({ store: loading, prefix: 'a', airports: rows })
  await loading.close()

  const visits = new Map<number, number>()
  /** Runs the program and kills it when it has looked at so many airports; the report where it came to its end. */
  const run = async (resume: boolean, killAt: number): Promise<MigrationReport | undefined> => {
    const child = spawn(
      process.execPath,
      [...process.execArgv, '--import', 'tsx', program, path, resume ? 'resume' : ''],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let rest = ''
    let report: MigrationReport | undefined
    child.stdout.on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        if (line.startsWith('{')) report = JSON.parse(line) as MigrationReport
        const [what, number] = line.split(' ')
        if (what === 'v') visits.set(Number(number), (visits.get(Number(number)) ?? 0) + 1)
        if (what === 'p' && Number(number) >= killAt) child.kill('SIGKILL')
      }
    })
    await once(child, 'close')
    return report
  }

  assert.is(await run(false, 2000), undefined)
  assert.is(await run(true, 4500), undefined)
  const report = await run(true, Number.POSITIVE_INFINITY)
  // Counted over all three runs, and nothing twice.
  assert.equal([report?.scanned, report?.failed, report?.segments], [rows.length, 0, 8])
  const store = levelStore({ path })
  const stored = await assertMigrated({ store, prefix: 'a', airports: rows })
  await store.close()
  let untold = 0
  for (const [id, count] of stored) {
    const told = visits.get(id) ?? 0
    assert.ok(count >= told, `${id}: ${count} visits, ${told} told`)
    untold += count - told
  }
  // Stored just before a kill and not told any more, by each worker at most one.
  assert.ok(untold <= 2 * WORKERS, `${untold} visits that nobody told of`)
})

test.run()

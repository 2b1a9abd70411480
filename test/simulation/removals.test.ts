/**
 * Positive controls: a simulation that finds nothing only counts because it finds what is wrong. Each safety condition is
 * removed in turn and must be noticed within a bounded number of runs; the table tells by what, and how soon.
 */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { removals } from './removals.ts'
import { gaps, simulations } from './simulations.ts'
import { Violation } from './verdict.ts'

const MOST_RUNS = 600
/** Gaps are narrower: with one seed the first bad run was the 6,896th. */
const MOST_GAP_RUNS = 15_000
const seed = Number(process.env['SIM_SEED'] ?? 20_300_101)
const table: string[] = []

/** By what the first bad run was noticed; undefined where none was. */
async function noticed(
  property: fc.IAsyncProperty<unknown>,
  mostRuns = MOST_RUNS,
): Promise<{ by: string; runs: number } | undefined> {
  const { failed, numRuns, errorInstance } = await fc.check(property, {
    numRuns: mostRuns,
    seed,
    endOnFailure: true,
  })
  if (!failed) return undefined
  // Also a run that ends in an error of another kind, such as one that never ends, is noticed by that.
  return { by: errorInstance instanceof Violation ? errorInstance.kind : String(errorInstance), runs: numRuns }
}

for (const [name, { noticedBy, sabotage }] of Object.entries(removals)) {
  test(`removed: ${name}`, async () => {
    const found = await noticed(simulations[noticedBy](sabotage) as fc.IAsyncProperty<unknown>)
    assert.ok(found, `${noticedBy} did not notice within ${MOST_RUNS} runs`)
    table.push(`  ${name.padEnd(50)} ${noticedBy.padEnd(12)} ${found.by.padEnd(20)} ${found.runs}`)
  })
}

for (const [name, gap] of Object.entries(gaps)) {
  test(`known gap: ${name}`, async () => {
    const found = await noticed(gap() as fc.IAsyncProperty<unknown>, MOST_GAP_RUNS)
    assert.ok(found, 'it holds by now: move it to the simulations')
    table.push(`  known gap: ${name.padEnd(52)} ${found.by.padEnd(20)} ${found.runs}`)
  })
}

test('the table of removals', () => {
  console.log(`\n  ${'removed'.padEnd(50)} ${'caught in'.padEnd(12)} ${'by'.padEnd(20)} after runs`)
  for (const line of table) console.log(line)
  assert.ok(table.length > 0)
})

test.run()

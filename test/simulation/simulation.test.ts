/**
 * Simulated runs: processes with engines of their own over one adverse store, in orders that a seed determines. Nothing
 * they see may contradict the guarantees. `SIM_RUNS` and `SIM_SEED` make it longer, or repeat it.
 */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { removals } from './removals.ts'
import { simulations } from './simulations.ts'

const runs = Number(process.env['SIM_RUNS'] ?? 200)
const seed = Number(process.env['SIM_SEED'] ?? 20_300_101)

for (const [name, simulation] of Object.entries(simulations)) {
  test(`${name}: ${runs} schedules`, async () => {
    const started = Date.now()
    await fc.assert(simulation() as fc.IAsyncProperty<unknown>, { numRuns: runs, seed, includeErrorInReport: true })
    const seconds = (Date.now() - started) / 1000
    console.log(`  ${name}: ${runs} schedules in ${seconds.toFixed(1)} s (SIM_SEED=${seed})`)
  })
}

test('the same seed gives the same run, to the last request', async () => {
  const bad = () =>
    fc.check(simulations['list-append'](removals['value guards of all paths']!.sabotage), { seed, numRuns: 100 })
  const [first, second] = [await bad(), await bad()]
  assert.ok(first.failed)
  assert.is(fc.stringify(second.counterexample), fc.stringify(first.counterexample))
  assert.is(String(second.errorInstance), String(first.errorInstance))
})

test.run()

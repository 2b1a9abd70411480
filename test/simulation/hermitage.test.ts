/** Which anomalies show at which guard: as `docs/anomalies.md` says, row by row. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../adapters/memory/index.ts'
import { all } from '../../core/expression/condition.ts'
import type { Store } from '../../core/store/store.ts'
import { anomalies, columns, stage } from './anomalies.ts'

const page = readFileSync(new URL('../../docs/anomalies.md', import.meta.url), 'utf8')
/** Name and outcomes of each row, without head and rule. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
const documented = new Map(rows.map(([, name = '', ...outcomes]) => [name, outcomes.slice(0, columns.length)]))

test('the page has every anomaly and no other', () => {
  assert.equal([...documented.keys()], Object.keys(anomalies))
})

for (const [name, anomaly] of Object.entries(anomalies)) {
  test(`${name}: as documented`, async () => {
    const outcomes = await Promise.all(
      columns.map(async (column) => ((await anomaly(await stage(column))) ? 'possible' : 'prevented')),
    )
    assert.equal(outcomes, documented.get(name))
  })
}

/** Without them the scripts would prove nothing: they must find what is there to be found. */
test('a store that ignores conditions lets through what only conditions prevent', async () => {
  const found: string[] = []
  for (const [name, anomaly] of Object.entries(anomalies)) {
    const store = memoryStore()
    const blind: Store['commit'] = ({ id, actions }, options) =>
      store.commit({ id, actions: actions.map((action) => ({ ...action, condition: all([]) })) }, options)
    if (await anomaly(await stage('reads', { ...store, commit: blind }))) found.push(name)
  }
  assert.equal(found, [
    'P4 lost update',
    'G-single read skew, read only',
    'G-single read skew, with a write',
    'G2-item write skew',
    'G2 phantom write skew',
  ])
})

test.run()

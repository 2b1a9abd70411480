import { test } from 'uvu'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { pacedStore } from '../../../core/scheduler/paced-store.ts'
import { storeConformance } from '../../conformance/index.ts'

const capacity = { tables: {} }

for (const { name, run } of storeConformance(
  'paced',
  () => pacedStore(memoryStore({ adversity: { seed: 1, capacity } })),
  {
    knownGaps: {},
  },
)) {
  test(name, run)
}

test.run()

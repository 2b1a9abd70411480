/** A store that is made of the package's exports alone, as somebody else would make one, is a store. */
import { test } from 'uvu'
import { mapStore } from '../../docs/examples/map-store.ts'
import { storeConformance } from '../conformance/index.ts'

for (const { name, run } of storeConformance('map store', mapStore, { lacks: ['changes'] })) test(name, run)

test.run()

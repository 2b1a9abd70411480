import { test } from 'uvu'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { storeConformance } from '../../conformance/index.ts'

for (const { name, run } of storeConformance('memory', memoryStore)) test(name, run)

test.run()

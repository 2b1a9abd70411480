import { test } from 'uvu'
import { levelStore } from '../../../adapters/level/index.ts'
import { storeConformance } from '../../conformance/index.ts'
import { newDirectory, removeDirectories } from './directory.ts'

for (const { name, run } of storeConformance('level', () => levelStore({ path: newDirectory() }))) test(name, run)

test.after(removeDirectories)

test.run()

import { test } from 'uvu'
import { levelStore } from '../../../adapters/level/index.ts'
import { storeConformance } from '../../conformance/index.ts'
import { newDirectory, removeDirectories } from './directory.ts'

for (const { name, run } of storeConformance('level', () => levelStore({ path: newDirectory() }))) test(name, run)

const silent = () => levelStore({ path: newDirectory(), changeLog: false })
for (const { name, run } of storeConformance('level without a log', silent, { lacks: ['changes'] })) {
  if (name.includes('changes:')) test(name, run)
}

test.after(removeDirectories)

test.run()

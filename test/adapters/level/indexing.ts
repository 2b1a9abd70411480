/**
 * A program to be killed: adds an index to a table and removes it, again and again, and says so after each.
 *
 * @module
 */
import { levelStore } from '../../../adapters/level/index.ts'
import type { IndexDefinition } from '../../../core/store/table-definition.ts'

export const byTeam: IndexDefinition = {
  name: 'byTeam',
  kind: 'global',
  partition: { name: 'team', type: 'S' },
  projection: 'all',
}

const [path] = process.argv.slice(2)
if (path !== undefined && import.meta.url === `file://${process.argv[1]}`) {
  const store = levelStore({ path })
  for (;;) {
    await store.updateTable({ table: 'players', kind: 'add-index', index: byTeam })
    console.log('added')
    await store.updateTable({ table: 'players', kind: 'remove-index', index: 'byTeam' })
    console.log('removed')
  }
}

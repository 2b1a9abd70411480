/**
 * A program that follows the changes of a table until it is killed. It prints a line for each page: what it was told, and
 * the token. On LevelDB, which is one process's, it makes the changes as well.
 *
 * `node --import tsx consumer.ts '{ "table": …, "from": …, "store": … }'`
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { levelStore } from '../../adapters/level/index.ts'
import { all } from '../../core/expression/condition.ts'
import { increment } from '../../core/expression/update.ts'
import type { Store } from '../../core/store/store.ts'
import { localClient, localStreams } from '../support/dynamodb-local.ts'

export interface Orders {
  readonly table: string
  readonly from: string
  readonly store: { readonly endpoint: string } | { readonly path: string }
}

/** One page: items with their number after the change, and where to go on. */
export interface Line {
  readonly told: readonly (readonly [id: string, n: number])[]
  readonly token: string
}

const ITEMS = 5

/** Counts up items of the table, two at a time, for ever or as often as told. */
export async function countUp(store: Store, table: string, times = Number.POSITIVE_INFINITY): Promise<void> {
  const raise = (n: number) => {
    const key = { id: `item ${n % ITEMS}` }
    return { kind: 'update', table, key, update: [increment(['n'], 1)], condition: all([]) } as const
  }
  for (let i = 0; i < times; i++) {
    const outcome = await store.commit({ id: randomUUID(), actions: [raise(i), raise(i + 1 + (i % (ITEMS - 1)))] })
    if (outcome.kind !== 'committed') throw new Error(`Expected a commit, got ${outcome.kind}`)
  }
}

const [, program, orders] = process.argv
if (program === fileURLToPath(import.meta.url) && orders !== undefined) {
  const { table, from, store: where } = JSON.parse(orders) as Orders
  const store =
    'path' in where
      ? levelStore(where)
      : dynamodbStore({ client: localClient(where.endpoint), streams: localStreams(where.endpoint) })
  if ('path' in where) void countUp(store, table)
  for await (const { changes, token } of store.changes({ tables: [table], from })) {
    const told = changes.map(({ key, after }) => [key['id'], after?.['n']])
    // Synchronous: what was said before the kill was handled, and nothing else was.
    writeSync(1, `${JSON.stringify({ told, token })}\n`)
  }
}

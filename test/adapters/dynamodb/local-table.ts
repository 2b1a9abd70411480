/**
 * One table on DynamoDB Local for the tests of one file; without Java 17 they are skipped.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Test } from 'uvu'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import type { Item, ItemKey } from '../../../core/data/item.ts'
import { all, type Condition } from '../../../core/expression/condition.ts'
import type { Update } from '../../../core/expression/update.ts'
import type { Store } from '../../../core/store/store.ts'
import type { TableDefinition } from '../../../core/store/table-definition.ts'
import type { WriteAction, WritePlan } from '../../../core/store/write-plan.ts'
import { dynamodbLocal } from '../../support/dynamodb-local.ts'

export interface LocalTable {
  readonly table: string
  readonly endpoint: string
  readonly client: DynamoDBClient
  readonly store: Store
}

type OnLocal = (name: string, body: (local: LocalTable) => Promise<void>) => void

const idOnly: Omit<TableDefinition, 'table'> = { partition: { name: 'id', type: 'S' }, indexes: [] }

/** `test`, with the file's own fresh table for its bodies; skips where DynamoDB Local cannot run. */
export async function onLocal(test: Test, keys: Omit<TableDefinition, 'table'> = idOnly): Promise<OnLocal> {
  const local = await dynamodbLocal()
  if (!local) return (name) => test.skip(name)
  const client = local.client()
  const store = dynamodbStore({ client })
  const table = `test-${randomUUID()}`
  test.before(() => store.createTable({ table, ...keys }))
  test.after(() => store.deleteTable(table))
  return (name, body) => test(name, () => body({ table, endpoint: local.endpoint, client, store }))
}

const anything = all([])

export const put = (
  table: string,
  item: Item & { readonly id: string },
  condition: Condition = anything,
): WriteAction => ({
  kind: 'put',
  table,
  key: { id: item.id },
  item,
  condition,
})

export const update = (table: string, id: string, actions: Update, condition: Condition = anything): WriteAction => ({
  kind: 'update',
  table,
  key: { id },
  update: actions,
  condition,
})

export const remove = (table: string, id: string, condition: Condition = anything): WriteAction => ({
  kind: 'delete',
  table,
  key: { id },
  condition,
})

export const check = (table: string, id: string, condition: Condition): WriteAction => ({
  kind: 'check',
  table,
  key: { id },
  condition,
})

/** A plan under a new id. */
export const plan = (...actions: readonly WriteAction[]): WritePlan => ({ id: randomUUID(), actions })

export const read = async ({ store, table }: LocalTable, ...ids: readonly string[]): Promise<(Item | undefined)[]> => [
  ...(await store.read(
    ids.map((id) => ({ table, key: { id } satisfies ItemKey })),
    { consistent: true },
  )),
]

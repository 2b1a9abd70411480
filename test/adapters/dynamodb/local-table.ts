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

/** A plan under a new id. */
export const plan = (...actions: readonly WriteAction[]): WritePlan => ({ id: randomUUID(), actions })

export const read = async ({ store, table }: LocalTable, ...ids: readonly string[]): Promise<(Item | undefined)[]> => [
  ...(await store.read(
    ids.map((id) => ({ table, key: { id } satisfies ItemKey })),
    { consistent: true },
  )),
]

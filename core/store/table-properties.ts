/**
 * A table in the words of DynamoDB's API, which are CloudFormation's too: what a request to create it says, as data.
 *
 * @module
 */
import { projectedNames } from './change-table.ts'
import { keyAttributes } from './check-keys.ts'
import type { Capacity, IndexDefinition, KeySchema, TableDefinition } from './table-definition.ts'

/** Streams are asked for where the definition wants one; expiry is a request of its own in DynamoDB, so it is not in here. */
export function tableProperties(definition: TableDefinition) {
  const { table, indexes, capacity, stream } = definition
  const global = indexes.filter(({ kind }) => kind === 'global')
  const local = indexes.filter(({ kind }) => kind === 'local')
  return {
    TableName: table,
    AttributeDefinitions: attributeDefinitions([definition, ...indexes]),
    KeySchema: keySchema(definition),
    ...billing(capacity),
    ...(global.length > 0 && {
      GlobalSecondaryIndexes: global.map((index) => globalIndexProperties(definition, index)),
    }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local.map((index) => indexProperties(definition, index)) }),
    ...(stream && { StreamSpecification: BOTH_IMAGES }),
  }
}

/** What the engine's change feed needs of a stream. */
export const BOTH_IMAGES = { StreamViewType: 'NEW_AND_OLD_IMAGES' } as const

export function attributeDefinitions(schemas: readonly KeySchema[]) {
  const types = new Map(schemas.flatMap(keyAttributes).map(({ name, type }) => [name, type]))
  return [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }))
}

/** An index of a provisioned table has a capacity, its own or as much as the table. */
export const globalIndexProperties = (table: TableDefinition, index: IndexDefinition) => ({
  ...indexProperties(table, index),
  ...(table.capacity?.mode === 'provisioned' && throughput(index.capacity ?? table.capacity)),
})

export function billing(capacity: Capacity | undefined) {
  return capacity?.mode === 'provisioned'
    ? { BillingMode: 'PROVISIONED' as const, ...throughput(capacity) }
    : { BillingMode: 'PAY_PER_REQUEST' as const }
}

export const throughput = (capacity: Capacity) =>
  capacity.mode === 'provisioned'
    ? { ProvisionedThroughput: { ReadCapacityUnits: capacity.read, WriteCapacityUnits: capacity.write } }
    : {}

const keySchema = (schema: KeySchema) =>
  keyAttributes(schema).map(({ name }, i) => ({ AttributeName: name, KeyType: i === 0 ? 'HASH' : 'RANGE' }) as const)

const indexProperties = (table: KeySchema, index: IndexDefinition) => ({
  IndexName: index.name,
  KeySchema: keySchema(index),
  Projection: projection(table, index),
})

function projection(table: KeySchema, index: IndexDefinition) {
  if (index.projection === 'all') return { ProjectionType: 'ALL' as const }
  const names = projectedNames(table, index)
  if (names.length === 0) return { ProjectionType: 'KEYS_ONLY' as const }
  return { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...names] }
}

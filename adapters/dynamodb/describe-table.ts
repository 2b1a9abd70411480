/**
 * What DynamoDB says of a table → `TableDescription`.
 *
 * @module
 */
import type {
  TableDescription as Found,
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  LocalSecondaryIndexDescription,
  ProvisionedThroughputDescription,
  TimeToLiveDescription,
} from '@aws-sdk/client-dynamodb'
import type {
  Capacity,
  IndexDefinition,
  KeyAttribute,
  KeySchema,
  TableDescription,
} from '../../core/store/table-definition.ts'
import { BOTH_IMAGES } from '../../core/store/table-properties.ts'

/** Pure. */
export function readDescription(found: Found, expiry: TimeToLiveDescription | undefined): TableDescription {
  const types = new Map(
    found.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  )
  const keysOf = (elements: readonly KeySchemaElement[] = []): KeySchema => {
    const attributes = elements.map(({ AttributeName: name }) => ({ name, type: types.get(name) }) as KeyAttribute)
    const [partition, sort] = attributes
    return sort ? { partition: partition!, sort } : { partition: partition! }
  }
  // A table that was never switched says nothing of its mode.
  const provisioned = found.BillingModeSummary?.BillingMode !== 'PAY_PER_REQUEST'
  const capacityOf = (units: ProvisionedThroughputDescription | undefined): Capacity =>
    provisioned
      ? { mode: 'provisioned', read: units?.ReadCapacityUnits ?? 0, write: units?.WriteCapacityUnits ?? 0 }
      : { mode: 'on-demand' }
  const indexOf = (index: GlobalSecondaryIndexDescription | LocalSecondaryIndexDescription) => ({
    name: index.IndexName!,
    ...keysOf(index.KeySchema),
    projection: projectionOf(index),
  })
  const indexes: IndexDefinition[] = [
    ...(found.GlobalSecondaryIndexes ?? []).map((index) => ({
      ...indexOf(index),
      kind: 'global' as const,
      ...(provisioned && { capacity: capacityOf(index.ProvisionedThroughput) }),
    })),
    ...(found.LocalSecondaryIndexes ?? []).map((index) => ({ ...indexOf(index), kind: 'local' as const })),
  ]
  const view = found.StreamSpecification?.StreamEnabled ? found.StreamSpecification.StreamViewType : undefined
  const expires = expiry?.TimeToLiveStatus === 'ENABLED' || expiry?.TimeToLiveStatus === 'ENABLING'
  return Object.freeze<TableDescription>({
    table: found.TableName!,
    ...keysOf(found.KeySchema),
    indexes,
    expiry: expires ? expiry.AttributeName : undefined,
    stream: view === BOTH_IMAGES.StreamViewType,
    capacity: capacityOf(found.ProvisionedThroughput),
    status: statusOf(found),
    items: found.ItemCount,
    bytes: found.TableSizeBytes,
    ...(view !== undefined && view !== BOTH_IMAGES.StreamViewType && { otherStream: view }),
  })
}

/** Whether the table and all its indexes can be used. */
export const isActive = (found: Found | undefined): boolean => found !== undefined && statusOf(found) === 'active'

function statusOf({ TableStatus, GlobalSecondaryIndexes = [] }: Found): TableDescription['status'] {
  switch (TableStatus) {
    case 'ACTIVE':
      return GlobalSecondaryIndexes.every(({ IndexStatus }) => (IndexStatus ?? 'ACTIVE') === 'ACTIVE')
        ? 'active'
        : 'updating'
    case 'CREATING':
      return 'creating'
    case 'UPDATING':
      return 'updating'
    case 'DELETING':
      return 'deleting'
    default:
      return 'unusable'
  }
}

function projectionOf({ Projection }: GlobalSecondaryIndexDescription): IndexDefinition['projection'] {
  if (Projection?.ProjectionType === 'ALL') return 'all'
  return Projection?.ProjectionType === 'INCLUDE' ? (Projection.NonKeyAttributes ?? []) : 'keys'
}

/**
 * ConsumedCapacity of an answer → the port's. Asked for only where somebody wants to know.
 *
 * @module
 */
import type { Capacity, ConsumedCapacity as WireConsumed } from '@aws-sdk/client-dynamodb'
import type { ConsumedCapacity } from '../../core/store/capacity.ts'
import type { RequestOptions } from '../../core/store/store.ts'

export const askConsumed = ({ onConsumed }: RequestOptions) =>
  onConsumed ? ({ ReturnConsumedCapacity: 'INDEXES' } as const) : {}

/** Silent where the answer does not tell: some servers that speak DynamoDB's language never do. */
export function tellConsumed(
  { onConsumed }: RequestOptions,
  kind: 'read' | 'write',
  consumed: WireConsumed | readonly WireConsumed[] | undefined,
): void {
  if (onConsumed && consumed) onConsumed([consumed].flat().flatMap((each) => readConsumed(each, kind)))
}

/** Pure. One entry for the table, with its local indexes, and one for each global index. */
function readConsumed(consumed: WireConsumed, kind: 'read' | 'write'): readonly ConsumedCapacity[] {
  const { TableName: table, Table, LocalSecondaryIndexes, GlobalSecondaryIndexes = {} } = consumed
  if (table === undefined) return []
  // Without the parts the total is all that is known.
  const own = Table ? [Table, ...Object.values(LocalSecondaryIndexes ?? {})] : [consumed]
  return [
    { table, ...total(own, kind) },
    ...Object.entries(GlobalSecondaryIndexes).map(([index, units]) => ({ table, index, ...total([units], kind) })),
  ]
}

function total(parts: readonly Capacity[], kind: 'read' | 'write') {
  let [readUnits, writeUnits] = [0, 0]
  for (const { CapacityUnits = 0, ReadCapacityUnits, WriteCapacityUnits } of parts) {
    readUnits += ReadCapacityUnits ?? (kind === 'read' ? CapacityUnits : 0)
    writeUnits += WriteCapacityUnits ?? (kind === 'write' ? CapacityUnits : 0)
  }
  return { readUnits, writeUnits }
}

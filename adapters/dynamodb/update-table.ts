/**
 * One change of a table in place. DynamoDB takes one at a time and works on it behind its answer, so each waits for the
 * one before, whoever asked for that, and for itself.
 *
 * @module
 */
import {
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
  type UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb'
import { engineError } from '../../core/errors.ts'
import { changeTable, sameCapacity } from '../../core/store/change-table.ts'
import type { TableChange, TableDefinition, TableDescription } from '../../core/store/table-definition.ts'
import {
  attributeDefinitions,
  BOTH_IMAGES,
  billing,
  globalIndexProperties,
  throughput,
} from '../../core/store/table-properties.ts'
import { isActive } from './describe-table.ts'
import { describeFound, endingAt, settled, type TableContext } from './settled-table.ts'

/** Milliseconds. An index over a large table is made for hours; the caller's signal ends the wait, not the making. */
const MAX_WAIT = 24 * 60 * 60_000

/** How often somebody else may come first. */
const MAX_TRIES = 10

export async function updateTable(change: TableChange, context: TableContext): Promise<void> {
  for (let tries = 1; ; tries++) {
    const present = await activeTable(change.table, context)
    const next = changeTable(present, change)
    if (typeof next === 'string') throw engineError('REJECTED', next, { reason: next })
    if (next === present) return
    try {
      await send(renderChange(present, next, change), context)
    } catch (error) {
      if (tries === MAX_TRIES || !(error instanceof Error)) throw error
      // Somebody else is changing the table: look again when that is done. Or has just made this very change.
      if (isBusy(error)) await context.patience.sleep(100, context.signal)
      else if (!(await isMade(change, context))) throw error
      continue
    }
    await activeTable(change.table, context)
    return
  }
}

async function isMade(change: TableChange, context: TableContext): Promise<boolean> {
  const present = await activeTable(change.table, context)
  return changeTable(present, change) === present
}

const isBusy = ({ name }: Error): boolean => name === 'ResourceInUseException' || name === 'LimitExceededException'

async function activeTable(table: string, context: TableContext): Promise<TableDescription> {
  const found = await settled(table, context, (found) => found === undefined || isActive(found), MAX_WAIT)
  if (found) return describeFound(found, context)
  const reason = `Table ${table} does not exist`
  throw engineError('REJECTED', `${reason}; run \`tables.create()\`, or check the client's region`, { reason })
}

type ChangeInput =
  | { readonly kind: 'table'; readonly input: UpdateTableCommandInput }
  | { readonly kind: 'expiry'; readonly input: UpdateTimeToLiveCommandInput }

async function send({ kind, input }: ChangeInput, { client, signal }: TableContext): Promise<void> {
  const options = endingAt(signal)
  if (kind === 'expiry') await client.send(new UpdateTimeToLiveCommand(input), options)
  else await client.send(new UpdateTableCommand(input), options)
}

/** Pure. `next` is `present` after the change. */
export function renderChange(present: TableDescription, next: TableDefinition, change: TableChange): ChangeInput {
  const TableName = present.table
  switch (change.kind) {
    case 'add-index': {
      const index = change.index
      return table({
        TableName,
        AttributeDefinitions: attributeDefinitions([index]),
        GlobalSecondaryIndexUpdates: [{ Create: globalIndexProperties(present, index) }],
      })
    }
    case 'remove-index':
      return table({ TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: change.index } }] })
    case 'expiry': {
      // Turning it off also says which attribute it was.
      const AttributeName = change.attribute ?? present.expiry
      const TimeToLiveSpecification = { AttributeName, Enabled: change.attribute !== undefined }
      return { kind: 'expiry', input: { TableName, TimeToLiveSpecification } }
    }
    case 'stream':
      return table({
        TableName,
        StreamSpecification: { StreamEnabled: change.on, ...(change.on && BOTH_IMAGES) },
      })
    case 'capacity':
      return table({ TableName, ...capacityInput(present, next) })
    default:
      return change satisfies never
  }
}

const table = (input: UpdateTableCommandInput): ChangeInput => ({ kind: 'table', input })

/** Only what differs: DynamoDB refuses to set a capacity that is there. */
function capacityInput(present: TableDescription, next: TableDefinition) {
  const tableDiffers = !sameCapacity(present.capacity, next.capacity)
  if (next.capacity?.mode !== 'provisioned') return billing(next.capacity)
  const wanted = new Map(next.indexes.map(({ name, capacity }) => [name, capacity ?? next.capacity]))
  const indexes = present.indexes.filter(
    ({ kind, name, capacity }) =>
      kind === 'global' && (capacity === undefined || !sameCapacity(capacity, wanted.get(name))),
  )
  return {
    ...(tableDiffers && billing(next.capacity)),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexUpdates: indexes.map(({ name }) => ({
        Update: { IndexName: name, ProvisionedThroughput: throughput(wanted.get(name)!).ProvisionedThroughput },
      })),
    }),
  }
}

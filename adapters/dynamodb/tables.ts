/**
 * Makes and deletes tables and waits until DynamoDB is done. On demand (pay per request) unless the definition says how
 * much is provisioned.
 *
 * @module
 */
import {
  CreateTableCommand,
  DeleteTableCommand,
  type TableDescription as Found,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { assertSameKeys } from '../../core/store/check-keys.ts'
import type { TableDefinition } from '../../core/store/table-definition.ts'
import { tableProperties } from '../../core/store/table-properties.ts'
import { isActive, readDescription } from './describe-table.ts'
import { describeFound, endingAt, settled, type TableContext, unlessNamed } from './settled-table.ts'
import { ensureStream } from './table-stream.ts'

/** Milliseconds. */
const MAX_WAIT = 20 * 60_000

/**
 * Leaves a table of the same keys as it is, but for its stream; rejects if there is one with others. Expiry is turned on in
 * a new table alone: items that are there may not be meant to go.
 */
export async function createTable(definition: TableDefinition, context: TableContext): Promise<void> {
  const present = await settled(definition.table, context, (found) => found?.TableStatus !== 'DELETING', MAX_WAIT)
  // Somebody else may have created it a moment ago, or a repetition of this very request by the SDK.
  if (!present) await send(context, createCommand(definition)).catch(unlessNamed('ResourceInUseException'))
  const made = (await settled(definition.table, context, isActive, MAX_WAIT))!
  assertSameKeys(readDescription(made, undefined), definition)
  await ensureStream(definition, made, context, (wished) =>
    settled(definition.table, context, (found) => isActive(found) && wished(found), MAX_WAIT),
  )
  if (!present) await expire(definition, made, context)
}

function createCommand(definition: TableDefinition): CreateTableCommand {
  const { StreamSpecification: stream, ...properties } = tableProperties(definition)
  return new CreateTableCommand({
    ...properties,
    ...(stream && { StreamSpecification: { StreamEnabled: true, ...stream } }),
  })
}

/** Turns on the deletion of expired items, where the table has such and nobody else has done so yet. */
async function expire({ table, expiry }: TableDefinition, made: Found, context: TableContext): Promise<void> {
  if (expiry === undefined) return
  const present = await describeFound(made, context)
  if (present.expiry !== undefined) return
  const TimeToLiveSpecification = { AttributeName: expiry, Enabled: true }
  // Refused where somebody else has just turned it on.
  await send(context, new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification })).catch(
    unlessNamed('ValidationException'),
  )
}

/** No effect where there is none. */
export async function deleteTable(table: string, context: TableContext): Promise<void> {
  const gone = unlessNamed('ResourceNotFoundException')
  const stable = (found: Found | undefined) => found?.TableStatus === 'DELETING' || isActive(found)
  // A table that is being created or changed cannot be deleted yet.
  const present = await settled(table, context, (found) => found === undefined || stable(found), MAX_WAIT)
  if (!present) return
  if (present.TableStatus !== 'DELETING') {
    await send(context, new DeleteTableCommand({ TableName: table })).catch(gone)
  }
  await settled(table, context, (found) => found === undefined, MAX_WAIT)
}

const send = (
  { client, signal }: TableContext,
  command: CreateTableCommand | DeleteTableCommand | UpdateTimeToLiveCommand,
): Promise<unknown> => client.send(command as CreateTableCommand, endingAt(signal))

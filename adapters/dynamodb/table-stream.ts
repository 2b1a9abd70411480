/**
 * Switches the stream of a table on.
 *
 * @module
 */
import { type TableDescription, UpdateTableCommand } from '@aws-sdk/client-dynamodb'
import { engineError } from '../../core/errors.ts'
import type { TableDefinition } from '../../core/store/table-definition.ts'
import { BOTH_IMAGES } from '../../core/store/table-properties.ts'
import { endingAt, type TableContext } from './settled-table.ts'

type Found = TableDescription | undefined

const MAX_ATTEMPTS = 5

/**
 * No effect where the definition wants no stream or the table has it. A stream of other images is refused: only switching
 * it off, and losing what it holds, could change it. `usable` looks until the table can be used and is as wished.
 */
export async function ensureStream(
  { table, stream }: TableDefinition,
  present: Found,
  { client, signal }: TableContext,
  usable: (wished: (found: Found) => boolean) => Promise<Found>,
): Promise<void> {
  if (!stream) return
  let found = present
  for (let attempt = 1; !hasStream(found); attempt++) {
    try {
      const StreamSpecification = { StreamEnabled: true, ...BOTH_IMAGES }
      await client.send(new UpdateTableCommand({ TableName: table, StreamSpecification }), endingAt(signal))
      found = await usable(hasStream)
    } catch (error) {
      // Somebody else is changing the table, perhaps in the same way.
      if (attempt === MAX_ATTEMPTS || !isInUse(error)) throw error
      found = await usable(() => true)
    }
  }
  const images = found?.StreamSpecification?.StreamViewType
  if (images === BOTH_IMAGES.StreamViewType) return
  const reason = `table ${table} has a stream of ${images}, the model wants ${BOTH_IMAGES.StreamViewType}`
  throw engineError('REJECTED', `${reason}; switch it off when nobody reads it any more, then try again`, { reason })
}

const hasStream = (found: Found): boolean => found?.StreamSpecification?.StreamEnabled === true

/** DynamoDB says the latter of a stream that is there already. */
const isInUse = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'ResourceInUseException' || /already has an enabled stream/.test(error.message))

/**
 * Looks at a table until it is as wished: DynamoDB makes, changes and deletes tables behind its answers.
 *
 * @module
 */
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription as Found,
} from '@aws-sdk/client-dynamodb'
import { engineError } from '../../core/errors.ts'
import type { TableDescription } from '../../core/store/table-definition.ts'
import { readDescription } from './describe-table.ts'
import type { Patience } from './patience.ts'

/** Milliseconds between two looks at a table, growing from the first to the second. */
const [FIRST_WAIT, LONGEST_WAIT] = [50, 5_000]

/** What table operations need beside the table. */
export interface TableContext {
  readonly client: DynamoDBClient
  readonly patience: Patience
  readonly signal: AbortSignal | undefined
}

/** Undefined for no table. `patience` is in milliseconds: creating a table takes seconds, an index on an existing one hours. */
export async function settled(
  table: string,
  context: TableContext,
  wished: (found: Found | undefined) => boolean,
  patience: number,
): Promise<Found | undefined> {
  let wait = FIRST_WAIT
  for (let waited = 0; waited <= patience; waited += wait, wait = Math.min(LONGEST_WAIT, wait * 2)) {
    const found = await look(table, context)
    if (wished(found)) return found
    await context.patience.sleep(wait, context.signal)
  }
  const reason = `table ${table} is still changing after ${patience / 60_000} minutes`
  throw engineError('REJECTED', `${reason}; look at its status in the AWS console, then try again`, { reason })
}

/** What DynamoDB says of a table now; undefined for no table. */
export async function look(
  table: string,
  { client, signal }: Pick<TableContext, 'client' | 'signal'>,
): Promise<Found | undefined> {
  const answer = await client
    .send(new DescribeTableCommand({ TableName: table }), endingAt(signal))
    .catch(unlessNamed('ResourceNotFoundException'))
  return answer?.Table
}

/** Options of a request that the signal ends. */
export const endingAt = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {})

/** The table as it is now; undefined for no table. */
export async function describeTable(table: string, context: TableContext): Promise<TableDescription | undefined> {
  const found = await look(table, context)
  return found && describeFound(found, context)
}

export async function describeFound(found: Found, { client, signal }: TableContext): Promise<TableDescription> {
  const answer = await client
    .send(new DescribeTimeToLiveCommand({ TableName: found.TableName }), endingAt(signal))
    // Not yet where the table has only just been asked for.
    .catch(unlessNamed('ResourceNotFoundException', 'ResourceInUseException'))
  return readDescription(found, answer?.TimeToLiveDescription)
}

export const unlessNamed =
  (...names: readonly string[]) =>
  (error: unknown): undefined => {
    if (!(error instanceof Error) || !names.includes(error.name)) throw error
  }

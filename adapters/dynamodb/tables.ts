/**
 * Makes and deletes tables, on demand (pay per request), and waits until DynamoDB is done.
 *
 * @module
 */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type Projection,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { engineError } from '../../core/errors.ts'
import type { IndexDefinition, KeyAttribute, KeySchema, TableDefinition } from '../../core/store/table-definition.ts'
import type { Patience } from './patience.ts'
import { bothImages, ensureStream } from './table-stream.ts'

/** Milliseconds between two looks at a table, growing from the first to the second. */
const [FIRST_WAIT, LONGEST_WAIT] = [50, 5_000]

/** Milliseconds. Creating a table takes seconds, an index on an existing one much longer. */
const MAX_WAIT = 20 * 60_000

/** What table operations need beside the table. */
export interface TableContext {
  readonly client: DynamoDBClient
  readonly patience: Patience
  readonly signal: AbortSignal | undefined
}

/** Leaves a table of the same keys as it is; rejects if there is one with others. */
export async function createTable(definition: TableDefinition, context: TableContext): Promise<void> {
  const present = await settled(definition.table, context, (found) => found?.TableStatus !== 'DELETING')
  if (!present) {
    const input = renderTable(definition)
    // Somebody else may have created it a moment ago, or a repetition of this very request by the SDK.
    await send(context, new CreateTableCommand(input)).catch(unlessNamed('ResourceInUseException'))
  }
  const made = await settled(definition.table, context, isActive)
  const difference = differenceOfKeys(definition, made)
  if (difference === undefined) {
    await ensureStream(definition, made, context, (wished) =>
      settled(definition.table, context, (found) => isActive(found) && wished(found)),
    )
    return expire(definition, context)
  }
  const reason = `table ${definition.table} exists with other keys: ${difference}`
  throw engineError('REJECTED', `${reason}; change the model's key, or delete or rename the table`, { reason })
}

/** Turns on the deletion of expired items, where the table has such and it is not on yet. */
async function expire({ table, expiry }: TableDefinition, context: TableContext): Promise<void> {
  if (expiry === undefined) return
  const { TimeToLiveDescription: present } = await context.client.send(
    new DescribeTimeToLiveCommand({ TableName: table }),
    context.signal ? { abortSignal: context.signal } : {},
  )
  if (present?.TimeToLiveStatus === 'ENABLED' || present?.TimeToLiveStatus === 'ENABLING') return
  const TimeToLiveSpecification = { AttributeName: expiry, Enabled: true }
  // Refused where somebody else has just turned it on.
  await send(context, new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification })).catch(
    unlessNamed('ValidationException'),
  )
}

/** No effect where there is none. */
export async function deleteTable(table: string, context: TableContext): Promise<void> {
  const gone = unlessNamed('ResourceNotFoundException')
  const stable = (found: TableDescription | undefined) => found?.TableStatus === 'DELETING' || isActive(found)
  // A table that is being created or changed cannot be deleted yet.
  const present = await settled(table, context, (found) => found === undefined || stable(found))
  if (!present) return
  if (present.TableStatus !== 'DELETING') {
    await send(context, new DeleteTableCommand({ TableName: table })).catch(gone)
  }
  await settled(table, context, (found) => found === undefined)
}

/** Looks at the table until it is as wished; undefined for no table. */
async function settled(
  table: string,
  { client, patience, signal }: TableContext,
  wished: (found: TableDescription | undefined) => boolean,
): Promise<TableDescription | undefined> {
  let wait = FIRST_WAIT
  for (let waited = 0; waited <= MAX_WAIT; waited += wait, wait = Math.min(LONGEST_WAIT, wait * 2)) {
    const command = new DescribeTableCommand({ TableName: table })
    const answer = await client
      .send(command, signal ? { abortSignal: signal } : {})
      .catch(unlessNamed('ResourceNotFoundException'))
    if (wished(answer?.Table)) return answer?.Table
    await patience.sleep(wait, signal)
  }
  const reason = `table ${table} is still changing after ${MAX_WAIT / 60_000} minutes`
  throw engineError('REJECTED', `${reason}; look at its status in the AWS console, then try again`, { reason })
}

const isActive = (found: TableDescription | undefined): boolean =>
  found?.TableStatus === 'ACTIVE' &&
  (found.GlobalSecondaryIndexes ?? []).every(({ IndexStatus }) => (IndexStatus ?? 'ACTIVE') === 'ACTIVE')

const send = (
  { client, signal }: TableContext,
  command: CreateTableCommand | DeleteTableCommand | UpdateTimeToLiveCommand,
): Promise<unknown> => client.send(command as CreateTableCommand, signal ? { abortSignal: signal } : {})

const unlessNamed =
  (name: string) =>
  (error: unknown): undefined => {
    if (!(error instanceof Error) || error.name !== name) throw error
  }

/** Pure. */
export function renderTable(definition: TableDefinition): CreateTableCommandInput {
  const { table, indexes } = definition
  const attributes = new Map([definition, ...indexes].flatMap(keyAttributes).map(({ name, type }) => [name, type]))
  const global = indexes.filter(({ kind }) => kind === 'global')
  const local = indexes.filter(({ kind }) => kind === 'local')
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: renderKeys(definition),
    ...(definition.stream && { StreamSpecification: bothImages }),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global.map(renderIndex) }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local.map(renderIndex) }),
  }
}

const keyAttributes = ({ partition, sort }: KeySchema): KeyAttribute[] => (sort ? [partition, sort] : [partition])

const renderKeys = (schema: KeySchema) =>
  keyAttributes(schema).map(({ name }, i) => ({ AttributeName: name, KeyType: i === 0 ? 'HASH' : 'RANGE' }) as const)

const renderIndex = (index: IndexDefinition) => ({
  IndexName: index.name,
  KeySchema: renderKeys(index),
  Projection: renderProjection(index.projection),
})

function renderProjection(projection: IndexDefinition['projection']): Projection {
  if (projection === 'all') return { ProjectionType: 'ALL' }
  if (projection === 'keys' || projection.length === 0) return { ProjectionType: 'KEYS_ONLY' }
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] }
}

/** In words; undefined where the keys are the same. */
function differenceOfKeys(definition: TableDefinition, found: TableDescription | undefined): string | undefined {
  const types = new Map(
    found?.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  )
  const present = (found?.KeySchema ?? [])
    .map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName} (${types.get(AttributeName)})`)
    .join(', ')
  const wanted = keyAttributes(definition)
    .map(({ name, type }, i) => `${i === 0 ? 'HASH' : 'RANGE'} ${name} (${type})`)
    .join(', ')
  return present === wanted ? undefined : `it has ${present}, the model wants ${wanted}`
}

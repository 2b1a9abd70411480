/**
 * The work of the suite, by the ways that are measured over more than one client.
 *
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { createEngine } from '../../core/index.ts'
import { Reference, table } from '../reference-record.ts'
import type { Operation } from './candidate.ts'

export function byLib(plain: DynamoDBClient): Operation {
  const client = DynamoDBDocumentClient.from(plain)
  return async (volume) => {
    const Key = { id: 'a' }
    const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key,
        UpdateExpression: 'SET #s.#v = :next',
        ConditionExpression: 'attribute_exists(id) AND #s.#v = :seen',
        ExpressionAttributeNames: { '#s': 'settings', '#v': 'volume' },
        ExpressionAttributeValues: { ':next': volume, ':seen': Item!['settings'].volume },
      }),
    )
  }
}

/** Validated on read and on write, guarded by what was looked at, once-only, paced, with its history kept unless the model says no. */
export function byDraftwork(client: DynamoDBClient, model = Reference): Operation {
  const { unitOfWork } = createEngine({ store: dynamodbStore({ client }), models: [model] })
  return (volume) =>
    unitOfWork.run('set volume', async (work) => {
      const found = await work.get(model, { id: 'a' })
      work.change(found, (draft) => {
        draft.settings.volume = volume
      })
    })
}

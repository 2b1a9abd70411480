import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { tunedClient } from '../../../adapters/dynamodb/index.ts'
import { table } from '../../reference-record.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'

export default {
  async make() {
    const client = DynamoDBDocumentClient.from(tunedClient(stubConfig))
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
  },
} satisfies Candidate

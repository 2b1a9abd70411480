import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { table } from '../../reference-record.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'

export default {
  async make() {
    const client = new DynamoDBClient(stubConfig)
    return async (volume) => {
      const Key = marshall({ id: 'a' })
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))
      const found = unmarshall(Item!)
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key,
          UpdateExpression: 'SET #s.#v = :next',
          ConditionExpression: 'attribute_exists(id) AND #s.#v = :seen',
          ExpressionAttributeNames: { '#s': 'settings', '#v': 'volume' },
          ExpressionAttributeValues: marshall({ ':next': volume, ':seen': found['settings'].volume }),
        }),
      )
    }
  },
} satisfies Candidate

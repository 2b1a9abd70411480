/** Which clients the store takes, of packages that its declarations do not import. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'

export function clients(): void {
  const client = new DynamoDBClient()
  const streams = new DynamoDBStreamsClient()
  const document = DynamoDBDocumentClient.from(client)
  dynamodbStore({ client })
  dynamodbStore({ client: document })
  dynamodbStore({ client, streams })

  // @ts-expect-error the two are not the same
  dynamodbStore({ client: streams })
  // @ts-expect-error
  dynamodbStore({ client, streams: client })
  // @ts-expect-error
  dynamodbStore({ client, streams: document })
  // @ts-expect-error its settings are not a client
  dynamodbStore({ client: { region: 'eu-north-1' } })
}

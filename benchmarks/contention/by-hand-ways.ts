/**
 * What people write by hand: a version attribute with jittered backoff, a condition on the field itself, no condition.
 *
 * @module
 */
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { backOff, type Setting, type Way } from './way.ts'

interface Board {
  readonly version: number
  readonly fields: Readonly<Record<string, number>>
}

interface Account {
  readonly id: string
  readonly balance: number
  readonly version: number
}

type Condition = 'version' | 'field' | 'none'

/** `condition` is what a write asks for; a conflict reads again and retries after a jittered pause. */
export function byHand({ counted, board, accounts }: Setting, condition: Condition): Way {
  const client = DynamoDBDocumentClient.from(counted.client)

  async function until(commit: () => Promise<unknown>): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        await commit()
        return attempt
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException || error instanceof TransactionCanceledException))
          throw error
        await backOff(attempt)
      }
    }
  }

  const balanceUpdate = ({ id, balance, version }: Account, change: number) => ({
    Update: {
      TableName: accounts,
      Key: { id },
      ...(condition === 'none'
        ? { UpdateExpression: 'ADD balance :change', ExpressionAttributeValues: { ':change': change } }
        : condition === 'field'
          ? {
              UpdateExpression: 'SET balance = :next',
              ConditionExpression: 'balance = :seen',
              ExpressionAttributeValues: { ':next': balance + change, ':seen': balance },
            }
          : {
              UpdateExpression: 'SET balance = :next, version = :newer',
              ConditionExpression: 'version = :version',
              ExpressionAttributeValues: { ':next': balance + change, ':version': version, ':newer': version + 1 },
            }),
    },
  })

  return {
    add: (field) =>
      until(async () => {
        const Key = { id: 'hot' }
        const { Item } = await client.send(new GetCommand({ TableName: board, Key, ConsistentRead: true }))
        const { version, fields } = Item as Board
        const seen = fields[field]!
        await client.send(
          new UpdateCommand({
            TableName: board,
            Key,
            UpdateExpression: `SET #f.#n = :next${condition === 'version' ? ', version = :newer' : ''}`,
            ...(condition !== 'none' && {
              ConditionExpression: condition === 'field' ? '#f.#n = :seen' : 'version = :version',
            }),
            ExpressionAttributeNames: { '#f': 'fields', '#n': field },
            ExpressionAttributeValues: {
              ':next': seen + 1,
              ...(condition === 'field' && { ':seen': seen }),
              ...(condition === 'version' && { ':version': version, ':newer': version + 1 }),
            },
          }),
        )
      }),
    transfer: (from, to) =>
      until(async () => {
        const Keys = [{ id: from }, { id: to }]
        const request = { RequestItems: { [accounts]: { Keys, ConsistentRead: true } } }
        const { Responses } = await client.send(new BatchGetCommand(request))
        const found = Responses![accounts] as Account[]
        const account = (id: string): Account => found.find((each) => each.id === id)!
        const TransactItems = [balanceUpdate(account(from), -1), balanceUpdate(account(to), 1)]
        await client.send(new TransactWriteCommand({ TransactItems }))
      }),
  }
}

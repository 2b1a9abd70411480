/**
 * Tables for one way alone, filled. On shared ones each would read what the others left in the records: histories that
 * make them larger, changes behind the back of who keeps a history.
 *
 * @module
 */
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { createEngine } from '../../core/index.ts'
import { accountModel, boardModel } from './draftwork-way.ts'
import type { OpenWay, Setting, Way } from './way.ts'

export const onOwnTables =
  (open: (setting: Setting) => Way) =>
  async (setting: Setting): Promise<OpenWay> => {
    const close = await prepare(setting)
    return { ...open(setting), close }
  }

/** Makes and fills the tables; what it returns deletes them. */
async function prepare({ counted, board, accounts, journal }: Setting): Promise<() => Promise<void>> {
  const store = dynamodbStore({ client: counted.client })
  const models = [boardModel(board), accountModel(accounts)]
  const { tables } = createEngine({ store, models, journalTable: journal })
  const close = async () => {
    await tables.delete()
    await store.deleteTable(journal)
  }
  try {
    await tables.create()
    // As any program would put them, with the attribute that locking by version needs.
    const client = DynamoDBDocumentClient.from(counted.client)
    const fields = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`f${i}`, 0]))
    await client.send(new PutCommand({ TableName: board, Item: { id: 'hot', fields, version: 0 } }))
    for (let i = 0; i < 100; i++) {
      await client.send(new PutCommand({ TableName: accounts, Item: { id: `a${i}`, balance: 1000, version: 0 } }))
    }
    return close
  } catch (error) {
    await close()
    throw error
  }
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { Table } from 'dynamodb-onetable'
import { Dynamo } from 'dynamodb-onetable/Dynamo'
import { table } from '../../reference-record.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'

const text = { type: String } as const
const number = { type: Number } as const
const flag = { type: Boolean } as const

export default {
  async make() {
    const client = new Dynamo({ client: new DynamoDBClient(stubConfig) })
    const stored = new Table({
      client,
      name: table,
      partial: true,
      schema: {
        format: 'onetable:1.1.0',
        version: '0.0.1',
        indexes: { primary: { hash: 'id' } },
        models: {
          Reference: {
            id: { type: String, required: true },
            name: text,
            email: text,
            phone: text,
            street: text,
            city: text,
            country: text,
            language: text,
            status: text,
            note: text,
            score: number,
            level: number,
            visits: number,
            balance: number,
            active: flag,
            verified: flag,
            createdAt: text,
            seenAt: text,
            tags: { type: Set },
            settings: {
              type: Object,
              schema: {
                theme: text,
                volume: number,
                alerts: { type: Object, schema: { mail: flag, push: flag, hour: number } },
              },
            },
            orders: { type: Array, items: { type: Object, schema: { sku: text, count: number, price: number } } },
          },
        },
      },
    } as never)
    // Its types are inferred from a schema that is spelt `as const`, which is not what is measured.
    const Reference = stored.getModel('Reference' as never) as unknown as Record<
      'get' | 'update',
      (item: object, options: object) => Promise<unknown>
    >
    return async (volume) => {
      await Reference.get({ id: 'a' }, { consistent: true, hidden: true })
      await Reference.update({ id: 'a', settings: { volume } }, { return: 'none', exists: true })
    }
  },
} satisfies Candidate

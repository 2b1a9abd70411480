import { DynamoDB } from '@aws-sdk/client-dynamodb'
import dynamoose from 'dynamoose'
import { table } from '../../reference-record.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'

export default {
  async make() {
    dynamoose.aws.ddb.set(new DynamoDB(stubConfig) as never)
    const schema = new dynamoose.Schema({
      id: { type: String, hashKey: true },
      name: String,
      email: String,
      phone: String,
      street: String,
      city: String,
      country: String,
      language: String,
      status: String,
      note: String,
      score: Number,
      level: Number,
      visits: Number,
      balance: Number,
      active: Boolean,
      verified: Boolean,
      createdAt: String,
      seenAt: String,
      tags: { type: Set, schema: [String] },
      settings: {
        type: Object,
        schema: {
          theme: String,
          volume: Number,
          alerts: { type: Object, schema: { mail: Boolean, push: Boolean, hour: Number } },
        },
      },
      orders: { type: Array, schema: [{ type: Object, schema: { sku: String, count: Number, price: Number } }] },
    })
    const Reference = dynamoose.model(table, schema, { create: false, waitForActive: false })
    new dynamoose.Table(table, [Reference], { create: false, waitForActive: false })
    return async (volume) => {
      const found = (await Reference.get({ id: 'a' }, { consistent: true } as never)) as unknown as { settings: object }
      // It has no update of a nested field, so the map goes as a whole.
      await Reference.update({ id: 'a' }, { settings: { ...found.settings, volume } } as never)
    }
  },
} satisfies Candidate

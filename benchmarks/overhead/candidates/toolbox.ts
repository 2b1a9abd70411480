import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import {
  boolean,
  Entity,
  GetItemCommand,
  item,
  list,
  map,
  number,
  set,
  string,
  Table,
  UpdateItemCommand,
} from 'dynamodb-toolbox'
import { table } from '../../reference-record.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'

export default {
  async make() {
    const documentClient = DynamoDBDocumentClient.from(new DynamoDBClient(stubConfig))
    const Stored = new Table({ documentClient, name: table, partitionKey: { name: 'id', type: 'string' } })
    const Reference = new Entity({
      name: 'Reference',
      table: Stored,
      entityAttribute: false,
      timestamps: false,
      schema: item({
        id: string().key(),
        name: string(),
        email: string(),
        phone: string(),
        street: string(),
        city: string(),
        country: string(),
        language: string(),
        status: string(),
        note: string(),
        score: number(),
        level: number(),
        visits: number(),
        balance: number(),
        active: boolean(),
        verified: boolean(),
        createdAt: string(),
        seenAt: string(),
        tags: set(string()),
        settings: map({
          theme: string(),
          volume: number(),
          alerts: map({ mail: boolean(), push: boolean(), hour: number() }),
        }),
        orders: list(map({ sku: string(), count: number(), price: number() })),
      }),
    })
    return async (volume) => {
      await Reference.build(GetItemCommand).key({ id: 'a' }).options({ consistent: true }).send()
      await Reference.build(UpdateItemCommand).item({ id: 'a', settings: { volume } }).send()
    }
  },
} satisfies Candidate

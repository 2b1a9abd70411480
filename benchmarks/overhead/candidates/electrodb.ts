import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { Entity } from 'electrodb'
import { table } from '../../reference-record.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'

export default {
  async make() {
    const client = new DynamoDBClient(stubConfig)
    const Reference = new Entity(
      {
        model: { entity: 'reference', service: 'bench', version: '1' },
        attributes: {
          id: { type: 'string', required: true },
          name: { type: 'string' },
          email: { type: 'string' },
          phone: { type: 'string' },
          street: { type: 'string' },
          city: { type: 'string' },
          country: { type: 'string' },
          language: { type: 'string' },
          status: { type: 'string' },
          note: { type: 'string' },
          score: { type: 'number' },
          level: { type: 'number' },
          visits: { type: 'number' },
          balance: { type: 'number' },
          active: { type: 'boolean' },
          verified: { type: 'boolean' },
          createdAt: { type: 'string' },
          seenAt: { type: 'string' },
          tags: { type: 'set', items: 'string' },
          settings: {
            type: 'map',
            properties: {
              theme: { type: 'string' },
              volume: { type: 'number' },
              alerts: {
                type: 'map',
                properties: { mail: { type: 'boolean' }, push: { type: 'boolean' }, hour: { type: 'number' } },
              },
            },
          },
          orders: {
            type: 'list',
            items: {
              type: 'map',
              properties: { sku: { type: 'string' }, count: { type: 'number' }, price: { type: 'number' } },
            },
          },
        },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: electrodb's own placeholder
        indexes: { byId: { pk: { field: 'id', composite: ['id'], template: '${id}' } } },
      },
      { client, table },
    )
    return async (volume) => {
      await Reference.get({ id: 'a' }).go({ consistent: true, ignoreOwnership: true } as never)
      await Reference.patch({ id: 'a' })
        .data(({ settings }, { set }) => set(settings.volume, volume))
        .go()
    }
  },
} satisfies Candidate

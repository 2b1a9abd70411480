import DynamoDB from 'aws-sdk/clients/dynamodb.js'
import { openPocketgems } from '../../pocketgems.ts'
import type { Candidate } from '../candidate.ts'
import { stubHttpClient } from '../stub-http-client.ts'
import { stubConfig } from '../stub-transport.ts'

/** Reads from the answer as it is; where it stores the key itself, it does so under a name of its own, `_id`. */
export default {
  async make() {
    stubHttpClient()
    const { region, credentials } = stubConfig
    const client = new DynamoDB({ region, credentials } as DynamoDB.ClientConfiguration)
    const { S, Model, Transaction } = openPocketgems(client, '')
    class Reference extends Model {
      declare readonly settings: { volume: number }
      static override KEY = { id: S.str }
      static override FIELDS = {
        name: S.str,
        email: S.str,
        phone: S.str,
        street: S.str,
        city: S.str,
        country: S.str,
        language: S.str,
        status: S.str,
        note: S.str,
        score: S.double,
        level: S.double,
        visits: S.double,
        balance: S.double,
        active: S.bool,
        verified: S.bool,
        createdAt: S.str,
        seenAt: S.str,
        // It knows no sets; and it looks at a field when the field is used, so that this one goes unnoticed.
        tags: S.arr(S.str),
        settings: S.obj({
          theme: S.str,
          volume: S.double,
          alerts: S.obj({ mail: S.bool, push: S.bool, hour: S.double }),
        }),
        orders: S.arr(S.obj({ sku: S.str, count: S.double, price: S.double })),
      }
    }
    await Reference.createResources()
    return (volume) =>
      Transaction.run({}, async (transaction) => {
        const found = await transaction.get(Reference, 'a')
        // Guarded and written as a whole map, the smallest thing that it guards.
        found!.settings.volume = volume
      })
  },
} satisfies Candidate

import { test } from 'uvu'
import { dynamodbStore, tunedClient } from '../../../adapters/dynamodb/index.ts'
import { storeConformance } from '../../conformance/index.ts'
import { dynamodbLocal, localClient, localStreams } from '../../support/dynamodb-local.ts'

/** By name of the case: where DynamoDB Local does not do what AWS documents of the service. */
const knownGaps = {
  'update: a failed condition comes before an update of another item that does not fit':
    'Local refuses the request for the update, before any condition; AWS reports both among the cancellation reasons',
  'limits: counts the entries of local indexes of an item that is updated':
    'Local counts them when an item is put, not when it is updated',
  'tables: leaves out of an added index what is no key of it':
    'Local takes such items into the index; AWS documents that they are left out',
}

const local = await dynamodbLocal()
if (local !== undefined) {
  const client = local.client()
  const streams = localStreams(local.endpoint)
  for (const { name, run } of storeConformance('dynamodb', () => dynamodbStore({ client, streams }), { knownGaps })) {
    test(name, run)
  }
  // Its short way past the SDK's pipeline keeps the same contract.
  const tuned = localClient(local.endpoint, {}, tunedClient)
  const short = { knownGaps, lacks: ['changes'] as const }
  for (const { name, run } of storeConformance('dynamodb, tuned', () => dynamodbStore({ client: tuned }), short)) {
    test(name, run)
  }
  const lacks = ['changes'] as const
  for (const { name, run } of storeConformance('dynamodb alone', () => dynamodbStore({ client }), {
    knownGaps,
    lacks,
  })) {
    if (name.includes('changes:')) test(name, run)
  }
  test.after(() => {
    client.destroy()
    tuned.destroy()
    streams.destroy()
  })
}

test.run()

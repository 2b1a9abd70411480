import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'
import { byLib } from '../works.ts'

export default {
  async make() {
    return byLib(new DynamoDBClient(stubConfig))
  },
} satisfies Candidate

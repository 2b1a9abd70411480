import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { WithoutHistory } from '../../reference-record.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'
import { byDraftwork } from '../works.ts'

export default {
  async make() {
    return byDraftwork(new DynamoDBClient(stubConfig), WithoutHistory)
  },
} satisfies Candidate

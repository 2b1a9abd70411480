import { tunedClient } from '../../../adapters/dynamodb/index.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'
import { byDraftwork } from '../works.ts'

export default {
  async make() {
    return byDraftwork(tunedClient(stubConfig))
  },
} satisfies Candidate

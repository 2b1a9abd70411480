import { tunedClient } from '../../../adapters/dynamodb/index.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'
import { byLib } from '../works.ts'

export default {
  async make() {
    return byLib(tunedClient(stubConfig))
  },
} satisfies Candidate

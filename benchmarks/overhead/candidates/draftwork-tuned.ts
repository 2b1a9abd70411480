import { dynamodbStore, tunedClient } from '../../../adapters/dynamodb/index.ts'
import { createEngine } from '../../../core/index.ts'
import { Reference } from '../../reference-record.ts'
import type { Candidate } from '../candidate.ts'
import { stubConfig } from '../stub-transport.ts'

/** Validated on read and on write, guarded by what was looked at, once-only. */
export default {
  async make() {
    const store = dynamodbStore({ client: tunedClient(stubConfig) })
    const { unitOfWork } = createEngine({ store, models: [Reference] })
    return (volume) =>
      unitOfWork.run('set volume', async (work) => {
        const found = await work.get(Reference, { id: 'a' })
        work.change(found, (draft) => {
          draft.settings.volume = volume
        })
      })
  },
} satisfies Candidate

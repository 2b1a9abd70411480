/**
 * The server in a process of its own, so that it does not share the event loop of those who are measured.
 *
 * @module
 */
import type { ProvisionedTable } from '../../adapters/memory/capacity-plan.ts'
import { provisionedServer } from '../../test/support/provisioned-server.ts'
import { answerQuestions } from '../lane.ts'

/** Makes a table, or gives it another capacity. */
export interface Provisioning {
  readonly table: string
  readonly provisioned: ProvisionedTable
}

/** Where the table is. */
export interface Provisioned {
  readonly endpoint: string
}

const server = await provisionedServer()
answerQuestions(async ({ table, provisioned }: Provisioning): Promise<Provisioned> => {
  server.provision(table, provisioned)
  return { endpoint: server.endpoint }
})

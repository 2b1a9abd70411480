/**
 * The server in a process of its own, so that it does not share the event loop of those who are measured.
 *
 * @module
 */
import type { ProvisionedTable } from '../../adapters/memory/capacity-plan.ts'
import { provisionedServer } from './server.ts'

export type Order =
  | { readonly kind: 'provision'; readonly table: string; readonly provisioned: ProvisionedTable }
  | { readonly kind: 'statistics'; readonly table: string }

const server = await provisionedServer()
process.on('message', (order: Order) => {
  if (order.kind === 'provision') {
    server.provision(order.table, order.provisioned)
    process.send?.({ kind: 'done' })
  } else process.send?.({ kind: 'statistics', ...server.statistics(order.table) })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ kind: 'endpoint', endpoint: server.endpoint })

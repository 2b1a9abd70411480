/**
 * Where tables are that are written to: on a server of the suite's own that enforces what is provisioned, or on DynamoDB.
 *
 * @module
 */
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import type { TableDefinition } from '../../core/index.ts'
import { journalTable } from '../../core/journal/journal-table.ts'
import { connect, tableName } from '../dynamodb.ts'
import { openLane } from '../lane.ts'
import type { BenchOptions } from '../suite.ts'
import type { Provisioned, Provisioning } from './server-process.ts'
import type { Target } from './ways.ts'

export interface Place {
  /** A table of so many write units a second, for so many processes. */
  target(limit: number, processes: number): Promise<Target>
  close(): Promise<void>
}

/** Seconds of credit: a table of the server has no more than what it earns while it is measured. */
const CREDIT = 1

/** Each measurement has a table of its own. */
export async function serverPlace(): Promise<Place> {
  const program = new URL('./server-process.js', import.meta.url)
  const server = await openLane<Provisioning, Provisioned>('the server', program, [])
  let tables = 0
  return {
    async target(limit, processes) {
      const table = `pacing-${++tables}`
      const provisioned = { read: limit, write: limit, burstSeconds: CREDIT }
      const { endpoint } = await server.ask({ table, provisioned })
      return { endpoint, region: 'us-east-1', table, limit, processes }
    },
    async close() {
      server.close()
    },
  }
}

/** All measurements at one limit share a table, since DynamoDB takes its time to make one, and lends each a credit. */
export async function dynamodbPlace(options: BenchOptions): Promise<Place> {
  const { endpoint, region = 'us-east-1' } = options
  const makeClient = await connect(options)
  const store = dynamodbStore({ client: makeClient() })
  const tables = new Map<number, string>()
  const made: string[] = []
  const make = async (definition: TableDefinition): Promise<void> => {
    made.push(definition.table)
    await store.createTable(definition)
  }
  return {
    async target(limit, processes) {
      const table = tables.get(limit) ?? tableName(options, `pacing-${limit}`)
      if (!tables.has(limit)) {
        const capacity = { mode: 'provisioned', read: limit, write: limit } as const
        await make({ table, partition: { name: 'id', type: 'S' }, indexes: [], capacity })
        await make(journalTable(`${table}-journal`))
        tables.set(limit, table)
      }
      return { endpoint, region, table, limit, processes }
    },
    async close() {
      await Promise.all(made.map((table) => store.deleteTable(table)))
    },
  }
}

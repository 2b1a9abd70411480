/**
 * The stores that a test of the engine runs on: memory, and DynamoDB Local where there is Java.
 *
 * ```ts
 * for (const kind of storeKinds) test(`a story (${kind})`, async () => { const store = openStore(kind) … })
 * ```
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { memoryStore } from '../../adapters/memory/index.ts'
import type { Store } from '../../core/store/store.ts'
import { dynamodbLocal, localStreams } from './dynamodb-local.ts'

export type StoreKind = 'memory' | 'dynamodb'

const local = await dynamodbLocal()
const client = local?.client({ maxAttempts: 3 })
const streams = local && localStreams(local.endpoint)

/** Every kind that can run here; the missing one has been said aloud. */
export const storeKinds: readonly StoreKind[] = client ? ['memory', 'dynamodb'] : ['memory']

/** A store of its own in memory, or one over the process's DynamoDB Local. */
export const openStore = (kind: StoreKind): Store =>
  kind === 'memory' ? memoryStore() : dynamodbStore({ client: client! })

/** The same with a client for streams. Only for tests of the change feed: DynamoDB Local is slow with many of them. */
export const openStoreWithStreams = (): Store => dynamodbStore({ client: client!, streams })

/**
 * For table names: no two tests share a table, whichever store they run on. But for the journal's default one: a test that
 * deletes its tables needs a journal of its own, or those who run at the same time on the same server lose theirs.
 */
export const tablePrefix = (): string => `t${randomUUID().slice(0, 8)}`

/**
 * Writes to the database: batches that are on the disk as a whole or not at all.
 *
 * @module
 */
import type { Level } from './open-level.ts'

/** One write of a batch. A value is text where nothing else is said. */
export type Operation =
  | { readonly type: 'put'; readonly key: Buffer; readonly value: string }
  | { readonly type: 'put'; readonly key: Buffer; readonly value: Buffer; readonly valueEncoding: 'buffer' }
  | { readonly type: 'del'; readonly key: Buffer }

/** When it returns, all operations are on the disk; LevelDB shows none of them to anybody before. */
export async function write(level: Level, operations: readonly Operation[]): Promise<void> {
  await level.batch<Buffer, string | Buffer>([...operations], { sync: true })
}

/**
 * `draftwork/level`: the embedded store, durable in a directory of its own.
 *
 * @module
 */
export { type LevelStoreOptions, levelStore } from './level-store.ts'

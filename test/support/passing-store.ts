/**
 * A store that wraps a store as a wrapper for logging or pacing would: it hands on what it is given, but for what the
 * wrapper does itself.
 *
 * @module
 */
import type { Store } from '../../core/store/store.ts'

export const passingStore = (store: Store, own: Partial<Store> = {}): Store => ({
  limits: store.limits,
  read: (...args) => store.read(...args),
  query: (...args) => store.query(...args),
  scan: (...args) => store.scan(...args),
  commit: (...args) => store.commit(...args),
  write: (...args) => store.write(...args),
  changes: (...args) => store.changes(...args),
  createTable: (...args) => store.createTable(...args),
  deleteTable: (...args) => store.deleteTable(...args),
  describeTable: (...args) => store.describeTable(...args),
  updateTable: (...args) => store.updateTable(...args),
  close: () => store.close(),
  ...own,
})

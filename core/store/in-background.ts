/**
 * The same store for a job over many records: its requests go behind everybody else's, and take a share of the capacity
 * at most if one is named.
 *
 * @module
 */
import type { RequestOptions, Store } from './store.ts'

/** `rate` as in `RequestOptions`. What a request says of itself comes first. */
export function inBackground(store: Store, rate?: number | undefined): Store {
  const behind = <Options extends RequestOptions>(options: Options): Options => ({
    ...options,
    priority: options.priority ?? 'bulk',
    rate: options.rate ?? rate,
  })
  return Object.freeze<Store>({
    system: store.system,
    limits: store.limits,
    needsStreams: store.needsStreams,
    read: (addresses, options) => store.read(addresses, behind(options)),
    query: (request, options = {}) => store.query(request, behind(options)),
    scan: (request, options = {}) => store.scan(request, behind(options)),
    commit: (plan, options = {}) => store.commit(plan, behind(options)),
    write: (writes, options = {}) => store.write(writes, behind(options)),
    changes: (request) => store.changes(request),
    createTable: (definition, options) => store.createTable(definition, options),
    deleteTable: (table, options) => store.deleteTable(table, options),
    describeTable: (table, options) => store.describeTable(table, options),
    updateTable: (change, options) => store.updateTable(change, options),
    close: () => store.close(),
  })
}

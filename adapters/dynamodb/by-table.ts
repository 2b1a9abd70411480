/**
 * What one request asks of several tables, as the batch commands take it.
 *
 * @module
 */

/** In the order given. A table may be named as what every object has. */
export function byTable<Asked extends { readonly table: string }, Wire>(
  asked: readonly Asked[],
  toWire: (each: Asked) => Wire,
): ReadonlyMap<string, Wire[]> {
  const tables = new Map<string, Wire[]>()
  for (const each of asked) {
    const wire = tables.get(each.table) ?? []
    tables.set(each.table, wire)
    wire.push(toWire(each))
  }
  return tables
}

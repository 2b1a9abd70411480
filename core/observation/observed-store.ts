/**
 * A store that wraps a store and lets an observer watch each request.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { ConsumedCapacity } from '../store/capacity.ts'
import type { RequestOptions, Store } from '../store/store.ts'
import { type Observer, observe, type RequestAnswer, type RequestBegun } from './observer.ts'

/** What a request is, without what is the same of all. */
type Begun = RequestBegun extends infer Each ? (Each extends unknown ? Omit<Each, 'system' | 'attempt'> : never) : never

export function observedStore(store: Store, observer: Observer): Store {
  async function observed<Options extends RequestOptions, Answer>(
    begun: Begun,
    options: Options | undefined,
    send: (options: Options | undefined) => Promise<Answer>,
    told: (answer: Answer) => RequestAnswer,
  ): Promise<Answer> {
    const { attempt = 1 } = options ?? {}
    const observation = observer.request?.({ ...begun, system: store.system, attempt } as RequestBegun)
    if (observation === undefined) return send(options)
    const consumed: ConsumedCapacity[] = []
    const onConsumed: RequestOptions['onConsumed'] = (units) => {
      consumed.push(...units)
      options?.onConsumed?.(units)
    }
    return observe(
      observation,
      // What a store throws at once is a rejection like any other.
      async () => send({ ...options, onConsumed } as Options),
      (ending) => ({
        ...(ending.kind === 'threw' ? ending : { kind: 'returned' as const, value: told(ending.value) }),
        consumed,
      }),
    )
  }

  const items = (found: readonly (Item | undefined)[]): RequestAnswer => ({ kind: 'items', items: found })
  const done = (): RequestAnswer => ({ kind: 'done' })

  const ofTable = <Answer>(
    operation: `${string}-table` & Begun['operation'],
    table: string,
    options: RequestOptions | undefined,
    send: (options: RequestOptions | undefined) => Promise<Answer>,
  ): Promise<Answer> => observed({ operation, tables: [table] }, options, send, done)

  return Object.freeze<Store>({
    system: store.system,
    limits: store.limits,
    needsStreams: store.needsStreams,
    read: (addresses, options) =>
      observed(
        { operation: 'read', addresses, tables: tablesOf(addresses) },
        options,
        (own) => store.read(addresses, own ?? options),
        items,
      ),
    query: (request, options) =>
      observed(
        { operation: 'query', request, tables: [request.table] },
        options,
        (own) => store.query(request, own),
        (page) => items(page.items),
      ),
    scan: (request, options) =>
      observed(
        { operation: 'scan', request, tables: [request.table] },
        options,
        (own) => store.scan(request, own),
        (page) => items(page.items),
      ),
    commit: (plan, options) =>
      observed(
        { operation: 'commit', plan, tables: tablesOf(plan.actions) },
        options,
        (own) => store.commit(plan, own),
        (outcome) => ({ kind: 'outcome', outcome }),
      ),
    write: (writes, options) =>
      observed(
        { operation: 'write', writes, tables: tablesOf(writes) },
        options,
        (own) => store.write(writes, own),
        done,
      ),
    ...(store.throughput && {
      throughput: (table: string, options?: RequestOptions) => store.throughput!(table, options),
    }),
    // Not a request but many, of which nobody waits for one.
    changes: (request) => store.changes(request),
    createTable: (definition, options) =>
      ofTable('create-table', definition.table, options, (own) => store.createTable(definition, own)),
    deleteTable: (table, options) => ofTable('delete-table', table, options, (own) => store.deleteTable(table, own)),
    describeTable: (table, options) =>
      ofTable('describe-table', table, options, (own) => store.describeTable(table, own)),
    updateTable: (change, options) =>
      ofTable('update-table', change.table, options, (own) => store.updateTable(change, own)),
    close: () => store.close(),
  })
}

const tablesOf = (addresses: readonly { readonly table: string }[]): readonly string[] => [
  ...new Set(addresses.map(({ table }) => table)),
]

/**
 * Each request of the port as a job for the pacer: what it will cost, how it is sent, and what its answer teaches.
 *
 * @module
 */
import { scalarKey } from '../data/attribute-value.ts'
import { addressKey, type Item, type ItemAddress, itemSize } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { isEngineError } from '../errors.ts'
import type { BulkOutcome, BulkWrite } from '../store/bulk-write.ts'
import type { ChangesPage, ChangesRequest } from '../store/changes.ts'
import type { CommitOutcome } from '../store/commit-outcome.ts'
import { readAnswer } from '../store/read-answer.ts'
import type { Page, QueryRequest, ReadOptions, RequestOptions, ScanRequest, Store } from '../store/store.ts'
import type { TableChange, TableDefinition, TableDescription } from '../store/table-definition.ts'
import type { WritePlan } from '../store/write-plan.ts'
import { consumedBy, consumption } from './consumption.ts'
import type { Cost, Costs } from './cost.ts'
import type { Leases } from './leases.ts'
import type { Limits } from './limits.ts'
import type { Job, Pacer, Place, Sent } from './pacer.ts'
import { portionOf } from './portion.ts'
import { type Partition, partitionOf } from './request.ts'
import type { Kind, ResourceReport } from './resource.ts'

/** A store whose requests wait until their capacity is there. */
export interface PacedStore extends Store {
  /** How every table and index stands that was used so far. */
  capacity(): readonly ResourceReport[]
}

/** Bytes. DynamoDB ends a batch of reads at 16 MB, and an item is at most 400 KB. */
const FULL_ANSWER = 15 * 1024 * 1024

interface PacedParts {
  readonly store: Store
  readonly environment: Environment
  readonly costs: Costs
  readonly limits: Limits
  readonly pacer: Pacer
  readonly leases: Leases | undefined
}

export class Paced implements PacedStore {
  readonly system: string | undefined
  readonly limits
  readonly needsStreams: boolean | undefined
  readonly #parts: PacedParts

  constructor(parts: PacedParts) {
    this.system = parts.store.system
    this.limits = parts.store.limits
    this.needsStreams = parts.store.needsStreams
    this.#parts = parts
  }

  async read(addresses: readonly ItemAddress[], options: ReadOptions): Promise<readonly (Item | undefined)[]> {
    if (addresses.length === 0) return this.#parts.store.read(addresses, options)
    if (addresses.length === 1) return this.#readChunk(addresses, options)
    // One request is paced as one, so it must be one.
    const distinct = [...new Map(addresses.map((address) => [addressKey(address), address])).values()]
    if (distinct.length === addresses.length && distinct.length <= this.limits.readKeys) {
      return this.#readChunk(distinct, options)
    }
    const chunks: Promise<readonly (readonly [string, Item | undefined])[]>[] = []
    for (let i = 0; i < distinct.length; i += this.limits.readKeys) {
      const chunk = distinct.slice(i, i + this.limits.readKeys)
      chunks.push(
        this.#readChunk(chunk, options).then((items) =>
          items.map((item, at) => [addressKey(chunk[at]!), item] as const),
        ),
      )
    }
    return readAnswer(addresses, new Map((await Promise.all(chunks)).flat()))
  }

  async #readChunk(chunk: readonly ItemAddress[], options: ReadOptions): Promise<readonly (Item | undefined)[]> {
    const { store, costs, pacer } = this.#parts
    const { consistent } = options
    const found = new Map<string, Item | undefined>()
    let rest = chunk
    const place = pacer.place({ options, priority: 'read' })
    const isBulk = options.priority === 'bulk'
    if (isBulk) await pacer.ready(this.#jobOn(chunk, 'read').tables)
    for (;;) {
      const asked = isBulk ? this.#portion(rest, (address) => costs.read([address], consistent), options) : rest
      let unread: readonly ItemAddress[] = []
      const items = await pacer.run(
        {
          ...this.#jobOn(asked, 'read'),
          options,
          priority: 'read',
          costs: () => costs.read(asked, consistent),
          send: async (once) => {
            const told = consumption(once)
            const answer = await store.read(asked, {
              ...told.options,
              consistent,
              onUnprocessed: (addresses) => {
                unread = addresses
              },
            })
            const known = costs.learnRead(...withoutUnread(asked, answer, unread), consistent)
            return { kind: 'answered', answer, consumed: told.consumed() ?? known }
          },
        },
        place,
      )
      if (unread.length === 0 && asked === chunk) return items
      for (const [at, address] of asked.entries()) found.set(addressKey(address), items[at])
      rest = [...unread, ...rest.slice(asked.length)]
      if (rest.length === 0) return chunk.map((address) => found.get(addressKey(address)))
      if (unread.length === 0) continue
      // An answer that is full says nothing about capacity.
      const bytes = items.reduce((sum, item) => sum + (item ? itemSize(item) : 0), 0)
      if (bytes < FULL_ANSWER) pacer.slow([...new Set(unread.map(({ table }) => `UnprocessedKeys ${table}`))], 'read')
    }
  }

  query(request: QueryRequest, options: RequestOptions = {}): Promise<Page> {
    const { partition, table, index } = request
    const partitions = () => (index === undefined ? [partitionOf(table, 'read', scalarKey(partition.value))] : [])
    return this.#page(request, options, partitions, (once) => this.#parts.store.query(request, once))
  }

  scan(request: ScanRequest, options: RequestOptions = {}): Promise<Page> {
    return this.#page(
      request,
      options,
      () => [],
      (once) => this.#parts.store.scan(request, once),
    )
  }

  #page(
    request: QueryRequest | ScanRequest,
    options: RequestOptions,
    partitions: () => readonly Partition[],
    ask: (options: RequestOptions) => Promise<Page>,
  ): Promise<Page> {
    const { costs, pacer } = this.#parts
    return pacer.run({
      tables: [request.table],
      partitions,
      options,
      priority: 'read',
      costs: () => costs.page(request),
      async send(once) {
        const told = consumption(once)
        const answer = await ask(told.options)
        return { kind: 'answered', answer, consumed: costs.learnPage(request, answer, told.consumed()) }
      },
    })
  }

  async commit(plan: WritePlan, options: RequestOptions = {}): Promise<CommitOutcome> {
    const { store, costs, pacer } = this.#parts
    if (plan.actions.length === 0) return store.commit(plan, options)
    return pacer.run({
      ...this.#jobOn(plan.actions, 'write'),
      options,
      priority: 'commit',
      costs: () => costs.commit(plan),
      async send(once): Promise<Sent<CommitOutcome>> {
        const told = consumption(once)
        const outcome = await store.commit(plan, told.options)
        switch (outcome.kind) {
          case 'throttled':
            return { kind: 'throttled', reasons: outcome.reasons, answer: () => outcome }
          case 'invalid':
            return { kind: 'free', answer: outcome }
          // A condition that failed is billed as if it had held, and so is what other transactions prevented.
          case 'conflict':
          case 'contention':
          case 'unknown':
          case 'committed': {
            const consumed = told.consumed()
            costs.learnCommit(plan, outcome, consumed ?? [])
            return { kind: 'answered', answer: outcome, consumed }
          }
          default:
            return outcome satisfies never
        }
      },
    })
  }

  /**
   * As the store's own, but sent in portions: what is given back for lack of capacity comes again, at its old place. Who
   * gives up in the middle gives back what is left.
   */
  async write(writes: readonly BulkWrite[], options: RequestOptions = {}): Promise<BulkOutcome> {
    if (writes.length === 0) return this.#parts.store.write(writes, options)
    const { pacer, costs, environment } = this.#parts
    let rest = writes
    const place = pacer.place({ options, priority: 'bulk' })
    await pacer.ready(this.#jobOn(writes, 'write').tables)
    for (;;) {
      const asked = this.#portion(rest, (write) => costs.batch([write]), options)
      let answer: BulkOutcome
      try {
        answer = await this.#writePortion(asked, options, place)
      } catch (thrown) {
        if (rest === writes || !isGivingUp(thrown)) throw thrown
        return { unprocessed: rest, reasons: isEngineError(thrown, 'THROTTLED') ? thrown.payload.reasons : [] }
      }
      const { unprocessed, reasons } = answer
      rest = [...unprocessed, ...rest.slice(asked.length)]
      if (rest.length === 0) return answer
      if (unprocessed.length === 0) continue
      const vague = [...new Set(unprocessed.map(({ table }) => `UnprocessedItems ${table}`))]
      pacer.slow(reasons.length > 0 ? reasons : vague, 'write')
      if (environment.now() >= place.deadline) return { unprocessed: rest, reasons }
    }
  }

  #writePortion(writes: readonly BulkWrite[], options: RequestOptions, place: Place): Promise<BulkOutcome> {
    const { store, costs, pacer } = this.#parts
    return pacer.run(
      {
        ...this.#jobOn(writes, 'write'),
        options,
        priority: 'bulk',
        costs: () => costs.batch(writes),
        async send(once) {
          const told = consumption(once)
          const answer = await store.write(writes, told.options)
          const left = new Set(answer.unprocessed.map(addressKey))
          const written = writes.filter((write) => !left.has(addressKey(write)))
          const consumed = told.consumed() ?? consumedBy(costs.batch(written))
          costs.learnBatch(written)
          return { kind: 'answered', answer, consumed }
        },
      },
      place,
    )
  }

  #portion<Each>(
    all: readonly Each[],
    costOf: (each: Each) => readonly Cost[],
    { rate = 1 }: RequestOptions,
  ): readonly Each[] {
    return portionOf(all, costOf, (cost) => this.#parts.limits.resource(cost).rate * rate)
  }

  async createTable(definition: TableDefinition, options?: RequestOptions): Promise<void> {
    await this.#parts.store.createTable(definition, options)
    this.#parts.limits.forget(definition.table)
  }

  async deleteTable(table: string, options?: RequestOptions): Promise<void> {
    await this.#parts.store.deleteTable(table, options)
    this.#parts.limits.forget(table)
  }

  describeTable(table: string, options?: RequestOptions): Promise<TableDescription | undefined> {
    return this.#parts.store.describeTable(table, options)
  }

  async updateTable(change: TableChange, options?: RequestOptions): Promise<void> {
    await this.#parts.store.updateTable(change, options)
    this.#parts.limits.forget(change.table)
  }

  /** Of a budget of its own on DynamoDB, where streams are not read from the tables' capacity. */
  changes(request: ChangesRequest): AsyncIterable<ChangesPage> {
    return this.#parts.store.changes(request)
  }

  capacity(): readonly ResourceReport[] {
    const now = this.#parts.environment.now()
    return Object.freeze(this.#parts.limits.all().map((resource) => resource.report(now)))
  }

  async close(): Promise<void> {
    this.#parts.pacer.close()
    await this.#parts.leases?.close()
    await this.#parts.store.close()
  }

  #jobOn(addresses: readonly ItemAddress[], kind: Kind): Pick<Job<unknown>, 'tables' | 'partitions'> {
    return {
      tables: addresses.length === 1 ? [addresses[0]!.table] : [...new Set(addresses.map(({ table }) => table))],
      partitions: () =>
        addresses.flatMap(({ table, key }) => {
          // The partition key comes first in a key.
          const [value] = Object.values(key)
          return value === undefined ? [] : [partitionOf(table, kind, scalarKey(value))]
        }),
    }
  }
}

/** The addresses that were read, and their items. */
function withoutUnread(
  asked: readonly ItemAddress[],
  items: readonly (Item | undefined)[],
  unread: readonly ItemAddress[],
): [addresses: readonly ItemAddress[], items: readonly (Item | undefined)[]] {
  if (unread.length === 0) return [asked, items]
  const left = new Set(unread.map(addressKey))
  const isRead = asked.map((address) => !left.has(addressKey(address)))
  return [asked.filter((_, at) => isRead[at]), items.filter((_, at) => isRead[at])]
}

/** Of a request that was not sent. */
const isGivingUp = (thrown: unknown): boolean =>
  (['THROTTLED', 'ABORTED', 'CLOSED'] as const).some((code) => isEngineError(thrown, code))

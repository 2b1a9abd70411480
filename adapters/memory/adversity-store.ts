/**
 * A store around the memory store that lets happen to requests what an `Adversity` says. All chance is thrown when a call
 * arrives, before anything waits.
 *
 * @module
 */
import { engineError } from '../../core/errors.ts'
import type { BulkOutcome, BulkWrite } from '../../core/store/bulk-write.ts'
import type { ChangesPage, ChangesRequest } from '../../core/store/changes.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { Page, QueryRequest, RequestOptions, ScanRequest, Store } from '../../core/store/store.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import { type AdverseStore, type Adversity, checkAdversity } from './adversity.ts'
import { Dice } from './adversity-dice.ts'
import { throwFaults } from './adversity-faults.ts'
import { MAX_LAG, type Replica } from './adversity-replica.ts'
import type { CapacityMeter } from './capacity-meter.ts'
import { checkProvisioned } from './capacity-plan.ts'
import type { Tables } from './tables.ts'

interface AdverseParts {
  /** A healthy store of the same tables, which is closed by itself. */
  readonly open: (isMetered: boolean) => Store
  readonly reopen: AdverseStore['recovered']
  /** What stale reads see. It must be told of every commit to the tables. */
  readonly replica: Replica
  /** What is left of the tables' capacity. */
  readonly meter: CapacityMeter
}

export function adverseStore({ open, reopen, replica, meter }: AdverseParts, adversity: Adversity): AdverseStore {
  const odds = checkAdversity(adversity)
  const dice = new Dice(odds.seed)
  const store = open(adversity.capacity !== undefined)
  /** What the network still carries arrives also after the caller closed its store. */
  const network = open(false)
  /** Ends with the caller's store, and at the crash. */
  const feed = open(false)
  let feeds = 0
  const underWay = new Set<Promise<void>>()
  let writes = 0

  const hasCrashed = (): boolean => writes >= odds.crashAtWrite

  function refuseAfterCrash(): void {
    if (!hasCrashed()) return
    const message = `The memory store crashed at commit ${odds.crashAtWrite}, as adversity.crashAtWrite says; recovered() gives a healthy one of what was committed.`
    throw engineError('CLOSED', message, {})
  }

  /** For requests that go no further: waits and is refused as any other. */
  const arrive = (options: RequestOptions | undefined) => store.read([], { ...options, consistent: true })

  async function commit(plan: WritePlan, options?: RequestOptions): Promise<CommitOutcome> {
    refuseAfterCrash()
    const faults = throwFaults(dice, odds, plan)
    writes += 1
    if (hasCrashed()) {
      await (faults.survivesCrash ? store.commit(plan, options) : arrive(options))
      await feed.close()
      return lost(`The store crashed at commit ${plan.id}`)
    }
    if (plan.actions.length > 0 && faults.refusal) {
      await arrive(options)
      return faults.refusal
    }
    if (faults.isLostBefore) {
      await arrive(options)
      repeat(plan, faults.againAfter)
      return lost(`The connection broke before commit ${plan.id} was carried out`)
    }
    const outcome = await store.commit(plan, options)
    if (outcome.kind === 'committed') repeat(plan, faults.againAfter)
    return faults.isLostAfter ? lost(`The connection broke before the answer to commit ${plan.id}`) : outcome
  }

  /** Throttling strikes each write by itself, as BatchWriteItem gives back what it did not get to. */
  async function write(writes: readonly BulkWrite[], options?: RequestOptions): Promise<BulkOutcome> {
    refuseAfterCrash()
    const struck = writes.map(() => dice.happens(odds.throttle))
    const done = await store.write(
      writes.filter((_, i) => !struck[i]),
      options,
    )
    const unprocessed = [...done.unprocessed, ...writes.filter((_, i) => struck[i])]
    return { unprocessed, reasons: unprocessed.length > 0 ? ['UnprocessedItems'] : [] }
  }

  function repeat(plan: WritePlan, turns: number | undefined): void {
    if (turns === undefined) return
    const delivery = deliver(plan, turns).finally(() => underWay.delete(delivery))
    underWay.add(delivery)
  }

  async function deliver(plan: WritePlan, turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    // A plan that makes the store throw has told so at its first delivery, or is lost like the rest of it.
    if (!hasCrashed()) await network.commit(plan).catch(() => undefined)
  }

  /** By how many commits this request is behind; undefined for one that sees all. */
  function throwLag(probability: number): number | undefined {
    const isStale = dice.happens(probability)
    const commits = dice.below(MAX_LAG + 1)
    return isStale ? commits : undefined
  }

  async function page<Request extends QueryRequest | ScanRequest>(
    request: Request,
    ask: (from: Store) => Promise<Page>,
    askStale: (from: Tables) => Page,
  ): Promise<Page> {
    refuseAfterCrash()
    const lag = throwLag(request.consistent ? 0 : request.index === undefined ? odds.staleReads : odds.staleIndexes)
    const answer = await ask(store)
    return lag === undefined ? answer : askStale(replica.lagging(lag))
  }

  async function* changes(request: ChangesRequest): AsyncGenerator<ChangesPage, void> {
    refuseAfterCrash()
    // Chance of its own, so that who follows changes shifts no fault of anybody's commits.
    const own = new Dice(odds.seed + ++feeds)
    for await (const page of feed.changes(request)) {
      yield page
      if (own.happens(odds.repeatChanges) && !request.signal?.aborted) yield page
      refuseAfterCrash()
    }
    refuseAfterCrash()
  }

  return Object.freeze<AdverseStore>({
    system: store.system,
    limits: store.limits,
    async read(addresses, options) {
      refuseAfterCrash()
      const lags = addresses.map(() => throwLag(options.consistent ? 0 : odds.staleReads))
      const items = await store.read(addresses, options)
      return items.map((item, i) => {
        const lag = lags[i]
        return lag === undefined ? item : replica.lagging(lag).read([addresses[i]!])[0]
      })
    },
    query: (request, options) =>
      page(
        request,
        (from) => from.query(request, options),
        (from) => from.query(request),
      ),
    scan: (request, options) =>
      page(
        request,
        (from) => from.scan(request, options),
        (from) => from.scan(request),
      ),
    commit,
    changes,
    write,
    async createTable(definition, options) {
      refuseAfterCrash()
      await store.createTable(definition, options)
    },
    async deleteTable(table, options) {
      refuseAfterCrash()
      await store.deleteTable(table, options)
    },
    async describeTable(table, options) {
      refuseAfterCrash()
      return store.describeTable(table, options)
    },
    async updateTable(change, options) {
      refuseAfterCrash()
      await store.updateTable(change, options)
    },
    ...(adversity.capacity !== undefined && {
      async throughput(table: string) {
        refuseAfterCrash()
        return meter.provisioned(table)
      },
    }),
    provision(table, provisioned) {
      checkProvisioned(provisioned, 'provisioned')
      meter.provision(table, provisioned)
    },
    async close() {
      await Promise.all([store.close(), feed.close()])
    },
    recovered: reopen,
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
  })
}

const lost = (message: string): CommitOutcome => ({ kind: 'unknown', cause: new Error(message) })

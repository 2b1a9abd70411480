/**
 * The buckets of a simulated table: what is left of its capacity, of its indexes' and of its partitions'. Filled by the
 * store's own clock, so that an hour is as long as a test wants it.
 *
 * @module
 */
import { partitionUnits } from '../../core/store/capacity.ts'
import type { CapacityPlan, ProvisionedTable } from './capacity-plan.ts'

type Kind = 'read' | 'write'

/** What a request needs of one table or index. */
export interface Charge {
  readonly table: string
  readonly index?: string | undefined
  readonly kind: Kind
  readonly units: number
  /** The partition key as one text; undefined for what touches many. */
  readonly partition?: string | undefined
}

interface Bucket {
  readonly rate: number
  readonly depth: number
  tokens: number
  at: number
}

const BURST_SECONDS = 300
/** Fractions of units, summed up in another order, may miss by this much. */
const EPSILON = 1e-6

export class CapacityMeter {
  readonly #now: () => number
  readonly #tables: Map<string, ProvisionedTable>
  readonly #buckets = new Map<string, Bucket>()

  constructor(plan: CapacityPlan, now: () => number) {
    this.#tables = new Map(Object.entries(plan.tables))
    this.#now = now
  }

  /** Undefined for a table on demand. */
  provisioned(table: string): ProvisionedTable | undefined {
    return this.#tables.get(table)
  }

  /** As UpdateTable does: what was saved up is kept, as far as it fits. */
  provision(table: string, provisioned: ProvisionedTable): void {
    this.#tables.set(table, provisioned)
    for (const [name, bucket] of this.#buckets) {
      const [owner, kind, index] = JSON.parse(name) as [string, Kind, string | null, string?]
      if (owner !== table) continue
      this.#fill(bucket)
      const { rate, depth } = this.#shape(table, kind, index ?? undefined, name)
      this.#buckets.set(name, { rate, depth, tokens: Math.min(bucket.tokens, depth), at: bucket.at })
    }
  }

  /** Reasons to refuse, as DynamoDB words them; none if there is enough of everything. Takes nothing. */
  lacks(charges: readonly Charge[]): readonly string[] {
    const reasons = new Set<string>()
    const needs = new Map<string, { readonly reason: string; units: number }>()
    for (const charge of charges) {
      for (const { name, reason } of this.#bucketsOf(charge)) {
        const need = needs.get(name) ?? { reason, units: 0 }
        needs.set(name, need)
        need.units += charge.units
      }
    }
    for (const [name, { reason, units }] of needs) {
      const bucket = this.#bucket(name)
      // What is larger than the bucket goes when it is full, or it never would.
      if (bucket.tokens + EPSILON < Math.min(units, bucket.depth)) reasons.add(reason)
    }
    return [...reasons]
  }

  take(charges: readonly Charge[]): void {
    for (const charge of charges) {
      for (const { name } of this.#bucketsOf(charge)) this.#bucket(name).tokens -= charge.units
    }
  }

  /** The table's or index's own bucket, and that of the partition. */
  *#bucketsOf({ table, index, kind, partition }: Charge): Generator<{ name: string; reason: string }, undefined> {
    const provisioned = this.#tables.get(table)
    if (!provisioned || (index !== undefined && !provisioned.indexes?.[index])) return
    const [what, where] = index === undefined ? ['Table', table] : ['Index', `${table}/index/${index}`]
    const reason = (why: string) =>
      `${what}${kind === 'read' ? 'Read' : 'Write'}${why}ThroughputExceeded arn:aws:dynamodb:local:000000000000:table/${where}`
    yield { name: JSON.stringify([table, kind, index]), reason: reason('Provisioned') }
    if (partition === undefined) return
    const place = hash(partition) % partitionsOf(provisioned)
    yield { name: JSON.stringify([table, kind, index, place]), reason: reason('KeyRange') }
  }

  #bucket(name: string): Bucket {
    const known = this.#buckets.get(name)
    if (known) return this.#fill(known)
    const [table, kind, index] = JSON.parse(name) as [string, Kind, string | null]
    const { rate, depth } = this.#shape(table, kind, index ?? undefined, name)
    const bucket = { rate, depth, tokens: depth, at: this.#now() }
    this.#buckets.set(name, bucket)
    return bucket
  }

  #shape(table: string, kind: Kind, index: string | undefined, name: string) {
    const provisioned = this.#tables.get(table)
    const isPartition = (JSON.parse(name) as unknown[]).length === 4
    if (isPartition) return { rate: partitionUnits[kind], depth: partitionUnits[kind] }
    const rate = (index === undefined ? provisioned : provisioned?.indexes?.[index])?.[kind] ?? Number.POSITIVE_INFINITY
    return { rate, depth: rate * (provisioned?.burstSeconds ?? BURST_SECONDS) }
  }

  #fill(bucket: Bucket): Bucket {
    const now = this.#now()
    const earned = (Math.max(0, now - bucket.at) / 1000) * bucket.rate
    bucket.tokens = Math.min(bucket.depth, bucket.tokens + earned)
    bucket.at = now
    return bucket
  }
}

const partitionsOf = ({ read, write, partitions }: ProvisionedTable): number =>
  partitions ?? Math.max(1, Math.ceil(read / partitionUnits.read), Math.ceil(write / partitionUnits.write))

/** FNV-1a. */
function hash(text: string): number {
  let hashed = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hashed = Math.imul(hashed ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hashed
}

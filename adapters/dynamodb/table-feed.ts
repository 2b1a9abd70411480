/**
 * The stream of one table: which shards there are to read, from where, and what of them was handed on.
 *
 * A shard is read before its children, so the changes of one item come in order wherever its key moved. Positions only move
 * in `settle`, when a batch goes to the consumer: until then a token does not know of it.
 *
 * @module
 */
import type { GetShardIteratorCommandInput } from '@aws-sdk/client-dynamodb-streams'
import { feedTrimmed } from '../../core/store/feed-token.ts'
import type { ShardPosition, StreamPosition } from './stream-position.ts'
import type { Records, StreamService, StreamView } from './stream-service.ts'

/** A stream that its table has now. */
export interface LiveStream {
  readonly table: string
  readonly arn: string
  readonly label: string
  /** Names of the table's key attributes, the partition key first. */
  readonly keys: readonly string[]
}

interface Batch extends Records {
  readonly shard: string
}

/**
 * Milliseconds. A record is kept for 24 hours, and nothing tells whether a shard had one that is gone already. So a shard
 * of which nothing was read yet is trusted to be whole for half of that, and clocks may differ by the other half.
 */
const TRUSTED = 12 * 60 * 60_000

/** Iterators that are asked for in place of one that has expired, before a shard is given up. */
const MAX_RENEWALS = 3

export class TableFeed {
  readonly stream: LiveStream
  readonly #service: StreamService
  readonly #now: () => number
  readonly #positions = new Map<string, ShardPosition>()
  readonly #iterators = new Map<string, string>()
  #view: StreamView
  #asOf: number

  private constructor(stream: LiveStream, service: StreamService, now: () => number, view: StreamView) {
    this.stream = stream
    this.#service = service
    this.#now = now
    this.#view = view
    this.#asOf = now()
  }

  static async open(
    stream: LiveStream,
    service: StreamService,
    now: () => number,
    from: 'start' | 'now' | StreamPosition,
  ): Promise<TableFeed> {
    if (typeof from !== 'string' && from.label !== stream.label) {
      throw feedTrimmed([stream.table], 'the stream was switched off and on since, or the table made anew')
    }
    const feed = new TableFeed(stream, service, now, await service.describe(stream.arn))
    if (from === 'start') feed.#begin()
    else if (from === 'now') await feed.#join()
    else feed.#resume(from)
    return feed
  }

  get position(): StreamPosition {
    return { label: this.stream.label, asOf: this.#asOf, shards: this.#positions }
  }

  /** The shards that have something to read now or later. */
  get shards(): readonly string[] {
    return [...this.#positions].filter(([, { kind }]) => kind !== 'end').map(([shard]) => shard)
  }

  /** Whether a shard that is to be read gets no new records: there is no reason to wait before reading on. */
  get isBehind(): boolean {
    return this.shards.some((shard) => this.#view.shards.get(shard)?.SequenceNumberRange?.EndingSequenceNumber)
  }

  /** The next records of a shard, perhaps none. */
  async read(shard: string): Promise<Batch> {
    for (let renewals = 0; ; renewals++) {
      const position = this.#positions.get(shard)!
      try {
        const iterator = this.#iterators.get(shard) ?? (await this.#iteratorAt(shard, position))
        const { records, next } = await this.#service.records(iterator)
        return { shard, records, next }
      } catch (error) {
        const reason = lossOf(error)
        if (reason === undefined) throw error
        this.#iterators.delete(shard)
        if (reason === 'gone' && position.kind === 'oldest') return { shard, records: [], next: undefined }
        // What expired may be asked for anew. DynamoDB Local also says of a place in an empty shard that it was trimmed.
        if (reason === 'gone' || renewals === MAX_RENEWALS) throw this.#lost(error)
        if (position.kind === 'since') this.#positions.set(shard, { kind: 'first' })
      }
    }
  }

  /** The batch is handed on. */
  settle({ shard, records, next }: Batch): void {
    const sequence = records.at(-1)?.dynamodb?.SequenceNumber
    if (next === undefined) {
      this.#iterators.delete(shard)
      this.#positions.set(shard, { kind: 'end' })
      return
    }
    this.#iterators.set(shard, next)
    if (sequence !== undefined) this.#positions.set(shard, { kind: 'after', sequence })
    else if (this.#positions.get(shard)?.kind === 'since') this.#positions.set(shard, { kind: 'since', iterator: next })
  }

  /** Ends a round, in which each shard was read: looks for the children of those that were read to their ends. */
  async grow(): Promise<void> {
    const now = this.#now()
    if (this.#positions.size > this.shards.length || this.#positions.size === 0) {
      this.#view = await this.#service.describe(this.stream.arn)
      if (this.#positions.size === 0) this.#begin()
      else this.#replaceEnded()
    }
    this.#asOf = now
  }

  /** Shards without a parent, from whatever they still have; the others follow from them. */
  #begin(): void {
    for (const [id, { ParentShardId: parent }] of this.#view.shards) {
      if (parent === undefined || !this.#view.shards.has(parent)) this.#positions.set(id, { kind: 'oldest' })
    }
  }

  #resume({ asOf, shards }: StreamPosition): void {
    for (const [shard, position] of shards) this.#positions.set(shard, position)
    this.#asOf = asOf
    this.#replaceEnded()
  }

  /** Shards without children, from now on. */
  async #join(): Promise<void> {
    const parents = new Set([...this.#view.shards.values()].map(({ ParentShardId: parent }) => parent))
    const last = [...this.#view.shards.keys()].filter((id) => !parents.has(id))
    const iterators = await Promise.all(last.map((id) => this.#ask(id, { ShardIteratorType: 'LATEST' })))
    for (const [i, id] of last.entries()) this.#positions.set(id, { kind: 'since', iterator: iterators[i]! })
  }

  /** What was read to its end gives way to its children, as soon as they are listed. */
  #replaceEnded(): void {
    const { shards, status } = this.#view
    for (const [shard, { kind }] of [...this.#positions]) {
      const isGone = !shards.has(shard)
      // Nothing was promised of a shard that is read from its oldest record on.
      const isRead = kind === 'end' || (kind === 'oldest' && isGone)
      const children = isRead ? this.#childrenOf(shard) : []
      if (isGone && children.length === 0) throw this.#lost(`shard ${shard} of the stream is gone`)
      if (children.length === 0) continue
      this.#positions.delete(shard)
      for (const child of children) if (!this.#positions.has(child)) this.#positions.set(child, { kind: 'first' })
    }
    if (this.shards.length === 0 && this.#positions.size > 0 && (status === 'DISABLED' || status === 'DISABLING')) {
      throw this.#lost('its stream was switched off')
    }
  }

  #childrenOf(shard: string): readonly string[] {
    return [...this.#view.shards].filter(([, { ParentShardId: parent }]) => parent === shard).map(([id]) => id)
  }

  async #iteratorAt(shard: string, position: ShardPosition): Promise<string> {
    switch (position.kind) {
      case 'since':
        return position.iterator
      case 'after':
        return this.#ask(shard, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.sequence })
      case 'first':
        // The trim horizon passes over what was trimmed and says nothing.
        if (this.#now() - this.#asOf > TRUSTED) throw this.#lost('it stopped half a day ago or more')
        return this.#ask(shard, { ShardIteratorType: 'TRIM_HORIZON' })
      case 'oldest':
      case 'end':
        return this.#ask(shard, { ShardIteratorType: 'TRIM_HORIZON' })
      default:
        return position satisfies never
    }
  }

  #ask(shard: string, at: Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'>): Promise<string> {
    return this.#service.iterator({ StreamArn: this.stream.arn, ShardId: shard, ...at })
  }

  #lost(cause: unknown) {
    const reason = typeof cause === 'string' ? cause : 'DynamoDB keeps a stream for a day, and it stopped before that'
    return feedTrimmed([this.stream.table], reason, typeof cause === 'string' ? undefined : cause)
  }
}

/** By name, as the client may come from another copy of the SDK. */
function lossOf(error: unknown): 'expired' | 'gone' | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'ResourceNotFoundException') return 'gone'
  return error.name === 'ExpiredIteratorException' || error.name === 'TrimmedDataAccessException'
    ? 'expired'
    : undefined
}

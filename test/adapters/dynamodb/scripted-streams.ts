/**
 * A table's stream as AWS has it and DynamoDB Local does not: shards that split, close, are trimmed and vanish, iterators
 * that expire, throttles, answers that bring nothing although there is more. It stands where the two clients do.
 *
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBStreamsClient, _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'

interface ScriptedShard {
  readonly id: string
  readonly parent: string | undefined
  readonly records: StreamRecord[]
  /** So many of the oldest records are gone. */
  trimmed: number
  isClosed: boolean
  isListed: boolean
}

type Input = Readonly<Record<string, string>>

export class ScriptedStreams {
  readonly table = 'scripted'
  label = '2030-01-01T00:00:00.000'
  status = 'ENABLED'
  /** What the table says of its stream. */
  specification: { StreamEnabled: boolean; StreamViewType: string } | undefined = {
    StreamEnabled: true,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  }
  /** Names of the requests that came. */
  readonly requests: string[] = []
  /** Called before a request is answered; what it throws is the answer. */
  meanwhile: (operation: string) => void = () => {}
  recordsPerAnswer = 2
  readonly #shards = new Map<string, ScriptedShard>()
  readonly #items = new Map<string, number>()
  #sequence = 100
  #generation = 0

  constructor(...roots: readonly string[]) {
    for (const root of roots) this.#add(root, undefined)
  }

  /** One more state of the item, in this shard. */
  change(shard: string, id: string): void {
    const before = this.#items.get(id)
    const after = (before ?? 0) + 1
    this.#items.set(id, after)
    const image = (n: number) => ({ id: { S: id }, n: { N: String(n) } })
    this.#shard(shard).records.push({
      eventName: before === undefined ? 'INSERT' : 'MODIFY',
      dynamodb: {
        Keys: { id: { S: id } },
        ...(before !== undefined && { OldImage: image(before) }),
        NewImage: image(after),
        SequenceNumber: String(++this.#sequence).padStart(21, '0'),
      },
    })
  }

  /** Closes the shard; its children take over. */
  split(shard: string, ...children: readonly string[]): void {
    this.#shard(shard).isClosed = true
    for (const child of children) this.#add(child, shard)
  }

  /** Drops records from the shard's beginning, as a day later. */
  trim(shard: string, records: number): void {
    this.#shard(shard).trimmed += records
  }

  /** The shard is gone, and in no list any more. */
  vanish(shard: string): void {
    this.#shard(shard).isListed = false
  }

  expireIterators(): void {
    this.#generation++
  }

  get client(): DynamoDBClient {
    return { send: async () => this.#describeTable() } as unknown as DynamoDBClient
  }

  get streams(): DynamoDBStreamsClient {
    const send = async (command: { constructor: { name: string }; input: Input }) => {
      const operation = command.constructor.name
      this.requests.push(operation)
      this.meanwhile(operation)
      return this.#answer(operation, command.input)
    }
    return { send } as unknown as DynamoDBStreamsClient
  }

  get #arn(): string {
    return `arn:aws:dynamodb:x:1:table/${this.table}/stream/${this.label}`
  }

  #describeTable() {
    const stream = this.specification && { StreamSpecification: this.specification, LatestStreamArn: this.#arn }
    const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }]
    return { Table: { TableName: this.table, KeySchema, LatestStreamLabel: this.label, ...stream } }
  }

  #answer(operation: string, input: Input): unknown {
    switch (operation) {
      case 'DescribeStreamCommand':
        return this.#describe(input)
      case 'GetShardIteratorCommand':
        return { ShardIterator: this.#iterator(input) }
      default:
        return this.#records(input['ShardIterator']!)
    }
  }

  /** Two shards an answer. */
  #describe({ ExclusiveStartShardId: from }: Input) {
    const listed = [...this.#shards.values()].filter(({ isListed }) => isListed)
    const start = from === undefined ? 0 : listed.findIndex(({ id }) => id === from) + 1
    const page = listed.slice(start, start + 2)
    const isLast = start + 2 >= listed.length
    const Shards = page.map(({ id, parent, isClosed }) => ({
      ShardId: id,
      ...(parent !== undefined && { ParentShardId: parent }),
      SequenceNumberRange: { StartingSequenceNumber: '1', ...(isClosed && { EndingSequenceNumber: '9' }) },
    }))
    const LastEvaluatedShardId = isLast ? undefined : page.at(-1)?.id
    return { StreamDescription: { StreamStatus: this.status, Shards, LastEvaluatedShardId } }
  }

  #iterator({ ShardId: id, ShardIteratorType: type, SequenceNumber: after }: Input): string {
    const { records, trimmed } = this.#listed(id!)
    if (type === 'LATEST') return this.#iteratorAt(id!, records.length)
    if (type === 'TRIM_HORIZON') return this.#iteratorAt(id!, trimmed)
    const at = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === after)
    if (at < trimmed) throw named('TrimmedDataAccessException')
    return this.#iteratorAt(id!, at + 1)
  }

  #iteratorAt = (id: string, at: number): string => `${id}|${at}|${this.#generation}`

  #records(iterator: string) {
    const [id, at, generation] = iterator.split('|') as [string, string, string]
    const { records, trimmed, isClosed } = this.#listed(id)
    if (Number(generation) < this.#generation) throw named('ExpiredIteratorException')
    if (Number(at) < trimmed) throw named('TrimmedDataAccessException')
    const Records = records.slice(Number(at), Number(at) + this.recordsPerAnswer)
    const next = Number(at) + Records.length
    const isOver = isClosed && next === records.length
    return { Records, ...(!isOver && { NextShardIterator: this.#iteratorAt(id, next) }) }
  }

  #add(id: string, parent: string | undefined): void {
    this.#shards.set(id, { id, parent, records: [], trimmed: 0, isClosed: false, isListed: true })
  }

  #listed(id: string): ScriptedShard {
    const shard = this.#shards.get(id)
    if (!shard?.isListed) throw named('ResourceNotFoundException')
    return shard
  }

  #shard(id: string): ScriptedShard {
    const shard = this.#shards.get(id)
    if (shard === undefined) throw new Error(`There is no shard ${id}`)
    return shard
  }
}

/** An error as the SDK makes one of DynamoDB's refusals. */
export const named = (name: string): Error =>
  Object.assign(new Error(`${name} on purpose`), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } })

/**
 * The change feed of the port over DynamoDB Streams: the shards of several tables, read in rounds and told as one.
 *
 * At any time no more than `AT_ONCE` answers of at most 1 MB are in memory. Rounds that bring nothing come further and
 * further apart.
 *
 * @module
 */
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBStreamsClient, _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import { keyOf } from '../../core/data/item.ts'
import { engineError } from '../../core/errors.ts'
import type { Change, ChangesPage, ChangesRequest } from '../../core/store/changes.ts'
import { BOTH_IMAGES } from '../../core/store/table-properties.ts'
import { mapFromWire, type WireMap } from './attribute-values.ts'
import type { Patience } from './patience.ts'
import { printPositions, readPositions } from './stream-position.ts'
import { streamService } from './stream-service.ts'
import { type LiveStream, TableFeed } from './table-feed.ts'

/** Shards that are read at the same time. */
const AT_ONCE = 8

/** Milliseconds between two rounds: the first after one that brought something, growing to the second. */
const [FIRST_WAIT, LONGEST_WAIT] = [100, 1_600]

/** Milliseconds of waiting after which an empty page lets the consumer save how far it is. */
const QUIET = 5_000

interface StreamContext {
  readonly client: DynamoDBClient
  readonly streams: DynamoDBStreamsClient
  readonly patience: Patience
  /** Ends everything that waits. */
  readonly signal: AbortSignal
}

/** The request has passed `checkChangesRequest`. Rejects when the signal aborts while something is under way. */
export async function* followStreams(
  { tables, from }: ChangesRequest,
  context: StreamContext,
): AsyncGenerator<ChangesPage, void> {
  const { patience, signal } = context
  const names = [...new Set(tables)]
  const isNew = from === 'start' || from === 'now'
  const positions = isNew ? undefined : readPositions(names, from)
  const live = await Promise.all(names.map((table) => findStream(table, context)))
  const service = await streamService(context.streams, patience, signal)
  const now = patience.now ?? Date.now
  const open = (stream: LiveStream) =>
    TableFeed.open(stream, service, now, isNew ? from : positions!.get(stream.table)!)
  const feeds = await Promise.all(live.map(open))
  const page = (changes: readonly Change[]): ChangesPage => {
    const token = printPositions(names, new Map(feeds.map(({ stream, position }) => [stream.table, position])))
    return Object.freeze({ changes: Object.freeze(changes), token })
  }
  yield page([])
  for (let wait = FIRST_WAIT, quiet = 0; !signal.aborted; ) {
    let busy = false
    for (const feed of feeds) {
      for await (const changes of nextRound(feed)) {
        busy = true
        yield page(changes)
        if (signal.aborted) return
      }
    }
    quiet = busy ? 0 : quiet + wait
    wait = busy || feeds.some(({ isBehind }) => isBehind) ? FIRST_WAIT : Math.min(LONGEST_WAIT, 2 * wait)
    await patience.sleep(wait, signal)
    if (quiet < QUIET) continue
    quiet = 0
    yield page([])
  }
}

/** What one look at each shard brought, a shard at a time. What was told is settled. */
async function* nextRound(feed: TableFeed): AsyncGenerator<readonly Change[], void> {
  const shards = feed.shards
  for (let i = 0; i < shards.length; i += AT_ONCE) {
    const batches = await Promise.all(shards.slice(i, i + AT_ONCE).map((shard) => feed.read(shard)))
    for (const batch of batches) {
      feed.settle(batch)
      if (batch.records.length > 0) yield batch.records.map((record) => changeOf(feed.stream, record))
    }
  }
  await feed.grow()
}

async function findStream(table: string, { client, signal }: StreamContext): Promise<LiveStream> {
  const { Table: found } = await client.send(new DescribeTableCommand({ TableName: table }), { abortSignal: signal })
  const { StreamEnabled: enabled, StreamViewType: images } = found?.StreamSpecification ?? {}
  const arn = found?.LatestStreamArn
  if (!enabled || arn === undefined) {
    const reason = `table ${table} has no stream`
    throw rejected(reason, 'create it with stream: true, which also switches the stream of an existing table on')
  }
  if (images !== BOTH_IMAGES.StreamViewType) {
    const reason = `the stream of table ${table} has ${images}, not ${BOTH_IMAGES.StreamViewType}`
    throw rejected(
      reason,
      'switch the stream off when nobody reads it any more, then create the table with stream: true',
    )
  }
  const keys = (found?.KeySchema ?? []).map(({ AttributeName }) => AttributeName!)
  return { table, arn, label: found?.LatestStreamLabel ?? arn, keys }
}

const rejected = (reason: string, remedy: string) => engineError('REJECTED', `${reason}; ${remedy}`, { reason })

function changeOf({ table, keys }: LiveStream, { dynamodb = {} }: StreamRecord): Change {
  const { Keys, OldImage, NewImage } = dynamodb
  const key = Object.freeze(keyOf(mapFromWire(Keys as WireMap), keys))
  const before = OldImage && mapFromWire(OldImage as WireMap)
  const after = NewImage && mapFromWire(NewImage as WireMap)
  return Object.freeze({ table, key, before, after })
}

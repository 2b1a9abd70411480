/**
 * The three requests of DynamoDB Streams, through the caller's own client. What may pass by itself, throttles and lost
 * answers, is tried again with pauses: reading a stream changes nothing.
 *
 * The package of the client is an optional peer. It is loaded here, when somebody who has a client of it first follows.
 *
 * @module
 */
import type {
  DynamoDBStreamsClient,
  GetShardIteratorCommandInput,
  Shard,
  _Record as StreamRecord,
  StreamStatus,
} from '@aws-sdk/client-dynamodb-streams'
import { engineError } from '../../core/errors.ts'
import { fullJitter, type Patience } from './patience.ts'
import { isUnanswered } from './read-failure.ts'
import { isRefusal, isThrottle } from './service-error.ts'

/** Tries of one request before its error is the consumer's, who may go on later with the last token. */
const MAX_ATTEMPTS = 12

export interface StreamView {
  readonly status: StreamStatus | undefined
  /** All that are listed, by id. */
  readonly shards: ReadonlyMap<string, Shard>
}

export interface Records {
  readonly records: readonly StreamRecord[]
  /** Undefined at the end of a shard that is closed. */
  readonly next: string | undefined
}

export interface StreamService {
  describe(arn: string): Promise<StreamView>
  iterator(at: GetShardIteratorCommandInput): Promise<string>
  records(iterator: string): Promise<Records>
}

export async function streamService(
  client: DynamoDBStreamsClient,
  patience: Patience,
  signal: AbortSignal,
): Promise<StreamService> {
  // With `catch` esbuild takes it for optional, and bundles programs that have not installed it.
  const { DescribeStreamCommand, GetRecordsCommand, GetShardIteratorCommand } = await import(
    '@aws-sdk/client-dynamodb-streams'
  ).catch((cause: unknown) => {
    const reason = 'the package @aws-sdk/client-dynamodb-streams, which the client is from, could not be loaded'
    throw engineError('REJECTED', `${reason}; install it, and put it into the bundle`, { reason }, { cause })
  })
  const options = { abortSignal: signal }

  async function persistently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask()
      } catch (error) {
        if (signal.aborted || attempt === MAX_ATTEMPTS || !mayPass(error)) throw error
        await patience.sleep(fullJitter(attempt, patience), signal)
      }
    }
  }

  return {
    async describe(arn) {
      const shards = new Map<string, Shard>()
      let from: string | undefined
      for (;;) {
        const command = new DescribeStreamCommand({ StreamArn: arn, ...(from && { ExclusiveStartShardId: from }) })
        const { StreamDescription: page } = await persistently(() => client.send(command, options))
        for (const shard of page?.Shards ?? []) if (shard.ShardId !== undefined) shards.set(shard.ShardId, shard)
        from = page?.LastEvaluatedShardId
        if (from === undefined) return { status: page?.StreamStatus, shards }
      }
    },
    async iterator(at) {
      const command = new GetShardIteratorCommand(at)
      const { ShardIterator: iterator } = await persistently(() => client.send(command, options))
      if (iterator === undefined) throw new TypeError(`DynamoDB gave no iterator of shard ${at.ShardId}`)
      return iterator
    },
    async records(iterator) {
      const command = new GetRecordsCommand({ ShardIterator: iterator })
      const { Records = [], NextShardIterator: next } = await persistently(() => client.send(command, options))
      return { records: Records, next: next ?? undefined }
    },
  }
}

const mayPass = (error: unknown): boolean => (isRefusal(error) ? isThrottle(error) : isUnanswered(error))

/**
 * Sends a write exactly once, through the caller's own client, and tells whether it left.
 *
 * The SDK repeats a request whose answer was lost. A conditional write that was applied the first time then fails its own
 * condition, and looks like somebody else's conflict. The client itself is left as it is: only the store's view of its
 * middleware does without the retries.
 *
 * @module
 */
import type {
  ConsumedCapacity,
  DeleteItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { AtNetwork } from './direct-route.ts'
import type { QuickClient } from './quick-client.ts'

export type WriteCommand = PutItemCommand | UpdateItemCommand | DeleteItemCommand | TransactWriteItemsCommand

type Consumed = ConsumedCapacity | ConsumedCapacity[] | undefined

type Sent =
  | { readonly kind: 'answered'; readonly output: { readonly ConsumedCapacity?: Consumed } }
  /** `left` is false only if not a byte of the request was handed to the network. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly left: boolean }

/** Never throws. */
export async function sendOnce(
  client: QuickClient,
  command: WriteCommand,
  signal: AbortSignal | undefined,
): Promise<Sent> {
  let left = false
  try {
    const atNetwork: AtNetwork = (next) => async (args) => {
      signal?.throwIfAborted()
      left = true
      return next(args)
    }
    const options = signal ? { abortSignal: signal } : {}
    const pipeline = async (around: AtNetwork) => {
      const handle = command.resolveMiddleware(client.stackWith('none', around) as never, client.config, options)
      const { output } = await handle(command as never)
      return output as { ConsumedCapacity?: Consumed }
    }
    const { direct } = client
    const output = await (direct
      ? direct.send({ command, signal, atNetwork, pipeline, isRetried: false })
      : pipeline(atNetwork))
    return { kind: 'answered', output }
  } catch (error) {
    return { kind: 'failed', error, left }
  }
}

/**
 * Sends a write exactly once, through the caller's own client, and tells whether it left.
 *
 * The SDK repeats a request whose answer was lost. A conditional write that was applied the first time then fails its own
 * condition, and looks like somebody else's conflict. The client itself is left as it is: only a copy of its middleware
 * stack does without the retries.
 *
 * @module
 */
import type {
  ConsumedCapacity,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'

export type WriteCommand = PutItemCommand | UpdateItemCommand | DeleteItemCommand | TransactWriteItemsCommand

type Consumed = ConsumedCapacity | ConsumedCapacity[] | undefined

export type Sent =
  | { readonly kind: 'answered'; readonly output: { readonly ConsumedCapacity?: Consumed } }
  /** `left` is false only if not a byte of the request was handed to the network. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly left: boolean }

/** Never throws. */
export async function sendOnce(
  client: DynamoDBClient,
  command: WriteCommand,
  signal: AbortSignal | undefined,
): Promise<Sent> {
  let left = false
  try {
    // Copied for each request, so that what the caller adds to the client later (tracing, say) is honoured.
    const stack = client.middlewareStack.clone()
    stack.remove('retryMiddleware')
    // Others are placed relative to it by name, so something of that name must stay.
    stack.add((next) => next, { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high' })
    // Added last at the last step: the innermost one, next to the network.
    stack.add(
      (next) => async (args) => {
        signal?.throwIfAborted()
        left = true
        return next(args)
      },
      { name: 'draftworkLeft', step: 'deserialize', priority: 'low' },
    )
    const handle = command.resolveMiddleware(stack as never, client.config, signal ? { abortSignal: signal } : {})
    const { output } = await handle(command as never)
    return { kind: 'answered', output: output as { ConsumedCapacity?: Consumed } }
  } catch (error) {
    return { kind: 'failed', error, left }
  }
}

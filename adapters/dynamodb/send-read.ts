/**
 * Sends a read through the caller's own client. With `once`, the SDK does not wait and repeat for lack of capacity, which
 * is then the caller's business; what its other retries are for, a broken connection or a server in trouble, stays.
 *
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { RequestOptions } from '../../core/store/store.ts'
import { isRefusal, isThrottle } from './service-error.ts'

/** What the commands of the SDK have in common, as far as it is used here. */
interface Command<Output> {
  resolveMiddleware(stack: never, configuration: never, options: never): (command: never) => Promise<{ output: Output }>
}

interface ThrottledOutput {
  readonly draftworkThrottle?: unknown
}

export async function sendRead<Output extends object>(
  client: DynamoDBClient,
  command: Command<Output>,
  { signal, once }: RequestOptions,
): Promise<Output> {
  const options = signal ? { abortSignal: signal } : {}
  if (!once) return client.send(command as never, options) as unknown as Promise<Output>
  const stack = client.middlewareStack.clone()
  stack.addRelativeTo(throttleAsAnswer as never, {
    name: 'draftworkOnce',
    relation: 'after',
    toMiddleware: 'retryMiddleware',
  })
  const handle = command.resolveMiddleware(stack as never, client.config as never, options as never)
  const { output } = await handle(command as never)
  const { draftworkThrottle } = output as ThrottledOutput
  if (draftworkThrottle !== undefined) throw draftworkThrottle
  return output
}

/** An answer in the eyes of the SDK's retries, which are around this. */
const throttleAsAnswer =
  <Arguments>(next: (args: Arguments) => Promise<unknown>) =>
  async (args: Arguments): Promise<unknown> => {
    try {
      return await next(args)
    } catch (error) {
      if (!isRefusal(error) || !isThrottle(error)) throw error
      return { response: undefined, output: { $metadata: error.$metadata, draftworkThrottle: error } }
    }
  }

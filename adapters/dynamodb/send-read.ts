/**
 * Sends a read through the caller's own client. With `once`, the SDK does not wait and repeat for lack of capacity, which
 * is then the caller's business; what its other retries are for, a broken connection or a server in trouble, stays.
 *
 * @module
 */
import type { RequestOptions } from '../../core/store/store.ts'
import type { Middleware, QuickClient } from './quick-client.ts'
import { isRefusal, isThrottle } from './service-error.ts'

/** What the commands of the SDK have in common, as far as it is used here. */
interface Command<Output> {
  resolveMiddleware(stack: never, configuration: never, options: never): (command: never) => Promise<{ output: Output }>
}

interface ThrottledOutput {
  readonly draftworkThrottle?: unknown
}

export async function sendRead<Output extends object>(
  client: QuickClient,
  command: Command<Output>,
  { signal, once }: RequestOptions,
): Promise<Output> {
  const options = signal ? { abortSignal: signal } : {}
  if (!once) return client.send(command as never, options) as unknown as Promise<Output>
  const stack = client.stackWithin(throttleAsAnswer)
  const handle = command.resolveMiddleware(stack as never, client.config as never, options as never)
  const { output } = await handle(command as never)
  const { draftworkThrottle } = output as ThrottledOutput
  if (draftworkThrottle !== undefined) throw draftworkThrottle
  return output
}

/** An answer in the eyes of the SDK's retries, which are around this. */
const throttleAsAnswer: Middleware = (next) => async (args) => {
  try {
    return await next(args)
  } catch (error) {
    if (!isRefusal(error) || !isThrottle(error)) throw error
    return { response: undefined, output: { $metadata: error.$metadata, draftworkThrottle: error } }
  }
}

/**
 * Sends a read through the caller's own client. With `once`, the SDK does not wait and repeat for lack of capacity, which
 * is then the caller's business; what its other retries are for, a broken connection or a server in trouble, stays.
 *
 * @module
 */
import type { RequestOptions } from '../../core/store/store.ts'
import type { AtNetwork } from './direct-route.ts'
import type { Middleware } from './placed.ts'
import type { QuickClient } from './quick-client.ts'
import { isRefusal, isThrottle } from './service-error.ts'

/** What the commands of the SDK have in common, as far as it is used here. */
interface Command<Output> {
  readonly input: object
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
  const { direct } = client
  if (!once && !direct) return client.send(command as never, options) as unknown as Promise<Output>
  const pipeline = async (atNetwork: AtNetwork): Promise<Output> => {
    const stack = client.stackWith(once ? throttleAsAnswer : 'kept', atNetwork)
    const handle = command.resolveMiddleware(stack as never, client.config as never, options as never)
    return (await handle(command as never)).output
  }
  const output = await (direct
    ? direct.send({ command, signal, atNetwork: unchanged, pipeline, isRetried: true })
    : pipeline(unchanged))
  const { draftworkThrottle } = output as ThrottledOutput
  if (draftworkThrottle !== undefined) throw draftworkThrottle
  return output
}

const unchanged: AtNetwork = (next) => next

/** An answer in the eyes of the SDK's retries, which are around this. */
const throttleAsAnswer: Middleware = (next) => async (args) => {
  try {
    return await next(args)
  } catch (error) {
    if (!isRefusal(error) || !isThrottle(error)) throw error
    return { response: undefined, output: { $metadata: error.$metadata, draftworkThrottle: error } }
  }
}

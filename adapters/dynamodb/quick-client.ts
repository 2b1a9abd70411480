/**
 * The caller's client as the store uses it: its middleware is put in order once, not for each request, and it does not
 * prepare what a logger would log where there is none. The two are a third of the CPU that a request costs.
 *
 * The caller's client itself stays as it is, and middleware that is added to it or removed later is honoured: before each
 * request its list is compared with the one that was put in order. Only the order is kept. What middleware shares while a
 * request is under way is made anew for each, as in the SDK.
 *
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type DirectRoute, directRoute } from './direct-route.ts'
import { type Handler, type Middleware, type Placed, placedIn, type Stack, samePlaces } from './placed.ts'

/** What becomes of the SDK's retries: kept, left out, or kept around a middleware, and what that answers is not retried. */
type Retries = 'kept' | 'none' | Middleware

export interface QuickClient extends DynamoDBClient {
  /** As `middlewareStack`, with such retries; `atNetwork` wraps the handler that hands the request to the network. */
  stackWith(retries: Retries, atNetwork: (next: Handler) => Handler): Stack
  /** The short way, where the client allows it. */
  readonly direct: DirectRoute | undefined
}

export function quickClient(client: DynamoDBClient): QuickClient {
  const order = new MiddlewareOrder(client)
  // All else is the client's own: its `send`, also where somebody has replaced it, and its configuration.
  return Object.create(client, {
    middlewareStack: { value: order.stack('kept', (next) => next) },
    stackWith: { value: order.stack.bind(order) },
    direct: { value: directRoute(client) },
  }) as QuickClient
}

class MiddlewareOrder {
  readonly #client: DynamoDBClient
  /** By what becomes of retries, and the command's own middleware, which is the same for all commands of a class. */
  readonly #orders = new Map<Retries, Map<string | undefined, readonly Middleware[]>>()
  #ordered: readonly Placed[] = []
  #logger: unknown

  constructor(client: DynamoDBClient) {
    this.#client = client
  }

  /** Stands in for the client's stack where a command resolves its handler: of all that a stack can do it needs no more. */
  stack(retries: Retries, atNetwork: (next: Handler) => Handler): Stack {
    const concat = (own: Stack) => ({
      resolve: (handler: Handler, context: { readonly commandName?: string }): Handler => {
        let next = atNetwork(handler)
        for (const middleware of this.#order(retries, context.commandName, own)) next = middleware(next, context)
        return next
      },
    })
    return { concat } as unknown as Stack
  }

  /** Innermost first. */
  #order(retries: Retries, command: string | undefined, own: Stack): readonly Middleware[] {
    const placed = placedIn(this.#client.middlewareStack)
    const { logger } = this.#client.config
    if (logger !== this.#logger || !samePlaces(placed, this.#ordered)) this.#orders.clear()
    this.#ordered = placed
    this.#logger = logger
    const orders = this.#orders.get(retries) ?? new Map()
    this.#orders.set(retries, orders)
    let order = orders.get(command)
    if (order === undefined) {
      order = inOrder(this.#prepared(retries).concat(own))
      orders.set(command, order)
    }
    return order
  }

  #prepared(retries: Retries): Stack {
    const stack = this.#client.middlewareStack.clone()
    if (logsNothing(this.#client)) stack.remove('loggerMiddleware')
    if (retries === 'kept') return stack
    if (retries !== 'none') {
      const place = { name: 'draftworkWithin', relation: 'after', toMiddleware: 'retryMiddleware' } as const
      stack.addRelativeTo(retries as never, place)
      return stack
    }
    stack.remove('retryMiddleware')
    // Others are placed relative to it by name, so something of that name must stay.
    stack.add((next) => next, { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high' })
    return stack
  }
}

/** The SDK's own default, which has all methods of a logger and does nothing in them. */
const logsNothing = ({ config: { logger } }: DynamoDBClient): boolean => logger?.constructor?.name === 'NoOpLogger'

/** The middleware in the order in which the stack resolves it, innermost first: a stack of markers tells. */
function inOrder(stack: Stack): readonly Middleware[] {
  const order: Middleware[] = []
  const markers = stack.clone()
  for (const [middleware] of placedIn(stack)) markers.remove(middleware as never)
  const mark = (middleware: Middleware) => (next: Handler) => {
    order.push(middleware)
    return next
  }
  for (const [middleware, entry] of placedIn(stack)) {
    // A stack believes the entry that it is given before the middleware.
    const place = { ...entry, middleware: mark(middleware) }
    if (entry['relation'] === undefined) markers.add(place.middleware as never, place as never)
    else markers.addRelativeTo(place.middleware as never, place as never)
  }
  markers.resolve((() => undefined) as never, {} as never)
  return order
}

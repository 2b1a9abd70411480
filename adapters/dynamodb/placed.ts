/**
 * The entries of the SDK's middleware stacks, by which one stack is told from another.
 *
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

export type Stack = DynamoDBClient['middlewareStack']
export type Handler = (args: object) => Promise<object>
export type Middleware = (next: Handler, context: object) => Handler

/** One entry of a stack: the middleware, and where it is placed. */
export type Placed = readonly [middleware: Middleware, place: Readonly<Record<string, unknown>>]

/** What a stack consists of, in the order in which it was added. */
export function placedIn(stack: Stack): readonly Placed[] {
  const placed: Placed[] = []
  const add = (middleware: Middleware, place: Placed[1]) => placed.push([middleware, place])
  stack.applyToStack({ add, addRelativeTo: add } as unknown as Stack)
  return placed
}

export const samePlaces = (a: readonly Placed[], b: readonly Placed[]): boolean =>
  a.length === b.length && a.every(([middleware, place], i) => middleware === b[i]![0] && samePlace(place, b[i]![1]))

export const samePlace = (place: Placed[1], other: Placed[1]): boolean =>
  place['step'] === other['step'] &&
  place['priority'] === other['priority'] &&
  place['toMiddleware'] === other['toMiddleware'] &&
  place['relation'] === other['relation']

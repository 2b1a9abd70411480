/**
 * The outcome of a unit of work that must happen once only, kept under the caller's idempotency key.
 *
 * It is written by the very commit it tells of, on the condition that no other is there. So whoever comes second, another
 * process or the same one after a restart, finds the first outcome instead of doing the work again.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { invalidArgument } from '../arguments.ts'
import { type AttributeValue, equal, isNumber } from '../data/attribute-value.ts'
import { printPath } from '../data/document-path.ts'
import type { Item, ItemAddress } from '../data/item.ts'
import { printValue } from '../data/print-value.ts'
import { toAttribute } from '../data/to-attribute.ts'
import { absent, any, compareTo } from '../expression/condition.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { COMMIT, EXPIRES } from './journal-table.ts'

const RESULT = 'r'
const FINGERPRINT = 'f'

/** What a caller asks to happen once. */
export interface OnceRequest {
  readonly key: string
  /** Of the unit of work and its input: the same key with another one is a mistake. */
  readonly fingerprint: string
  /** Milliseconds for which the outcome is kept. */
  readonly keptFor: number
}

/** The name, the text of the function and the input, as one short text. */
export function fingerprint(name: string, work: (...args: never[]) => unknown, input: unknown): string {
  const { value, issues } = toAttribute(input)
  if (issues.length > 0) {
    throw invalidArgument(
      'input',
      `Expected input to be plain data, found something else at ${printPath(issues[0]!.path) || 'its root'}.`,
    )
  }
  return createHash('sha256')
    .update(canonical([name, Function.prototype.toString.call(work), value ?? null]))
    .digest('base64url')
    .slice(0, 22)
}

export const outcomeAddress = (table: string, { key }: OnceRequest): ItemAddress => ({
  table,
  key: { p: `O#${key}`, s: '-' },
})

/** The result as all callers get it. Throws INVALID_ARGUMENT for what is no plain data. */
export function keptResult(result: unknown): AttributeValue | undefined {
  const { value, issues } = toAttribute(result)
  if (issues.length > 0) {
    const [{ path, expected, actual }] = issues as [(typeof issues)[number]]
    throw invalidArgument(
      'idempotencyKey',
      `A unit of work with an idempotencyKey must return plain data, so that later calls can be given the same; ` +
        `expected ${expected} at ${printPath(path) || 'its root'}, got ${printValue(actual)}. Nothing was written.`,
    )
  }
  return value
}

/** The write that keeps the outcome, refused where one is there that has not expired. */
export function keepOutcome(
  table: string,
  request: OnceRequest,
  commit: string,
  result: AttributeValue | undefined,
  now: number,
): WriteAction {
  const address = outcomeAddress(table, request)
  const item: Item = {
    ...address.key,
    [COMMIT]: commit,
    [FINGERPRINT]: request.fingerprint,
    [EXPIRES]: Math.ceil((now + request.keptFor) / 1000),
    ...(result === undefined ? {} : { [RESULT]: result }),
  }
  const condition = any([absent(['p']), compareTo([EXPIRES], '<', Math.floor(now / 1000))])
  return { kind: 'put', ...address, item, condition }
}

/** The outcome that an item keeps; undefined where there is none or it has expired. Throws for another unit of work's. */
export function keptOutcome(
  item: Item | undefined,
  request: OnceRequest,
  now: number,
): { readonly result: AttributeValue | undefined } | undefined {
  const expires = item?.[EXPIRES]
  if (!item || (isNumber(expires) && Number(expires) < Math.floor(now / 1000))) return undefined
  if (!equal(item[FINGERPRINT], request.fingerprint)) {
    throw invalidArgument(
      'idempotencyKey',
      `The idempotencyKey ${JSON.stringify(request.key)} was used before for another unit of work or another input. ` +
        'Use a key of its own for each piece of work.',
    )
  }
  return { result: item[RESULT] }
}

/** The same text for equal values, whatever the order of names, and different ones for all others: kinds are told apart. */
const canonical = (value: AttributeValue | readonly unknown[]): string =>
  JSON.stringify(tagged(value as AttributeValue))

function tagged(value: AttributeValue): unknown {
  if (isNumber(value)) return typeof value === 'number' ? value : ['N', String(value)]
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return ['B', ...value]
  if (value instanceof Set) return ['S', ...[...value].map((each) => JSON.stringify(tagged(each))).sort()]
  if (Array.isArray(value)) return ['L', ...value.map(tagged)]
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return ['M', ...entries.map(([name, member]) => [name, tagged(member)])]
}

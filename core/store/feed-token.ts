/**
 * Positions in a change feed as opaque text and back. The text says which kind of store it is of, in which version, and
 * of which tables, so that a token from elsewhere is refused rather than misread.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { engineError } from '../errors.ts'

/** `kind` names the store and the version of what its positions look like: `memory1`. */
export const printToken = (kind: string, tables: readonly string[], position: unknown): string =>
  `${kind}.${Buffer.from(JSON.stringify([namesOf(tables), position])).toString('base64url')}`

/**
 * The position, which is JSON of any shape.
 *
 * @throws `INVALID_ARGUMENT` for a string that `printToken` did not make, or not for this kind and these tables
 */
export function readToken(kind: string, tables: readonly string[], token: string): unknown {
  const [found, body, ...rest] = token.split('.')
  if (found !== kind || body === undefined || rest.length > 0) throw badToken(`it is none of the kind ${kind}`)
  const read = parse(body)
  if (!Array.isArray(read) || read.length !== 2 || !Array.isArray(read[0])) throw badToken('it is damaged')
  const [of, wanted] = [read[0].join(', '), namesOf(tables).join(', ')]
  if (of !== wanted) throw badToken(`it is of the tables ${of}, and ${wanted} were asked for`)
  return read[1]
}

/** For adapters, which know what a position must look like. */
export const badToken = (problem: string) =>
  invalidArgument(
    'from',
    `Expected from to be 'start', 'now' or a token that this store gave for these tables, but ${problem}.`,
  )

/** For changes that the store had and has no more. */
export const feedTrimmed = (tables: readonly string[], reason: string, cause?: unknown) =>
  engineError(
    'FEED_TRIMMED',
    `Changes of ${tables.join(', ')} are lost to this consumer: ${reason}. Follow again from 'start', and compare what you have with the items themselves.`,
    { tables: [...tables] },
    { cause },
  )

const namesOf = (tables: readonly string[]): readonly string[] => [...new Set(tables)].sort()

function parse(body: string): unknown {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString())
  } catch {
    return undefined
  }
}

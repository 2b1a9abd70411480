/**
 * Decoding a stored value with its codec, and io-ts's errors as issues with paths.
 *
 * io-ts's context also names the member of a union or of an intersection it was in ("0", "1"), which is no step of a path.
 *
 * @module
 */
import { isRight } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { DocumentPath } from '../data/document-path.ts'
import type { Issue } from '../data/to-attribute.ts'
import { decoderOf } from './decoder.ts'
import { refused } from './refused.ts'
import { nodeOf, type SchemaNode } from './schema.ts'

type Decoded =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** The frozen record of an item by the compiled decoder, without the `hidden` attributes; `refused` for what only `decodeValue` can tell. */
export function decodeQuickly(codec: t.Mixed, stored: unknown, hidden: ReadonlySet<string>): unknown {
  try {
    return decoderOf(codec).decode(stored, hidden)
  } catch {
    return refused
  }
}

export function decodeValue(codec: t.Mixed, stored: unknown): Decoded {
  try {
    const result = codec.decode(stored)
    return isRight(result) ? { ok: true, value: result.right } : { ok: false, issues: issuesOf(result.left, 0) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { ok: false, issues: [{ path: [], expected: `${codec.name} (its codec threw: ${reason})`, actual: stored }] }
  }
}

/** `from` is the depth of context at which unions have not been dealt with. */
function issuesOf(errors: t.Errors, from: number): readonly Issue[] {
  const issues = new Map<string, Issue>()
  const add = (issue: Issue) => issues.set(JSON.stringify([issue.path, issue.expected]), issue)
  const unions = new Map<t.ContextEntry, { at: number; errors: t.Errors }>()
  for (const error of errors) {
    const at = error.context.findIndex(
      (entry, i) => i >= from && i + 1 < error.context.length && isUntagged(nodeUnder(entry)),
    )
    if (at === -1) {
      add(issueOf(error))
      continue
    }
    // io-ts makes one entry per visited value, so the entry tells which union this was.
    const entry = error.context[at]!
    const union = unions.get(entry) ?? { at, errors: [] }
    union.errors.push(error)
    unions.set(entry, union)
  }
  for (const [entry, union] of unions) {
    const path = pathOf(union.errors[0]!.context, union.at)
    // A member that failed further in is the one that was meant, if there is just one.
    const meant = new Map<string, t.Errors>()
    for (const error of union.errors) {
      if (pathOf(error.context).length === path.length) continue
      const member = error.context[union.at + 1]!.key
      meant.set(member, [...(meant.get(member) ?? []), error])
    }
    const [only] = meant.values()
    if (only !== undefined && meant.size === 1) for (const issue of issuesOf(only, union.at + 1)) add(issue)
    else add({ path, expected: nameOf(entry), actual: entry.actual })
  }
  return [...issues.values()]
}

function issueOf({ context, value, message }: t.ValidationError): Issue {
  const last = context.at(-1)!
  const parent = context.at(-2)
  // Every member of an intersection refuses what is no object; once is enough.
  const whole = parent !== undefined && message === undefined && nodeUnder(parent)?.kind === 'intersection'
  return { path: pathOf(context), expected: message ?? nameOf(whole ? parent : last), actual: value }
}

function pathOf(context: t.Context, end = context.length - 1): DocumentPath {
  const path: (string | number)[] = []
  for (let i = 1; i <= end; i++) {
    const kind = nodeUnder(context[i - 1]!)?.kind
    const { key } = context[i]!
    if (kind === 'list' || kind === 'tuple') path.push(Number(key))
    else if (kind !== 'union' && kind !== 'intersection' && kind !== 'set') path.push(key)
  }
  return path
}

/** What an entry is inside its wrappers, which validate without an entry of their own. */
function nodeUnder(entry: t.ContextEntry): SchemaNode | undefined {
  if (!(entry.type instanceof t.Type)) return undefined
  let node = nodeOf(entry.type)
  while (node.kind === 'wrapped') node = nodeOf(node.inner)
  return node
}

const isUntagged = (node: SchemaNode | undefined): boolean => node?.kind === 'union' && node.tag === undefined

const nameOf = (entry: t.ContextEntry): string => entry.type.name

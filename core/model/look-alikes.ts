/**
 * Members of a union that look the same once stored: a string that happens to be a time, say, would come back as a `Date`.
 * Found when the model is defined, since no read could tell them apart.
 *
 * @module
 */
import { isRight } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { date, epochSeconds } from './codecs.ts'
import type { Refuse } from './refuse.ts'
import { innerOf, nodeOf } from './schema.ts'

/** `refuse` throws. */
export function refuseLookAlikes(codec: t.Mixed, refuse: Refuse, above = new Set<t.Mixed>()): void {
  if (above.has(codec)) return
  above.add(codec)
  const node = nodeOf(codec)
  for (const inner of innerOf(node)) refuseLookAlikes(inner, refuse, above)
  if (node.kind !== 'union') return
  for (const member of node.members) {
    const sample = sampleOf(member)
    const other = sample === undefined ? undefined : node.members.find((each) => each !== member && reads(each, sample))
    if (other)
      refuse(`${codec.name} has ${member.name} and ${other.name}, which look the same once stored; use one of them`)
  }
}

/** What a value is stored as that is another kind of value in JavaScript. */
function sampleOf(codec: t.Mixed): unknown {
  if (codec === date || codec === epochSeconds) return codec.encode(new Date('2024-05-01T12:00:00.000Z'))
  const node = nodeOf(codec)
  if (node.kind === 'wrapped') return sampleOf(node.inner)
  if (node.kind !== 'set') return undefined
  const element = sampleOf(node.element)
  return element === undefined ? undefined : new Set([element])
}

function reads(codec: t.Mixed, stored: unknown): boolean {
  try {
    return isRight(codec.decode(stored))
  } catch {
    return false
  }
}

/**
 * Commit ids: ULIDs, so that they sort by time. 26 characters of Crockford's base 32: 48 bits of milliseconds, 80 of chance.
 * https://github.com/ulid/spec
 *
 * @module
 */
import type { Environment } from '../environment.ts'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function commitId(environment: Environment): string {
  let time = environment.now()
  let head = ''
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head
    time = Math.floor(time / 32)
  }
  let tail = ''
  for (let i = 0; i < 16; i++) tail += alphabet[Math.floor(environment.random() * 32)]
  return head + tail
}

/** Milliseconds since 1970 at which the id was made. */
export const commitTime = (id: string): number =>
  [...id.slice(0, 10)].reduce((time, digit) => time * 32 + alphabet.indexOf(digit), 0)

/**
 * Commit ids: ULIDs, so that they sort by time. 26 characters of Crockford's base 32: 48 bits of milliseconds, 80 of chance.
 * https://github.com/ulid/spec
 *
 * @module
 */
import type { Environment } from '../environment.ts'

export const COMMIT_ID_LENGTH = 26

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

interface Last {
  readonly time: number
  readonly chance: bigint
}

/** By environment, so that all engines of a process share one and each simulation has its own. */
const lasts = new WeakMap<Environment, Last>()

/** Later ids of one environment are greater, within one millisecond too. */
export function commitId(environment: Environment): string {
  const time = environment.now()
  const last = lasts.get(environment)
  const chance = last?.time === time ? last.chance + 1n : randomBits(environment)
  lasts.set(environment, { time, chance })
  return timeText(time) + digits(chance, 16)
}

/** 79 bits, so that counting up never carries over. */
function randomBits(environment: Environment): bigint {
  let bits = BigInt(Math.floor(environment.random() * 2 ** 19))
  for (let i = 0; i < 3; i++) bits = (bits << 20n) + BigInt(Math.floor(environment.random() * 2 ** 20))
  return bits
}

function digits(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 32n) text = alphabet[Number(rest % 32n)] + text
  return text
}

/** What all ids of this millisecond begin with: sorts before each of them and behind all earlier ones. */
export const timeText = (time: number): string => digits(BigInt(time), 10)

/** Milliseconds since 1970 at which the id was made. */
export const commitTime = (id: string): number =>
  [...id.slice(0, 10)].reduce((time, digit) => time * 32 + alphabet.indexOf(digit), 0)

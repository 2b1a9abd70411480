/**
 * Reads a table in one way, and tells time, CPU and memory.
 *
 * @module
 */
import { tunedClient } from '../../adapters/dynamodb/index.ts'
import { localClient } from '../../test/support/dynamodb-local.ts'
import { answerQuestions } from '../lane.ts'
import { isTuned, type WayName, ways } from './ways.ts'

export interface Reading {
  readonly items: number
}

export interface Measured {
  readonly milliseconds: number
  readonly cpuMicroseconds: number
  /** The most that the process has ever taken. */
  readonly megabytes: number
}

const [, , endpoint, way] = process.argv as unknown as [string, string, string, WayName]
const client = localClient(endpoint, {}, isTuned(way) ? tunedClient : undefined)

answerQuestions<Reading, Measured>(async ({ items }) => {
  const before = process.cpuUsage()
  const begin = performance.now()
  const seen = await ways[way](client, `bench-${items}`, items)
  if (seen !== items) throw new Error(`${way}: expected ${items} records, saw ${seen}`)
  const milliseconds = performance.now() - begin
  const { user, system } = process.cpuUsage(before)
  return { milliseconds, cpuMicroseconds: user + system, megabytes: process.resourceUsage().maxRSS / 1024 }
})

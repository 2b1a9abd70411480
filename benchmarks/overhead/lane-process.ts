/**
 * Runs one candidate for a slice of time.
 *
 * @module
 */
import { answerQuestions } from '../lane.ts'
import type { Candidate } from './candidate.ts'
import { counted } from './stub-transport.ts'

/** Ends at whichever comes first. */
export interface Slice {
  readonly milliseconds: number
  readonly operations: number
}

export interface Measured {
  readonly operations: number
  /** Of CPU, all threads of the process. */
  readonly microseconds: number
  readonly requests: number
}

const { default: candidate } = (await import(process.argv[2]!)) as { default: Candidate }
const operation = await candidate.make()
let volume = 0

answerQuestions<Slice, Measured>(async ({ milliseconds, operations: most }) => {
  const before = process.cpuUsage()
  const requests = counted.requests
  const end = performance.now() + milliseconds
  let operations = 0
  for (; performance.now() < end && operations < most; operations++) {
    volume = (volume % 1000) + 8
    await operation(volume)
  }
  const { user, system } = process.cpuUsage(before)
  return { operations, microseconds: user + system, requests: counted.requests - requests }
})

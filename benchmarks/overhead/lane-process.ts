/**
 * A process of its own for one candidate: no two share the optimiser's assumptions or a heap. Runs when it is told to.
 *
 * @module
 */
import type { Candidate } from './candidate.ts'
import type { Slice } from './lane.ts'
import { counted } from './stub-transport.ts'

const { default: candidate } = (await import(process.argv[2]!)) as { default: Candidate }
const operation = await candidate.make()
let volume = 0

process.on('message', async ({ milliseconds, operations: most }: Slice) => {
  const before = process.cpuUsage()
  const requests = counted.requests
  const end = performance.now() + milliseconds
  let operations = 0
  for (; performance.now() < end && operations < most; operations++) await operation((volume = (volume % 1000) + 8))
  const { user, system } = process.cpuUsage(before)
  process.send!({ operations, microseconds: user + system, requests: counted.requests - requests })
})
process.on('disconnect', () => process.exit())
process.send!('ready')

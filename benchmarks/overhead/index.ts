/**
 * CPU of one unit of work on a stub transport, against the same by hand and against the peers.
 *
 * @module
 */

import { type Lane, openLane } from '../lane.ts'
import { exactly, ratio, spread } from '../spread.ts'
import type { Context, Report, Suite } from '../suite.ts'
import type { Measured, Slice } from './lane-process.ts'

/** Name → file in `candidates`. The first is what all others are compared with. */
const candidates = {
  'lib-dynamodb by hand': 'lib-by-hand',
  'client-dynamodb + util-dynamodb by hand': 'client-by-hand',
  draftwork: 'draftwork',
  'draftwork, without history': 'draftwork-without-history',
  'draftwork, tunedClient': 'draftwork-tuned',
  'lib-dynamodb by hand, tunedClient': 'lib-tuned',
  'dynamodb-toolbox': 'toolbox',
  electrodb: 'electrodb',
  'dynamodb-onetable': 'onetable',
  dynamoose: 'dynamoose',
  '@pocketgems/dynamodb': 'pocketgems',
} as const

/** Until the optimiser has done its work: a process of ours is at its pace after some 9,000 operations. */
const WARM_UP = { milliseconds: 30_000, operations: 15_000 }
const SLICE = { milliseconds: 500, operations: Number.MAX_SAFE_INTEGER }
/** Not counted, before each slice: a process that has waited for its turn finds its memory cold, or taken away. */
const RUN_UP = { milliseconds: 300, operations: Number.MAX_SAFE_INTEGER }

async function run({ options, log }: Context): Promise<Report> {
  const lanes: Lane<Slice, Measured>[] = []
  const program = new URL('./lane-process.js', import.meta.url)
  for (const [name, file] of Object.entries(candidates)) {
    log(`starting ${name}`)
    lanes.push(await openLane(name, program, [new URL(`./candidates/${file}.js`, import.meta.url).href]))
  }
  for (const lane of lanes) {
    log(`warming up ${lane.name}`)
    await lane.ask(options.quick ? { ...WARM_UP, operations: WARM_UP.operations / 4 } : WARM_UP)
  }
  const costs = new Map<string, number[]>(lanes.map(({ name }) => [name, []]))
  const requests = new Map<string, number>()
  for (let round = 0; round < options.rounds; round++) {
    log(`round ${round + 1} of ${options.rounds}`)
    // Each round begins with another one, so that none always follows the same neighbour.
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[(i + round) % lanes.length]!
      await lane.ask(RUN_UP)
      const measured = await lane.ask(SLICE)
      costs.get(lane.name)!.push(measured.microseconds / measured.operations)
      requests.set(lane.name, measured.requests / measured.operations)
    }
  }
  for (const lane of lanes) lane.close()
  const [base] = [...costs.values()] as [number[]]
  const ratioOf = (name: keyof typeof candidates) => ratio(costs.get(name)!, base).median
  const wanted = (name: keyof typeof candidates, most: number) => ({
    what: `${name}, CPU against lib-dynamodb by hand`,
    wanted: `≤ ${most.toFixed(2)}`,
    got: ratioOf(name).toFixed(2),
    holds: ratioOf(name) <= most,
  })
  return {
    sections: [
      {
        title: 'get, change one nested field, write',
        columns: [
          { name: '× lib-dynamodb', better: 'less', digits: 2 },
          { name: 'CPU µs', better: 'less', digits: 0 },
          { name: 'requests', digits: 0 },
        ],
        rows: [...costs].map(([name, samples]) => ({
          name,
          figures: [ratio(samples, base), spread(samples), exactly(requests.get(name)!)],
        })),
      },
    ],
    wanted: [wanted('draftwork', 1), wanted('draftwork, tunedClient', 0.6)],
  }
}

export default {
  name: 'overhead',
  question: 'what CPU does a unit of work cost, beside the same by hand and with other libraries?',
  run,
} satisfies Suite

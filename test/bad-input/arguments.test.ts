/**
 * Every argument of the public API in turn is something that it should not be.
 *
 * @module
 */
import * as fc from 'fast-check'
import { test } from 'uvu'
import { makings, workings, world } from './calls.ts'
import { asking, engineWorld, making } from './engine-calls.ts'
import { build, everyAtom, hostile } from './hostile.ts'
import { judged } from './judge.ts'

const { BAD_INPUT_RUNS } = process.env
const runs = Number(BAD_INPUT_RUNS || 40)
const calls = [
  ...Object.entries({ ...makings, ...workings }).map(([name, call]) => ({ name, call, make: world })),
  ...Object.entries({ ...making, ...asking }).map(([name, call]) => ({ name, call, make: engineWorld })),
]

for (const { name, call, make } of calls) {
  const ask = async (wrong: Parameters<typeof build>[0]): Promise<void> => {
    const own = await make()
    await judged(() => call(own, build(wrong) as never), own, name)
  }

  test(`${name}: each bad value`, async () => {
    for (const wrong of everyAtom) {
      await ask(wrong).catch((cause: unknown) => {
        throw new Error(`${name}, given ${JSON.stringify(wrong)}`, { cause })
      })
    }
  })

  test(`${name}: bad values within values`, async () => {
    await fc.assert(fc.asyncProperty(hostile, ask), { numRuns: runs })
  })
}

test.run()

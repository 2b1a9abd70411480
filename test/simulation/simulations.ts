/**
 * The workloads as properties of fast-check: schedule, faults and program are generated, and shrunk where a run fails.
 *
 * @module
 */
import * as fc from 'fast-check'
import type { Adversity } from '../../adapters/memory/index.ts'
import type { AnyModel } from '../../core/index.ts'
import { listPrograms, runListAppend, Shelf } from './list-append.ts'
import { type Sabotage, virtualWorld, type World } from './virtual-world.ts'

const seed = fc.integer({ min: 0, max: 2 ** 30 })
const often = fc.constantFrom(0, 0.1, 0.3)

/** Every fault that leaves the store correct, each absent, now and then, or often. */
const adversities: fc.Arbitrary<Adversity> = fc.record({
  seed,
  transactionConflict: often,
  throttle: often,
  loseAnswerBefore: often,
  loseAnswerAfter: often,
  duplicate: often,
  staleReads: fc.constant(0.5),
})

const simulation =
  <Program>(
    models: readonly AnyModel[],
    programs: fc.Arbitrary<Program>,
    run: (world: World, program: Program) => Promise<void>,
  ) =>
  (sabotage?: () => Sabotage) =>
    fc.asyncProperty(programs, adversities, fc.scheduler(), async (program, adversity, scheduler) => {
      await run(virtualWorld({ scheduler, adversity, models, sabotage: sabotage?.() }), program)
    })

export const simulations = {
  'list-append': simulation([Shelf], listPrograms, runListAppend),
}

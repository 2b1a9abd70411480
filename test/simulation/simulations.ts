/**
 * The workloads as properties of fast-check: schedule, faults and program are generated, and shrunk where a run fails.
 *
 * @module
 */
import * as fc from 'fast-check'
import type { Adversity } from '../../adapters/memory/index.ts'
import type { AnyModel } from '../../core/index.ts'
import { Account, Audit, bankPrograms, runBank } from './bank.ts'
import { listPrograms, runListAppend, Shelf } from './list-append.ts'
import { registerPrograms, runRegisters, Slot, slotPrograms } from './registers.ts'
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

/** Every request arrives once and is answered. */
const busy: fc.Arbitrary<Adversity> = adversities.map(({ seed, transactionConflict, throttle }) => ({
  seed,
  transactionConflict,
  throttle,
}))

interface Harshness {
  readonly faults?: fc.Arbitrary<Adversity>
  readonly lostMayComeLate?: boolean
}

const simulation =
  <Program>(
    models: readonly AnyModel[],
    programs: fc.Arbitrary<Program>,
    run: (world: World, program: Program) => Promise<void>,
    { faults = adversities, lostMayComeLate = false }: Harshness = {},
  ) =>
  (sabotage?: () => Sabotage) =>
    fc.asyncProperty(programs, faults, fc.scheduler(), async (program, adversity, scheduler) => {
      const world = virtualWorld({ scheduler, adversity, models, sabotage: sabotage?.(), lostMayComeLate })
      await run(world, program)
    })

export const simulations = {
  'list-append': simulation([Shelf], listPrograms, runListAppend),
  bank: simulation([Account, Audit], bankPrograms, runBank),
  registers: simulation([Slot], registerPrograms, runRegisters),
  slots: simulation([Slot], slotPrograms, runRegisters, { faults: busy }),
}

/** What is known not to hold yet. */
export const gaps = {
  /**
   * A creation or a deletion that is repeated after its record was deleted, or created again, by others happens twice:
   * no tail is left that tells.
   */
  'slots with lost and repeated requests': simulation([Slot], slotPrograms, runRegisters),
  /**
   * The first sending is lost, the second refused, and the refusal reported. Then the first arrives after all, when what
   * it asks for has become true.
   */
  'registers with requests that arrive late': simulation([Slot], registerPrograms, runRegisters, {
    faults: fc.record({ seed, loseAnswerBefore: fc.constant(0.4), duplicate: fc.constant(0.6) }),
    lostMayComeLate: true,
  }),
}

/**
 * A world of which the simulation owns everything: time, chance, faults, and above all the order in which requests reach
 * the store and answers reach the engine. Each of those is a task of fast-check's scheduler, which its seed determines.
 *
 * @module
 */
import type { Scheduler } from 'fast-check'
import { type AdverseStore, type Adversity, memoryStore } from '../../adapters/memory/index.ts'
import { type AnyModel, createEngine, type Engine, type Environment } from '../../core/index.ts'
import type { Store } from '../../core/store/store.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import { chance } from '../support/chance.ts'
import { judgeHistories } from './histories.ts'
import type { Finding } from './verdict.ts'

/** A store around a store that is worse: what positive controls remove the engine's safety with. */
export type Sabotage = (store: Store) => Store

export interface World {
  /** An engine as a process of its own has it. */
  process(number: number): Engine
  /** An engine that sees what is committed, without faults and without waiting. */
  readonly truth: Engine
  /** What is wrong with the histories of all records, once all is done. */
  histories(): Promise<readonly Finding[]>
  /** Runs until all of these are done, one task after the other in the order that the scheduler chooses. */
  run(processes: readonly Promise<void>[]): Promise<void>
}

interface WorldOptions {
  readonly scheduler: Scheduler
  readonly adversity: Adversity
  readonly models: readonly AnyModel[]
  readonly sabotage?: Sabotage | undefined
  /** A request of which no answer came may still arrive at any time later. */
  readonly lostMayComeLate?: boolean | undefined
}

export function virtualWorld(options: WorldOptions): World {
  const { scheduler, adversity, models, sabotage = (store) => store, lostMayComeLate = false } = options
  let now = Date.UTC(2030, 0, 1)
  let underWay = 0
  const adverse: AdverseStore = memoryStore({ adversity, now: () => now })
  const broken = sabotage(adverse)

  const network = chance(adversity.seed)
  const late: Promise<unknown>[] = []
  const acknowledged: WritePlan[] = []

  const turn = (label: string) => scheduler.schedule(Promise.resolve(), label)

  /** A request leaves when the scheduler says so, and so does its answer. */
  async function travel<A>(label: string, ask: () => Promise<A>): Promise<A> {
    await turn(label)
    underWay++
    const answer = await ask().finally(() => underWay--)
    await turn(`answer to ${label}`)
    return answer
  }

  /** The adverse store repeats requests soon; these come as late as the scheduler likes. */
  function comeAgain(label: string, plan: WritePlan): void {
    // Nobody waits for its answer, so its failure is nobody's either: a broken store that throws must not end the process.
    late.push(travel(label, () => broken.commit(plan)).catch(() => undefined))
  }

  const scheduled = (process: string): Store => ({
    ...broken,
    read: (addresses, options) =>
      travel(`${process} reads ${addresses.map(({ key }) => Object.values(key))}`, () =>
        broken.read(addresses, options),
      ),
    commit: async (plan, options) => {
      const label = `${process} sends ${plan.actions.map(({ kind, key }) => `${kind} ${Object.values(key)}`)}`
      return travel(label, async () => {
        const outcome = await broken.commit(plan, options)
        if (outcome.kind === 'committed') acknowledged.push(plan)
        const mayComeAgain = outcome.kind === 'committed' || (outcome.kind === 'unknown' && lostMayComeLate)
        if (mayComeAgain && network() < (adversity.duplicate ?? 0)) comeAgain(`${label} comes again`, plan)
        return outcome
      })
    },
  })

  const environment = (process: number): Environment => {
    const random = chance(adversity.seed * 31 + process)
    return {
      now: () => now,
      random,
      async sleep(milliseconds) {
        now += Math.ceil(milliseconds)
        await turn(`p${process} wakes`)
      },
    }
  }

  const recovered = adverse.recovered()
  const truth = createEngine({ store: recovered, models, environment: environment(-1) })

  return {
    process: (number) => createEngine({ store: scheduled(`p${number}`), models, environment: environment(number) }),
    histories: () => judgeHistories({ store: recovered, engine: truth, models, acknowledged }),
    truth,
    async run(processes) {
      let done = false
      const all = Promise.all(processes).finally(() => {
        done = true
      })
      all.catch(() => {})
      for (;;) {
        // What a task set off goes on until it waits for the scheduler again.
        do await eventLoopTurn()
        while (underWay > 0)
        await eventLoopTurn()
        if (scheduler.count() > 0) await scheduler.waitOne()
        else if (done) break
        else throw new Error('The simulation stands still: nothing is scheduled, and yet not all is done')
      }
      await all
      await Promise.all(late)
      await adverse.settled()
    },
  }
}

const eventLoopTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

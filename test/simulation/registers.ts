/**
 * The register workload: pairs of which one must stay on, slots that are taken and given up, and counters that are
 * incremented without a look, in records that others delete.
 *
 * @module
 */
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { defineModel, type UnitOfWork } from '../../core/index.ts'
import { type Effect, explainTotals } from './explain-totals.ts'
import { type Finding, Refused, settle, Violation } from './verdict.ts'
import type { World } from './virtual-world.ts'

/** A slot tells who took it, and carries a counter of its own. */
export const Slot = defineModel({
  name: 'Slot',
  table: 'slots',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, owner: t.number, count: t.number, isOn: t.boolean }),
  defaults: { owner: 0, count: 0, isOn: true },
})

const slots = ['a', 'b'] as const
const pair = ['on-a', 'on-b'] as const
const COUNTER = 'counter'
const MOST = 5

type Errand =
  | { readonly does: 'take' | 'give-up' | 'give-up-unseen' | 'count-in-slot'; readonly id: (typeof slots)[number] }
  /** Both as one, so that taking half of it shows. */
  | { readonly does: 'take-both' }
  | { readonly does: 'switch-off' | 'switch-on'; readonly id: (typeof pair)[number] }
  | { readonly does: 'count' | 'count-down'; readonly by: number }

type RegisterProgram = readonly (readonly Errand[])[]

const change: fc.Arbitrary<Errand> = fc.oneof(
  fc.record({ does: fc.constantFrom('switch-off' as const, 'switch-on' as const), id: fc.constantFrom(...pair) }),
  fc.record({ does: fc.constantFrom('count' as const, 'count-down' as const), by: fc.integer({ min: 1, max: 4 }) }),
)

const comeAndGo: fc.Arbitrary<Errand> = fc.oneof(
  fc.record({
    does: fc.constantFrom('take' as const, 'give-up' as const, 'give-up-unseen' as const, 'count-in-slot' as const),
    id: fc.constantFrom(...slots),
  }),
  fc.constant({ does: 'take-both' as const }),
)

const programsOf = (errand: fc.Arbitrary<Errand>): fc.Arbitrary<RegisterProgram> =>
  fc.array(fc.array(errand, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 })

/** Records that stay, and change. */
export const registerPrograms = programsOf(change)
/** Records that come and go. */
export const slotPrograms = programsOf(fc.oneof({ weight: 3, arbitrary: comeAndGo }, { weight: 1, arbitrary: change }))

export async function runRegisters(world: World, program: RegisterProgram): Promise<void> {
  const findings: Finding[] = []
  const effects: Effect[] = []
  await world.truth.unitOfWork.run((work) => {
    for (const id of [...pair, COUNTER]) work.create(Slot, { id })
  })
  let units = 0
  const processes = program.map(async (errands, process) => {
    const engine = world.process(process)
    for (const errand of errands) {
      const number = ++units
      let adds: Effect['adds'] = {}
      const outcome = await settle(
        engine,
        async (work) => {
          adds = await act(work, errand, number)
        },
        findings,
      )
      effects.push({ outcome, adds })
    }
  })
  await world.run(processes)
  const after: Record<string, number> = {}
  await world.truth.unitOfWork
    .run(async (work) => {
      for (const id of slots) {
        const slot = await work.find(Slot, { id })
        if (slot) Object.assign(after, { [id]: 1, [`${id} of ${slot.owner}`]: 1 })
      }
      const [first, second] = await work.getMany(
        Slot,
        pair.map((id) => ({ id })),
      )
      if (!first?.isOn && !second?.isOn) findings.push({ kind: 'both-off', story: 'one of the pair must stay on' })
      after[COUNTER] = (await work.get(Slot, { id: COUNTER })).count
    })
    .catch((thrown) => findings.push({ kind: 'broken-record', story: String(thrown) }))
  const count = after[COUNTER] ?? 0
  if (count < 0 || count > MOST) findings.push({ kind: 'out-of-bounds', story: `the counter is ${count}` })
  // Who gave up a slot unseen does not know whose it was, so owners are only asked about where it was not.
  const isUnseen = program.flat().some(({ does }) => does === 'give-up-unseen')
  const named = (totals: Effect['adds']) =>
    Object.fromEntries(Object.entries(totals).filter(([name]) => !isUnseen || !name.includes(' of ')))
  const told = effects.map(({ outcome, adds }) => ({ outcome, adds: named(adds) }))
  findings.push(...explainTotals({}, told, named(after)))
  findings.push(...(await world.histories()))
  if (findings.length > 0) throw new Violation(findings, { program, effects, after })
}

/** Does the errand and says what it adds to totals. */
async function act(work: UnitOfWork, errand: Errand, number: number): Promise<Effect['adds']> {
  switch (errand.does) {
    case 'take':
      work.create(Slot, { id: errand.id, owner: number })
      return { [errand.id]: 1, [`${errand.id} of ${number}`]: 1 }
    case 'take-both':
      for (const id of slots) work.create(Slot, { id, owner: number })
      return Object.fromEntries(slots.flatMap((id) => [id, `${id} of ${number}`]).map((name) => [name, 1]))
    case 'give-up': {
      const slot = await work.get(Slot, { id: errand.id })
      work.delete(slot)
      return { [errand.id]: -1, [`${errand.id} of ${slot.owner}`]: -1 }
    }
    case 'give-up-unseen':
      work.delete(Slot, { id: errand.id })
      return { [errand.id]: -1 }
    case 'count-in-slot':
      // In vain where the slot was given up: it must not come back by that.
      work.blind(Slot, { id: errand.id }, (blind) => blind.increment('count', 1))
      return {}
    case 'switch-on':
    case 'switch-off': {
      const [one, other] = await work.getMany(Slot, [{ id: errand.id }, { id: pair.find((id) => id !== errand.id)! }])
      const isOn = errand.does === 'switch-on'
      if (!isOn && !other!.isOn) throw new Refused()
      work.change(one!, (draft) => {
        draft.isOn = isOn
      })
      return {}
    }
    default: {
      const by = errand.does === 'count' ? errand.by : -errand.by
      work.blind(Slot, { id: COUNTER }, (blind) => blind.increment('count', by, { min: 0, max: MOST }))
      return { [COUNTER]: by }
    }
  }
}

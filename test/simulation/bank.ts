/**
 * The bank workload: money moves between accounts, by looking at balances or blindly within bounds, and auditors look at
 * all accounts at once. Money is never made or lost, no balance is negative, and balances follow from what was reported.
 *
 * @module
 */
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { defineModel, type UnitOfWork } from '../../core/index.ts'
import { type Effect, explainTotals } from './explain-totals.ts'
import { type Finding, Refused, settle, Violation } from './verdict.ts'
import type { World } from './virtual-world.ts'

export const Account = defineModel({
  name: 'Account',
  table: 'accounts',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, balance: t.number }),
})

export const Audit = defineModel({
  name: 'Audit',
  table: 'audits',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, total: t.number }),
})

const ids = ['a', 'b', 'c'] as const
const START = 10

interface Move {
  readonly does: 'transfer' | 'blind' | 'nested' | 'once'
  readonly from: (typeof ids)[number]
  readonly to: (typeof ids)[number]
  readonly amount: number
}

type Errand = Move | { readonly does: 'audit' }

type BankProgram = readonly (readonly Errand[])[]

const errand: fc.Arbitrary<Errand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        does: fc.constantFrom('transfer' as const, 'blind' as const, 'nested' as const),
        from: fc.constantFrom(...ids),
        to: fc.constantFrom(...ids),
        amount: fc.integer({ min: 1, max: 8 }),
      })
      .filter(({ from, to }) => from !== to),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(1, 2)
      .map((amount) => ({ does: 'once' as const, from: 'a' as const, to: 'b' as const, amount })),
  },
  { weight: 1, arbitrary: fc.constant({ does: 'audit' as const }) },
)

export const bankPrograms: fc.Arbitrary<BankProgram> = fc.array(fc.array(errand, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 4,
})

export async function runBank(world: World, program: BankProgram): Promise<void> {
  const findings: Finding[] = []
  const effects: Effect[] = []
  const once = new Map<string, Effect[]>()
  await world.truth.unitOfWork.run((work) => {
    for (const id of ids) work.create(Account, { id, balance: START })
  })
  const processes = program.map(async (errands, process) => {
    const engine = world.process(process)
    for (const [index, errand] of errands.entries()) {
      const at = `p${process}#${index}`
      if (errand.does === 'audit') {
        let total = 0
        const outcome = await settle(
          engine,
          async (work) => {
            total = await audit(work, at)
          },
          findings,
        )
        if (outcome === 'ok' && total !== START * ids.length)
          findings.push({ kind: 'money-made-or-lost', story: `${at} saw ${total} in all accounts` })
        continue
      }
      const { from, to, amount } = errand
      // Whoever moves the same amount the same way under one key means the same transfer.
      const key = errand.does === 'once' ? JSON.stringify([from, to, amount]) : undefined
      const outcome = await settle(engine, (work) => move(work, errand), findings, { idempotencyKey: key })
      const effect = { outcome, adds: { [from]: -amount, [to]: amount } }
      if (key === undefined) effects.push(effect)
      else once.set(key, [...(once.get(key) ?? []), effect])
    }
  })
  await world.run(processes)
  const after: Record<string, number> = {}
  await world.truth.unitOfWork.run(async (work) => {
    for (const id of ids) after[id] = (await work.get(Account, { id })).balance
  })
  for (const same of once.values()) effects.push({ ...same[0]!, outcome: anyOutcome(same) })
  for (const [id, balance] of Object.entries(after))
    if (balance < 0) findings.push({ kind: 'overdraft', story: `${id} has ${balance}` })
  const before = Object.fromEntries(ids.map((id) => [id, START]))
  findings.push(...explainTotals(before, effects, after))
  findings.push(...(await world.histories()))
  if (findings.length > 0) throw new Violation(findings, { effects, after })
}

const anyOutcome = (effects: readonly Effect[]): Effect['outcome'] =>
  (['ok', 'unknown'] as const).find((outcome) => effects.some((each) => each.outcome === outcome)) ?? 'fail'

/** Writes down what it saw, so that it is a unit of work whose looks are guarded. */
async function audit(work: UnitOfWork, id: string): Promise<number> {
  const accounts = await work.getMany(
    Account,
    ids.map((each) => ({ id: each })),
  )
  const total = accounts.reduce((sum, account) => sum + account!.balance, 0)
  work.create(Audit, { id, total })
  return total
}

async function move(work: UnitOfWork, { does, from, to, amount }: Move): Promise<void> {
  switch (does) {
    case 'blind':
    case 'once':
      work.blind(Account, { id: from }, (blind) => blind.increment('balance', -amount, { min: 0 }))
      work.blind(Account, { id: to }, (blind) => blind.increment('balance', amount))
      return
    case 'nested':
      await Promise.all([
        work.run((inner) => withdraw(inner, from, amount)),
        work.run((inner) => inner.blind(Account, { id: to }, (blind) => blind.increment('balance', amount))),
      ])
      return
    default: {
      await withdraw(work, from, amount)
      const target = await work.get(Account, { id: to })
      work.change(target, (draft) => {
        draft.balance += amount
      })
    }
  }
}

async function withdraw(work: UnitOfWork, id: string, amount: number): Promise<void> {
  const account = await work.get(Account, { id })
  if (account.balance < amount) throw new Refused()
  work.change(account, (draft) => {
    draft.balance -= amount
  })
}

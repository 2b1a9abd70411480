/**
 * Commits at the same time: every outcome is as if they had come one after the other.
 *
 * Contention is no failure here: what was turned away is sent again, as the engine does.
 *
 * @module
 */
import { absent, compareTo, equals } from '../../core/expression/condition.ts'
import { append, increment, set } from '../../core/expression/update.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { WriteAction } from '../../core/store/write-plan.ts'
import { type Bench, type Cases, put, update } from './bench.ts'
import { expect, expectEqual } from './expect.ts'

/** Commits until the store neither defers nor throttles the plan. */
async function settle(bench: Bench, ...actions: readonly WriteAction[]): Promise<CommitOutcome> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await bench.commit(...actions)
    if (attempt > 50 || (outcome.kind !== 'contention' && outcome.kind !== 'throttled')) return outcome
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
  }
}

const writers = [...Array(20).keys()]

export const concurrency: Cases = {
  'of many who create one item, one succeeds': async (bench) => {
    const name = await bench.table()
    const outcomes = await Promise.all(
      writers.map((writer) => settle(bench, put(name, { id: 'a', writer }, absent(['id'])))),
    )
    const winners = writers.filter((writer) => outcomes[writer]?.kind === 'committed')
    expectEqual(winners.length, 1, 'winners')
    const item = { id: 'a', writer: winners[0]! }
    expectEqual(await bench.look(name, 'a'), item, 'item')
    for (const outcome of outcomes) {
      if (outcome.kind === 'committed') continue
      if (outcome.kind !== 'conflict') return expect(false, `Expected a conflict, got ${outcome.kind}`)
      expectEqual(outcome.failures[0]?.present, item, 'item that the losers saw')
    }
  },
  'of many plans on the same items, one succeeds': async (bench) => {
    const name = await bench.table()
    const outcomes = await Promise.all(
      writers.map((writer) =>
        settle(bench, put(name, { id: 'a', writer }, absent(['id'])), put(name, { id: 'b', writer }, absent(['id']))),
      ),
    )
    const winners = writers.filter((writer) => outcomes[writer]?.kind === 'committed')
    expectEqual(winners.length, 1, 'winners')
    expectEqual(await bench.look(name, 'a'), { id: 'a', writer: winners[0]! }, 'a')
    expectEqual(await bench.look(name, 'b'), { id: 'b', writer: winners[0]! }, 'b')
  },
  'no increment and no append is lost': async (bench) => {
    const name = await bench.table()
    await Promise.all(
      writers.map((writer) => settle(bench, update(name, 'a', [increment(['n'], 1), append(['by'], [writer])]))),
    )
    const item = await bench.look(name, 'a')
    expectEqual(item?.['n'], writers.length, 'count')
    expectEqual(new Set(item?.['by'] as readonly number[]), new Set(writers), 'writers')
  },
  'one at a time gets past a condition on what it replaces': async (bench) => {
    const name = await bench.table()
    await bench.seed(name, [{ id: 'a', n: 0 }])
    let committed = 0
    await Promise.all(
      writers.slice(0, 5).map(async () => {
        for (let round = 0; round < 5; round++) {
          const item = await bench.look(name, 'a')
          const n = item?.['n'] as number
          const outcome = await settle(bench, update(name, 'a', [set(['n'], n + 1)], equals(['n'], n)))
          if (outcome.kind === 'committed') committed += 1
        }
      }),
    )
    expectEqual(await bench.look(name, 'a'), { id: 'a', n: committed }, 'item')
  },
  'transfers neither make nor lose money': async (bench) => {
    const name = await bench.table()
    const accounts = ['a', 'b', 'c', 'd']
    await bench.seed(
      name,
      accounts.map((id) => ({ id, balance: 100 })),
    )
    const transfers = [...Array(40).keys()].map((i) => {
      const from = accounts[i % 4]!
      const to = accounts[(i + 1 + (i % 3)) % 4]!
      const amount = 10 + ((i * 7) % 50)
      return settle(
        bench,
        update(name, from, [increment(['balance'], -amount)], compareTo(['balance'], '>=', amount)),
        update(name, to, [increment(['balance'], amount)]),
      )
    })
    const kinds = new Set((await Promise.all(transfers)).map(({ kind }) => kind))
    expect(kinds.has('committed'), 'Expected some transfers to succeed')
    for (const kind of kinds) expect(kind === 'committed' || kind === 'conflict', `Unexpected outcome ${kind}`)
    const balances: number[] = []
    for (const id of accounts) balances.push((await bench.look(name, id))?.['balance'] as number)
    expectEqual(
      balances.reduce((a, b) => a + b),
      400,
      'sum',
    )
    expect(
      balances.every((balance) => balance >= 0),
      'Expected no account to be overdrawn',
    )
  },
}

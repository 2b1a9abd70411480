/**
 * The cases of all operations, run against one store.
 *
 * @module
 */
import type { Store } from '../../core/store/store.ts'
import { type Bench, type Cases, openBench } from './bench.ts'
import { changes, noChanges } from './changes.ts'
import { close } from './close.ts'
import { commit } from './commit.ts'
import { concurrency } from './concurrency.ts'
import { conditions } from './conditions.ts'
import { limits } from './limits.ts'
import { query } from './query.ts'
import { read } from './read.ts'
import { scan } from './scan.ts'
import { tables } from './tables.ts'
import { updates } from './updates.ts'
import { values } from './values.ts'
import { write } from './write.ts'

/** One promise of the port, for any test runner. */
export interface ConformanceCase {
  readonly name: string
  /** Rejects where the store breaks it. Each run has a store of its own. */
  run(): Promise<void>
}

/** What is known beforehand of the store under test. */
export interface ConformanceOptions {
  /**
   * Cases that this store is known to fail, by name without the store's, each with the reason. They are asserted to
   * fail, so that closing a gap turns the build red until it is struck from here.
   */
  readonly knownGaps?: Readonly<Record<string, string>> | undefined
  /**
   * Abilities that this store does not have: `changes`, the change feed. The store must then refuse each as the port says,
   * and the cases of what it would mean are left out.
   */
  readonly lacks?: readonly 'changes'[] | undefined
}

const operations: Readonly<Record<string, Cases>> = {
  read,
  commit,
  write,
  condition: conditions,
  update: updates,
  limits,
  concurrency,
  query,
  scan,
  values,
  tables,
  close,
}

/**
 * All cases, each independent of the others. `createStore` is called once for each: stores may share one database, as
 * every case works in tables of its own, which it creates and deletes.
 */
export function storeConformance(
  name: string,
  createStore: () => Store | Promise<Store>,
  { knownGaps = {}, lacks = [] }: ConformanceOptions = {},
): readonly ConformanceCase[] {
  const feed = lacks.includes('changes') ? noChanges : changes
  const cases = Object.entries({ ...operations, changes: feed }).flatMap(([operation, named]) =>
    Object.entries(named).map(([behaviour, run]) => ({ behaviour: `${operation}: ${behaviour}`, run })),
  )
  const unknown = Object.keys(knownGaps).filter((gap) => !cases.some(({ behaviour }) => behaviour === gap))
  if (unknown.length > 0) throw new TypeError(`Expected known gaps to be names of cases, got ${unknown.join('; ')}`)
  return cases.map(({ behaviour, run }) => ({
    name: `${name} ${behaviour}`,
    run: Object.hasOwn(knownGaps, behaviour)
      ? () => expectFailure(behaviour, () => inBench(createStore, run))
      : () => inBench(createStore, run),
  }))
}

async function inBench(createStore: () => Store | Promise<Store>, run: (bench: Bench) => Promise<void>): Promise<void> {
  const { bench, end } = await openBench(createStore)
  try {
    await run(bench)
  } finally {
    await end()
  }
}

async function expectFailure(behaviour: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch {
    return
  }
  throw new Error(`The known gap "${behaviour}" is closed: strike it from knownGaps`)
}

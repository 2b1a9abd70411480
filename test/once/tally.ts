/**
 * What callers were told, over all lives of all workers, and what must hold of it and of what is stored in the end.
 *
 * @module
 */
import type { Engine } from 'draftwork'
import * as assert from 'uvu/assert'
import type { Store } from '../../core/store/store.ts'
import { expectFolded } from './fold.ts'
import { ACCOUNTS, type Entry, jobOf, type Models, open, pageOf } from './job.ts'

const START = 1000

/** The first thing to do on new tables. */
export async function openAccounts(store: Store, prefix: string): Promise<void> {
  const { engine, made } = open(store, prefix)
  await engine.tables.create()
  await engine.unitOfWork.run((work) => {
    for (let n = 0; n < ACCOUNTS; n++) work.create(made.Account, { id: `account ${n}`, balance: START })
  })
}

export class Tally {
  /** The outcome of each job as it was first told. */
  readonly #told = new Map<number, string>()
  /** Answers, also those that a job had been told before. */
  answers = 0
  /** Failures that a caller saw and met by asking again. */
  failures = 0

  hear(line: string): void {
    if (!line.startsWith('{')) {
      this.failures++
      return
    }
    this.answers++
    const { job } = JSON.parse(line) as Entry
    const before = this.#told.get(job)
    assert.is(before ?? line, line, `Job ${job} had one outcome for one caller and another for the next`)
    this.#told.set(job, line)
  }

  /** One more than the highest job of which anybody was told. */
  get jobs(): number {
    return Math.max(-1, ...this.#told.keys()) + 1
  }

  /** One more than any job that a worker can have begun: they are a few ahead of what they said. */
  get begun(): number {
    return this.jobs + 10
  }

  /** The first job of which nobody was told. */
  get firstOpen(): number {
    let n = 0
    while (this.#told.has(n)) n++
    return n
  }

  /** Every job was done, once, by whom all were told, and the sums are those of the jobs. */
  async expectSound(store: Store, prefix: string): Promise<void> {
    assert.ok(this.jobs > 0, 'No worker did anything')
    const { engine, made } = open(store, prefix)
    const entries = await logged(engine, made, this.jobs)
    const marks = new Map(entries.map(({ job, mark }) => [job, mark]))
    assert.is(marks.size, entries.length, 'A job is in the log twice')
    assert.is(entries.length, this.jobs, 'A job is missing in the log')
    for (const [job, line] of this.#told) {
      assert.is(marks.get(job), (JSON.parse(line) as Entry).mark, `Job ${job} was done by another than was told`)
    }
    const expected = new Map<string, number>()
    const move = (id: string, by: number) => expected.set(id, (expected.get(id) ?? START) + by)
    for (const { job } of entries) {
      const { from, to, amount } = jobOf(job)
      move(from, -amount)
      move(to, amount)
    }
    await expectHistories(engine, made, entries)
    const balances = await accounts(engine, made)
    for (const { id, balance } of balances) assert.is(balance, expected.get(id) ?? START, `The balance of ${id}`)
    assert.is(
      balances.reduce((sum, { balance }) => sum + balance, 0),
      ACCOUNTS * START,
    )
  }
}

/** Every record is what its history leads to, and each job is one commit, in three histories. */
async function expectHistories(engine: Engine, made: Models, jobs: readonly Entry[]): Promise<void> {
  const counts = new Map<string, number>()
  const count = (commits: readonly string[]) => {
    for (const commit of commits) counts.set(commit, (counts.get(commit) ?? 0) + 1)
  }
  for (const account of await accounts(engine, made)) {
    count((await expectFolded(engine, made.Account, { id: account.id }, account)).slice(1))
  }
  for (const id of new Set(jobs.map(({ job }) => pageOf(job)))) {
    const page = await engine.unitOfWork.run((work) => work.get(made.Page, { id }))
    count(await expectFolded(engine, made.Page, { id }, page))
  }
  assert.is(counts.size, jobs.length, 'There are as many commits as jobs')
  for (const [commit, times] of counts) assert.is(times, 3, `Histories that have commit ${commit}`)
}

async function logged(engine: Engine, made: Models, jobs: number): Promise<readonly Entry[]> {
  const ids = new Set(Array.from({ length: jobs }, (_, n) => pageOf(n)))
  return engine.unitOfWork.run(
    async (work) => {
      const pages = await work.getMany(
        made.Page,
        [...ids].map((id) => ({ id })),
      )
      return pages.flatMap((page) => (page ? page.entries.map(({ job, mark }) => ({ job, mark })) : []))
    },
    { guard: 'writes' },
  )
}

async function accounts(engine: Engine, made: Models) {
  return engine.unitOfWork.run(
    async (work) => {
      const keys = Array.from({ length: ACCOUNTS }, (_, n) => ({ id: `account ${n}` }))
      const records = await work.getMany(made.Account, keys)
      return records.map((record) => ({ id: record!.id, balance: record!.balance }))
    },
    { guard: 'writes' },
  )
}

/**
 * The work that must happen once: each job moves money between two accounts and appends itself to a page of a log.
 * Whoever does it leaves its mark, so that a job that was done twice has two marks.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { createEngine, defineModel, type Engine, type Work } from 'draftwork'
import * as t from 'io-ts'
import type { Store } from '../../core/store/store.ts'

export const ACCOUNTS = 12
/** Jobs on one page of the log. */
const PAGE = 40

const entry = t.type({ job: t.number, mark: t.string })
export type Entry = t.TypeOf<typeof entry>

interface Job {
  readonly job: number
  readonly from: string
  readonly to: string
  readonly amount: number
}

/** What job `n` is, the same for every worker. */
export function jobOf(n: number): Job {
  const from = (n * 7) % ACCOUNTS
  const to = (from + 1 + (n % (ACCOUNTS - 1))) % ACCOUNTS
  return { job: n, from: `account ${from}`, to: `account ${to}`, amount: 1 + ((n * 31) % 97) }
}

export const pageOf = (n: number): string => `page ${Math.floor(n / PAGE)}`

/** Tables of their own for each run. */
function models(prefix: string) {
  const Account = defineModel({
    name: 'Account',
    table: `${prefix}-accounts`,
    key: { partition: 'id' },
    schema: t.type({ id: t.string, balance: t.number }),
  })
  const Page = defineModel({
    name: 'Page',
    table: `${prefix}-log`,
    key: { partition: 'id' },
    schema: t.type({ id: t.string, entries: t.array(entry) }),
  })
  return { Account, Page }
}

export type Models = ReturnType<typeof models>

/**
 * What all workers of a run have in common. The journal is the run's own too: jobs have the same keys in every run, and on a
 * server that was used before their outcomes of then would be told, which looked like lost jobs.
 */
export function open(store: Store, prefix: string): { readonly engine: Engine; readonly made: Models } {
  const made = models(prefix)
  return { engine: createEngine({ store, models: Object.values(made), journalTable: `${prefix}-journal` }), made }
}

type UnitOfWork = Parameters<Work<unknown>>[0]

/** The function's text belongs to the key, so it closes over what differs from job to job. */
export function doJob({ unitOfWork }: Engine, { Account, Page }: Models, input: Job) {
  const transfer = async (work: UnitOfWork): Promise<Entry & { readonly balance: number }> => {
    const mark = randomUUID()
    const [from, to, page] = await Promise.all([
      work.get(Account, { id: input.from }),
      work.get(Account, { id: input.to }),
      work.find(Page, { id: pageOf(input.job) }),
    ])
    const { balance } = work.change(from, (draft) => {
      draft.balance -= input.amount
    })
    work.change(to, (draft) => {
      draft.balance += input.amount
    })
    const entries = page ?? work.create(Page, { id: pageOf(input.job), entries: [] })
    work.change(entries, (draft) => {
      draft.entries.push({ job: input.job, mark })
    })
    return { job: input.job, mark, balance }
  }
  return unitOfWork.run('transfer', transfer, { idempotencyKey: `job-${input.job}`, input })
}

/**
 * A program that works through the queue of jobs until it is killed, or up to `until`. Each outcome is printed once it
 * was answered; a job that failed is asked for again, as a caller would who was promised that it happens once.
 *
 * `node worker.mjs '{ "prefix": …, "from": 0, … }'`
 *
 * @module
 */
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isEngineError } from 'draftwork'
import type { Store } from '../../core/store/store.ts'
import { doJob, jobOf, open } from './job.ts'

export interface Orders {
  /** Of the tables' names. */
  readonly prefix: string
  readonly store: { readonly endpoint: string } | { readonly path: string }
  readonly from: number
  /** The first job that is not done any more; null: go on until killed. */
  readonly until: number | null
  /** Jobs under way at once. */
  readonly atOnce: number
  /** How often each job is asked for at the same time, by this process alone. */
  readonly callers: number
}

/** Adapters are loaded as needed: the life of a worker is short. */
async function openStore(store: Orders['store']): Promise<Store> {
  if ('path' in store) return (await import('draftwork/level')).levelStore(store)
  const [{ dynamodbStore }, { localClient }] = await Promise.all([
    import('draftwork/dynamodb'),
    import('../support/dynamodb-local.ts'),
  ])
  return dynamodbStore({ client: localClient(store.endpoint, { maxAttempts: 3 }) })
}

/** What a caller may meet although nothing is wrong with the job: the answer is to ask again. */
const passing = ['UNKNOWN_OUTCOME', 'CONFLICT', 'RETRIES_EXHAUSTED', 'THROTTLED', 'REJECTED']

async function work(orders: Orders, say: (line: string) => void): Promise<void> {
  const { engine, made } = open(await openStore(orders.store), orders.prefix)
  let next = orders.from
  const ask = async (n: number): Promise<void> => {
    for (;;) {
      try {
        const { job, mark, balance } = await doJob(engine, made, jobOf(n))
        return say(JSON.stringify({ job, mark, balance }))
      } catch (thrown) {
        if (!isEngineError(thrown) || !passing.includes(thrown.code)) throw thrown
        say(`${thrown.code} ${n} ${thrown.message}`)
      }
    }
  }
  const walk = async (): Promise<void> => {
    while (orders.until === null || next < orders.until) {
      const n = next++
      await Promise.all(Array.from({ length: orders.callers }, () => ask(n)))
    }
  }
  await Promise.all(Array.from({ length: orders.atOnce }, walk))
  await engine.close()
}

const [, program, orders] = process.argv
if (program === fileURLToPath(import.meta.url) && orders !== undefined) {
  // Synchronous: what was answered has been said before anything else happens.
  await work(JSON.parse(orders) as Orders, (line) => writeSync(1, `${line}\n`))
}

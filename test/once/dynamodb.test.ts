/**
 * Once only on DynamoDB, through a proxy that loses requests and answers, by workers that are killed at any moment: some
 * between two writes, some after a write was sent, some after it was applied and before its answer came.
 *
 * `ONCE_KILLS=300` runs longer; `ONCE_SEED` repeats a run.
 *
 * @module
 */
import { test } from 'uvu'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { chance } from '../support/chance.ts'
import { dynamodbLocal } from '../support/dynamodb-local.ts'
import { type Fate, type FaultPlan, type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { tablePrefix } from '../support/stores.ts'
import { live } from './life.ts'
import { killsOr, seed } from './long-run.ts'
import { openAccounts, Tally } from './tally.ts'

const WORKERS = 2
const KILLS = killsOr(24)
const faults: readonly Fate[] = [
  'lose-after:500',
  'lose-after:drop',
  'lose-after:truncate',
  'drop-before',
  '500-before',
]

const local = await dynamodbLocal()
const onDynamodb = local ? test : test.skip

onDynamodb(`${KILLS} kills of ${WORKERS} workers on one queue: nothing lost, nothing twice`, async () => {
  const store = dynamodbStore({ client: local!.client() })
  const prefix = tablePrefix()
  await openAccounts(store, prefix)
  const tally = new Tally()
  const counts = { kills: 0, atWrite: 0, faults: 0, requests: 0 }

  async function worker(random: () => number): Promise<void> {
    const proxy = await faultProxy(local!.endpoint)
    while (counts.kills < KILLS) await oneLife(proxy, random)
    await proxy.close()
  }

  /** A few jobs that are done already are asked for again: their callers never heard, for all this process knows. */
  async function oneLife(proxy: FaultProxy, random: () => number): Promise<void> {
    const from = Math.max(0, tally.firstOpen - Math.floor(random() * 6))
    const orders = { prefix, store: { endpoint: proxy.endpoint }, from, until: null, atOnce: 3, callers: 1 }
    const atWrite = random() < 0.6 ? 1 + Math.floor(random() * 16) : undefined
    let timer: NodeJS.Timeout | undefined
    const life = live(orders, () => {
      if (atWrite === undefined) timer ??= setTimeout(() => life.kill(), random() * 200)
    })
    proxy.reset()
    proxy.plan(lossy(random, counts, atWrite, life.kill))
    const { lines, killed } = await life.ended
    clearTimeout(timer)
    for (const line of lines) tally.hear(line)
    counts.requests += proxy.count()
    if (!killed) throw new Error('A worker ended by itself')
    counts.kills++
    if (atWrite !== undefined) counts.atWrite++
  }

  const started = Date.now()
  await Promise.all(Array.from({ length: WORKERS }, (_, i) => worker(chance(seed + i))))

  // In the end somebody asks for every job once more, undisturbed, and two ask at once.
  const orders = { prefix, store: { endpoint: local!.endpoint }, from: 0, until: tally.begun, atOnce: 8, callers: 2 }
  const { lines } = await live(orders).ended
  for (const line of lines) tally.hear(line)
  await tally.expectSound(store, prefix)
  console.log(
    `once on DynamoDB, seed ${seed}: ${counts.kills} kills (${counts.atWrite} at a write), ${tally.jobs} jobs, ` +
      `${tally.answers} answers, ${counts.requests} requests of which ${counts.faults} met a fault, ` +
      `${tally.failures} failures asked again, ${Math.round((Date.now() - started) / 1000)} s`,
  )
})

/** One request in eight meets a fault; at its n-th write the worker dies, and the write is applied or not. */
function lossy(
  random: () => number,
  counts: { faults: number },
  atWrite: number | undefined,
  kill: () => void,
): FaultPlan {
  let writes = 0
  return ({ operation }) => {
    if (/^(TransactWrite|Put|Update|Delete)/.test(operation) && ++writes === atWrite) {
      kill()
      return random() < 0.7 ? 'pass' : 'drop-before'
    }
    if (random() >= 0.125) return 'pass'
    counts.faults++
    return faults[Math.floor(random() * faults.length)]!
  }
}

test.run()

import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import { isEngineError } from '../../../core/errors.ts'
import type { Change, ChangesPage } from '../../../core/store/changes.ts'
import { named, ScriptedStreams } from './scripted-streams.ts'

const HOUR = 60 * 60_000

/** A consumer's process, with a clock that the test moves. It never really waits. */
function consumer(on: ScriptedStreams, tick: () => void = () => {}) {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const waits: number[] = []
  const patience = {
    now: () => clock.now,
    random: () => 0.5,
    async sleep(ms: number, signal: AbortSignal | undefined) {
      waits.push(ms)
      tick()
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  }
  const { client, streams } = on
  const follow = (from: string, signal?: AbortSignal) =>
    dynamodbStore({ client, streams, patience }).changes({ tables: [on.table], from, signal })
  return { clock, waits, follow }
}

/** Takes pages until they told so many changes. */
async function take(pages: AsyncIterable<ChangesPage>, count: number) {
  const changes: Change[] = []
  let empty = 0
  for await (const page of pages) {
    changes.push(...page.changes)
    if (changes.length >= count) return { told: changes.map(print), token: page.token }
    // What has not come by then does not come.
    if (page.changes.length === 0 && ++empty > 5) break
  }
  throw new Error(`Expected ${count} changes, got ${changes.map(print)}`)
}

const print = ({ key, after }: Change): string => `${key['id']}${after?.['n']}`

async function failure(pages: AsyncIterable<ChangesPage>, count = Number.POSITIVE_INFINITY): Promise<unknown> {
  return take(pages, count).then(
    ({ told }) => told,
    (error: unknown) => error,
  )
}

test('a parent is read to its end before its children', async () => {
  const on = new ScriptedStreams('shardId-1')
  for (let i = 0; i < 5; i++) on.change('shardId-1', 'a')
  on.split('shardId-1', 'shardId-2', 'shardId-3')
  for (let i = 0; i < 3; i++) on.change('shardId-2', 'a')
  on.change('shardId-3', 'b')
  on.split('shardId-2', 'shardId-4')
  on.change('shardId-4', 'a')
  const { told } = await take(consumer(on).follow('start'), 10)
  assert.equal(
    told.filter((change) => change.startsWith('a')),
    ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9'],
  )
  assert.ok(told.includes('b1'))
})

test('a split while it is followed is followed too', async () => {
  const on = new ScriptedStreams('shardId-1')
  const steps = [
    () => on.change('shardId-1', 'a'),
    () => on.split('shardId-1'),
    // Closed, and its children are not listed yet.
    () => {},
    () => on.split('shardId-1', 'shardId-2'),
    () => on.change('shardId-2', 'a'),
  ]
  const { told } = await take(consumer(on, () => steps.shift()?.()).follow('now'), 2)
  assert.equal(told, ['a1', 'a2'])
})

test("a shard that closes before 'now' is settled loses nothing", async () => {
  const on = new ScriptedStreams('shardId-1')
  on.change('shardId-1', 'a')
  on.meanwhile = (operation) => {
    if (operation !== 'GetShardIteratorCommand') return
    on.meanwhile = () => {}
    on.split('shardId-1', 'shardId-2')
  }
  const pages = consumer(on).follow('now')[Symbol.asyncIterator]()
  await pages.next()
  on.change('shardId-2', 'a')
  assert.equal((await pages.next()).value?.changes.map(print), ['a2'])
  await pages.return?.()
})

test('iterators that expire are asked for anew, after the last record', async () => {
  const on = new ScriptedStreams('shardId-1')
  for (let i = 0; i < 6; i++) on.change('shardId-1', 'a')
  const told: string[] = []
  for await (const page of consumer(on).follow('start')) {
    told.push(...page.changes.map(print))
    on.expireIterators()
    if (told.length >= 6) break
  }
  assert.equal(told, ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'])
})

test('a token from now goes on also when its iterators have expired, then with what was before', async () => {
  const on = new ScriptedStreams('shardId-1')
  on.change('shardId-1', 'a')
  const { follow } = consumer(on)
  const { token } = await take(follow('now'), 0)
  on.change('shardId-1', 'a')
  assert.equal((await take(follow(token), 1)).told, ['a2'])
  on.expireIterators()
  assert.equal((await take(follow(token), 2)).told, ['a1', 'a2'])
})

test('throttles and lost answers are waited out', async () => {
  const on = new ScriptedStreams('shardId-1')
  on.change('shardId-1', 'a')
  const troubles = [
    ...['LimitExceededException', 'ThrottlingException', 'ProvisionedThroughputExceededException'].map(named),
    Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
  ]
  on.meanwhile = () => {
    const trouble = troubles.pop()
    if (trouble) throw trouble
  }
  const { waits, follow } = consumer(on)
  assert.equal((await take(follow('start'), 1)).told, ['a1'])
  assert.ok(waits.length >= 4)
})

test('trouble that does not pass is an error, and the last token goes on', async () => {
  const on = new ScriptedStreams('shardId-1')
  const { follow } = consumer(on)
  const { token } = await take(follow('start'), 0)
  on.change('shardId-1', 'a')
  on.meanwhile = (operation) => {
    if (operation === 'GetRecordsCommand') throw named('LimitExceededException')
  }
  const error = await failure(follow(token))
  assert.ok(isEngineError(error, 'THROTTLED'), String(error))
  on.meanwhile = () => {
    throw named('AccessDeniedException')
  }
  assert.ok(isEngineError(await failure(follow(token)), 'REJECTED'))
  on.meanwhile = () => {}
  assert.equal((await take(follow(token), 1)).told, ['a1'])
})

const trimmed = async (pages: AsyncIterable<ChangesPage>): Promise<void> => {
  const error = await failure(pages)
  assert.ok(isEngineError(error, 'FEED_TRIMMED'), String(error))
  assert.equal(error.payload.tables, ['scripted'])
  assert.match(error.message, "Follow again from 'start'")
}

test('what was trimmed after the token is an error, never a gap', async () => {
  const on = new ScriptedStreams('shardId-1')
  for (let i = 0; i < 4; i++) on.change('shardId-1', 'a')
  const { follow } = consumer(on)
  const { token } = await take(follow('start'), 2)
  on.trim('shardId-1', 2)
  await trimmed(follow(token))
})

test('a shard that vanished with the unread is an error; one that was read to its end is none', async () => {
  const on = new ScriptedStreams('shardId-1')
  for (let i = 0; i < 4; i++) on.change('shardId-1', 'a')
  const { follow } = consumer(on)
  const half = await take(follow('start'), 2)
  on.split('shardId-1', 'shardId-2')
  const whole = await take(follow(half.token), 2)
  on.change('shardId-2', 'a')
  on.vanish('shardId-1')
  assert.equal((await take(follow(whole.token), 1)).told, ['a5'])
  await trimmed(follow(half.token))
})

test('a child of which nothing was read is whole only for so long', async () => {
  const on = new ScriptedStreams('shardId-1')
  on.change('shardId-1', 'a')
  on.split('shardId-1', 'shardId-2')
  const { clock, follow } = consumer(on)
  const { token } = await take(follow('start'), 1)
  on.change('shardId-2', 'a')
  on.change('shardId-2', 'a')
  clock.now += 11 * HOUR
  assert.equal((await take(follow(token), 2)).told, ['a2', 'a3'])
  clock.now += 15 * HOUR
  // Nothing tells that there was an a2.
  on.trim('shardId-2', 1)
  await trimmed(follow(token))
})

test("what is trimmed while the oldest is read is not the consumer's", async () => {
  const on = new ScriptedStreams('shardId-1')
  for (let i = 0; i < 3; i++) on.change('shardId-1', 'a')
  on.meanwhile = (operation) => {
    if (operation !== 'GetRecordsCommand') return
    on.meanwhile = () => {}
    on.trim('shardId-1', 1)
  }
  assert.equal((await take(consumer(on).follow('start'), 2)).told, ['a2', 'a3'])
})

test('a stream that was switched off, or off and on again, is an error', async () => {
  const on = new ScriptedStreams('shardId-1')
  on.change('shardId-1', 'a')
  const { follow } = consumer(on)
  const { token } = await take(follow('start'), 0)
  on.split('shardId-1')
  on.status = 'DISABLED'
  await trimmed(follow(token))
  on.status = 'ENABLED'
  on.label = '2030-01-02T00:00:00.000'
  await trimmed(follow(token))
})

test('a table without a stream of both images is refused', async () => {
  const on = new ScriptedStreams('shardId-1')
  on.specification = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' }
  const keysOnly = await failure(consumer(on).follow('start'))
  assert.ok(isEngineError(keysOnly, 'REJECTED') && /has KEYS_ONLY, not NEW_AND_OLD_IMAGES/.test(keysOnly.message))
  on.specification = undefined
  const none = await failure(consumer(on).follow('start'))
  assert.ok(isEngineError(none, 'REJECTED') && /no stream; create it with stream: true/.test(none.message))
  assert.equal(on.requests, [])
})

test('without a client for streams nothing is sent', async () => {
  const send = () => assert.unreachable()
  const client = { send } as never
  const error = await failure(dynamodbStore({ client }).changes({ tables: ['t'], from: 'start' }))
  assert.ok(isEngineError(error, 'REJECTED') && /dynamodbStore\(\{ client, streams \}\)/.test(error.message))
  assert.throws(() => dynamodbStore({ client, streams: {} as never }), /a DynamoDBStreamsClient/)
  // Two clients that are easily mixed up where no compiler looks.
  const of = (serviceId: string) => ({ send, config: { serviceId } }) as never
  assert.throws(() => dynamodbStore({ client, streams: of('DynamoDB') }), /a DynamoDBStreamsClient/)
  assert.throws(() => dynamodbStore({ client: of('DynamoDB Streams') }), /a DynamoDBClient/)
})

test('a quiet stream is looked at less and less, and its pages say how far it is', async () => {
  const on = new ScriptedStreams('shardId-1')
  const { waits, follow } = consumer(on)
  const pages = follow('start')[Symbol.asyncIterator]()
  await pages.next()
  assert.equal((await pages.next()).value?.changes, [])
  await pages.return?.()
  assert.equal(waits.slice(0, 6), [200, 400, 800, 1600, 1600, 1600])
})

type Step = { readonly kind: 'change' | 'split'; readonly which: number } | { readonly kind: 'expire' | 'throttle' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), which: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('split' as const), which: fc.nat(7) }) },
  fc.record({ kind: fc.constantFrom('expire' as const, 'throttle' as const) }),
)

test('whatever splits, expires and is throttled, and whenever the consumer is killed: all changes, in order', async () => {
  const ids = ['a', 'b', 'c', 'd']
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.array(fc.record({ pages: fc.nat(6), saved: fc.boolean() }), { maxLength: 6 }),
      async (script, kills) => {
        const on = new ScriptedStreams('shardId-0')
        const home = new Map(ids.map((id) => [id, 'shardId-0']))
        const expected = new Map(ids.map((id) => [id, 0]))
        const steps = [...script]
        let shards = 1
        let throttles = 0
        on.meanwhile = () => {
          if (throttles-- > 0) throw named('ThrottlingException')
        }
        const go = () => {
          const next = steps.shift()
          if (next?.kind === 'change') {
            const id = ids[next.which % ids.length]!
            on.change(home.get(id)!, id)
            expected.set(id, expected.get(id)! + 1)
          } else if (next?.kind === 'split') {
            // Half of the items of one shard move to each of its children.
            const shard = home.get(ids[next.which % ids.length]!)!
            const children = [`shardId-${shards++}`, `shardId-${shards++}`]
            on.split(shard, ...children)
            const moved = ids.filter((id) => home.get(id) === shard)
            for (const [i, id] of moved.entries()) home.set(id, children[i % 2]!)
          } else if (next?.kind === 'expire') on.expireIterators()
          else if (next?.kind === 'throttle') throttles = 3
        }
        const seen = new Map(ids.map((id) => [id, 0]))
        const isDone = () => steps.length === 0 && ids.every((id) => seen.get(id) === expected.get(id))
        let from = 'start'
        for (const kill of [...kills, { pages: 300, saved: true }]) {
          let pages = 0
          for await (const { changes, token } of consumer(on, go).follow(from)) {
            for (const { key, after } of changes) {
              const [id, n] = [key['id'] as string, after?.['n'] as number]
              // Old ones may come again, new ones come one by one.
              assert.ok(n <= seen.get(id)! + 1, `${id}${n} came after ${id}${seen.get(id)}`)
              seen.set(id, Math.max(seen.get(id)!, n))
            }
            if (isDone()) return
            if (++pages > kill.pages) {
              if (kill.saved) from = token
              break
            }
            from = token
            go()
          }
        }
        assert.unreachable('not all changes came')
      },
    ),
    { numRuns: 200 },
  )
})

test.run()

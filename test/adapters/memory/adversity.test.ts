import { isLeft } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Dice } from '../../../adapters/memory/adversity-dice.ts'
import { type Adversity, memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import type { Environment } from '../../../core/environment.ts'
import { isEngineError } from '../../../core/errors.ts'
import { absent, all, type Condition } from '../../../core/expression/condition.ts'
import { increment, set } from '../../../core/expression/update.ts'
import { setOf } from '../../../core/model/codecs.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { CommitOutcome } from '../../../core/store/commit-outcome.ts'
import type { Store } from '../../../core/store/store.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'

const always: Condition = all([])
const ids = [...Array(200).keys()]

const put = (id: string, n: number, condition = always): WriteAction => ({
  kind: 'put',
  table: 't',
  key: { id },
  item: { id, n },
  condition,
})
const bump = (id: string, condition = always): WriteAction => ({
  kind: 'update',
  table: 't',
  key: { id },
  update: [increment(['n'], 1)],
  condition,
})
const plan = (id: string | number, ...actions: WriteAction[]) => ({ id: `plan-${id}`, actions })
const look = async (store: Store, id: string, consistent = true) =>
  (await store.read([{ table: 't', key: { id } }], { consistent }))[0]

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** Outcomes of two hundred commits of two new items each, one after the other. */
async function outcomesOf(adversity: Adversity): Promise<readonly CommitOutcome[]> {
  const store = memoryStore({ adversity })
  const outcomes: CommitOutcome[] = []
  for (const i of ids) outcomes.push(await store.commit(plan(i, put(`a${i}`, i), put(`b${i}`, i))))
  return outcomes
}

const kindsOf = (outcomes: readonly CommitOutcome[]) => outcomes.map(({ kind }) => kind)

test('equal seeds give equal faults, others give others', async () => {
  const odds = { transactionConflict: 0.2, throttle: 0.2, loseAnswerBefore: 0.2, loseAnswerAfter: 0.2, duplicate: 0.2 }
  const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => outcomesOf({ seed, ...odds })))
  const print = (outcomes: readonly CommitOutcome[] | undefined) => JSON.stringify(outcomes)
  assert.is(print(one), print(same))
  assert.is.not(print(one), print(other))
  assert.equal(new Set(kindsOf(one!)), new Set(['committed', 'contention', 'throttled', 'unknown']))
})

test('one probability does not shift the faults of another', async () => {
  const alone = kindsOf(await outcomesOf({ seed: 5, throttle: 0.3 }))
  const both = kindsOf(await outcomesOf({ seed: 5, throttle: 0.3, loseAnswerAfter: 0.5, duplicate: 1 }))
  const throttled = (kinds: readonly string[]) => kinds.map((kind) => kind === 'throttled')
  assert.equal(throttled(alone), throttled(both))
})

test('probabilities hold roughly', async () => {
  const kinds = kindsOf(await outcomesOf({ seed: 3, throttle: 0.3 }))
  const share = kinds.filter((kind) => kind === 'throttled').length / kinds.length
  assert.ok(share > 0.2 && share < 0.4, `${share}`)
})

test('contention names positions of the plan and applies nothing', async () => {
  const store = memoryStore({ adversity: { seed: 1, transactionConflict: 1 } })
  for (const i of ids) {
    const outcome = await store.commit(plan(i, put('a', 1), put('b', 1), put('c', 1)))
    if (outcome.kind !== 'contention') throw new Error(outcome.kind)
    assert.ok(outcome.positions.length > 0 && outcome.positions.every((position) => [0, 1, 2].includes(position)))
  }
  assert.is(await look(store, 'a'), undefined)
})

test('throttling names a reason as DynamoDB does and applies nothing', async () => {
  const store = memoryStore({ adversity: { seed: 1, throttle: 1 } })
  const outcome = await store.commit(plan(1, put('a', 1)))
  if (outcome.kind !== 'throttled') throw new Error(outcome.kind)
  assert.match(outcome.reasons[0]!, /^TableWrite\w+(Exceeded) arn:aws:dynamodb:.*:table\/t$/)
  assert.is(await look(store, 'a'), undefined)
})

test('an answer is lost before or after the commit was applied', async () => {
  const before = memoryStore({ adversity: { seed: 1, loseAnswerBefore: 1 } })
  assert.is((await before.commit(plan(1, put('a', 1)))).kind, 'unknown')
  assert.is(await look(before, 'a'), undefined)
  const after = memoryStore({ adversity: { seed: 1, loseAnswerAfter: 1 } })
  assert.is((await after.commit(plan(1, put('a', 1)))).kind, 'unknown')
  assert.equal(await look(after, 'a'), { id: 'a', n: 1 })
  assert.is((await after.commit(plan(2, put('a', 2, absent(['id']))))).kind, 'unknown', 'a refusal is lost as well')
  assert.equal(await look(after, 'a'), { id: 'a', n: 1 })
})

test('a commit is delivered again later, with others in between', async () => {
  const store = memoryStore({ adversity: { seed: 1, duplicate: 1 } })
  assert.is((await store.commit(plan(1, bump('a')))).kind, 'committed')
  assert.equal(await look(store.recovered(), 'a'), { id: 'a', n: 1 })
  await store.settled()
  assert.equal(await look(store, 'a'), { id: 'a', n: 2 }, 'one action without a condition: applied twice')
  await store.commit(plan(2, bump('b'), bump('c')))
  await store.settled()
  assert.equal(await look(store, 'b'), { id: 'b', n: 1 }, 'several actions: the token tells')
  await store.commit(plan(3, put('d', 1)))
  await store.recovered().commit(plan(4, put('d', 2)))
  await store.settled()
  assert.equal(await look(store, 'd'), { id: 'd', n: 1 }, 'a write in between is overwritten')
})

test('a commit whose connection broke before may arrive late, also after the caller closed its store', async () => {
  const store = memoryStore({ adversity: { seed: 1, loseAnswerBefore: 1, duplicate: 1 } })
  await store.commit(plan(1, put('a', 1)))
  assert.is(await look(store, 'a'), undefined)
  await store.close()
  await store.settled()
  assert.equal(await look(store.recovered(), 'a'), { id: 'a', n: 1 })
})

test('a refused commit is not repeated: nothing was applied, and never will be', async () => {
  const store = memoryStore({ adversity: { seed: 1, duplicate: 1 } })
  await store.recovered().commit(plan(0, put('a', 0)))
  assert.is((await store.commit(plan(1, put('a', 1, absent(['id']))))).kind, 'conflict')
  const truth = store.recovered()
  await truth.commit(plan(2, { kind: 'delete', table: 't', key: { id: 'a' }, condition: always }))
  await store.settled()
  assert.is(await look(truth, 'a'), undefined)
})

/** What two hundred reads saw of a counter that grows by one before each. */
async function sightings(store: Store, see: () => Promise<unknown>): Promise<readonly number[]> {
  const seen: number[] = []
  for (const i of ids) {
    await store.commit(plan(i, { ...bump('a'), update: [set(['n'], i), set(['kind'], 'counter')] } as WriteAction))
    seen.push(((await see()) as { n: number } | undefined)?.n ?? -1)
  }
  return seen
}

test('reads that are not consistent are stale at times, but never go further than the past', async () => {
  const store = memoryStore({ adversity: { seed: 1, staleReads: 0.5 } })
  const seen = await sightings(store, () => look(store, 'a', false))
  const stale = seen.filter((n, i) => n < i)
  assert.ok(stale.length > 50 && stale.length < 150, `${stale.length} stale`)
  assert.ok(seen.every((n, i) => n <= i && n >= i - 12))
  assert.ok(
    seen.some((n, i) => i > 0 && n < seen[i - 1]!),
    'time runs backwards for some',
  )
})

test('consistent reads are never stale, and stale ones see the present in the end', async () => {
  const store = memoryStore({ adversity: { seed: 1, staleReads: 1, staleIndexes: 1 } })
  const seen = await sightings(store, () => look(store, 'a'))
  assert.equal(seen, ids)
  let last = 0
  for (let i = 0; i < 1000 && last < 199; i++) last = Number((await look(store, 'a', false))?.['n'])
  assert.is(last, 199)
})

test('queries and scans are stale, of tables and of indexes, each by its own probability', async () => {
  const index = { name: 'byKind', kind: 'global', partition: { name: 'kind', type: 'S' }, projection: 'all' } as const
  const definition = { table: 't', partition: { name: 'id', type: 'S' }, indexes: [index] } as const
  const byId = { table: 't', partition: { attribute: 'id', value: 'a' }, reverse: false, consistent: false }
  const byKind = { ...byId, index: 'byKind', partition: { attribute: 'kind', value: 'counter' } }
  const isStale = (seen: readonly number[]) => seen.some((n, i) => n < i)
  for (const [adversity, ofTable, ofIndex] of [
    [{ seed: 1, staleReads: 0.5 }, true, false],
    [{ seed: 1, staleIndexes: 0.5 }, false, true],
  ] as const) {
    for (const [request, expected] of [
      [byId, ofTable],
      [byKind, ofIndex],
    ] as const) {
      const store = memoryStore({ adversity })
      await store.createTable(definition)
      const queried = await sightings(store, async () => (await store.query(request)).items[0])
      assert.is(isStale(queried), expected, `query ${JSON.stringify([adversity, request])}`)
      const { partition: _, reverse: __, ...scan } = { index: undefined, ...request }
      const scanned = await sightings(store, async () => (await store.scan(scan)).items[0])
      assert.is(isStale(scanned), expected, `scan ${JSON.stringify([adversity, scan])}`)
    }
  }
})

test('a crash keeps what was committed; the commit it met is applied or not, by the seed', async () => {
  const kept = new Set<boolean>()
  for (let seed = 0; seed < 20; seed++) {
    const store = memoryStore({ adversity: { seed, crashAtWrite: 3 } })
    assert.is((await store.commit(plan(1, put('a', 1)))).kind, 'committed')
    assert.is((await store.commit(plan(2, put('b', 2)))).kind, 'committed')
    assert.is((await store.commit(plan(3, put('c', 3)))).kind, 'unknown')
    for (const call of [
      () => store.commit(plan(4, put('d', 4))),
      () => look(store, 'a'),
      () => store.scan({ table: 't', consistent: true }),
      () => store.deleteTable('t'),
    ]) {
      const error = await rejection(call())
      assert.ok(isEngineError(error, 'CLOSED'))
      assert.match(error.message, /crashed at commit 3/)
    }
    const recovered = store.recovered()
    assert.equal(await look(recovered, 'b'), { id: 'b', n: 2 })
    kept.add((await look(recovered, 'c')) !== undefined)
    assert.is((await recovered.commit(plan(4, put('d', 4)))).kind, 'committed')
  }
  assert.is(kept.size, 2)
})

test('nothing arrives late at a crashed store, and its successor can be adverse again', async () => {
  const store = memoryStore({ adversity: { seed: 1, duplicate: 1, crashAtWrite: 2 } })
  await store.commit(plan(1, bump('a')))
  await store.commit(plan(2, put('b', 1)))
  await store.settled()
  const next = store.recovered({ seed: 2, crashAtWrite: 1 })
  assert.equal(await look(next, 'a'), { id: 'a', n: 1 })
  await next.commit(plan(3, put('c', 1)))
  assert.ok(isEngineError(await rejection(look(next, 'a')), 'CLOSED'))
})

test('what is no adversity is refused', () => {
  const bad: readonly [string, unknown][] = [
    ['throttle', 1.5],
    ['throttle', -0.1],
    ['duplicate', Number.NaN],
    ['staleReads', '0.5'],
    ['crashAtWrite', 0],
    ['crashAtWrite', 1.5],
    ['seed', 0.5],
    ['seed', undefined],
  ]
  for (const [name, value] of bad) {
    try {
      memoryStore({ adversity: { seed: 1, [name]: value } as Adversity })
    } catch (error) {
      assert.ok(isEngineError(error, 'INVALID_ARGUMENT'), `${name} ${value}`)
      assert.is(error.payload.argument, `adversity.${name}`)
      continue
    }
    assert.unreachable(`${name} ${value} was accepted`)
  }
  // A misspelt fault would be one that never comes.
  assert.throws(() => memoryStore({ adversity: { seed: 1, looseAnswers: 0.5 } as Adversity }), /"looseAnswers"/)
})

/** Chance from the seed, and no waiting. */
function hurried(seed: number): Environment {
  const dice = new Dice(seed)
  return {
    now: Date.now,
    random: () => dice.below(2 ** 30) / 2 ** 30,
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
  }
}

test('the engine reports truthfully what became of a unit of work, whatever befell it', async () => {
  const Counter = defineModel({
    name: 'Counter',
    table: 'counters',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, n: t.number, by: setOf(t.string) }),
    defaults: { n: 0, by: () => new Set() },
  })
  const odds = { transactionConflict: 0.1, throttle: 0.1, loseAnswerBefore: 0.1, loseAnswerAfter: 0.1, duplicate: 0.3 }
  const codes = new Set<string>()
  for (let seed = 0; seed < 20; seed++) {
    const store = memoryStore({ adversity: { seed, ...odds, staleReads: 0.5, crashAtWrite: 60 } })
    const { unitOfWork } = createEngine({ store, models: [Counter], environment: hurried(seed) })
    const first = await unitOfWork.attempt((work) => work.create(Counter, { id: 'a' }))()
    if (isLeft(first)) continue
    const told = await Promise.all(
      [...Array(30).keys()].map((i) =>
        unitOfWork
          .run(async (work) => {
            work.change(await work.get(Counter, { id: 'a' }), (draft) => {
              draft.n += 1
              draft.by.add(`${i}`)
            })
          })
          .then(
            () => 'COMMITTED',
            (error: unknown) => (isEngineError(error) ? error.code : String(error)),
          ),
      ),
    )
    await store.settled()
    const [item] = await store.recovered().read([{ table: 'counters', key: { id: 'a' } }], { consistent: true })
    const by = item?.['by'] instanceof Set ? item['by'] : new Set()
    assert.is(item?.['n'], by.size, 'once each')
    for (const [i, code] of told.entries()) {
      codes.add(code)
      if (code === 'UNKNOWN_OUTCOME') continue
      assert.is(by.has(`${i}`), code === 'COMMITTED', `seed ${seed}: ${i} was told ${code}`)
    }
  }
  for (const code of ['COMMITTED', 'UNKNOWN_OUTCOME', 'CLOSED']) assert.ok(codes.has(code), `nobody was told ${code}`)
})

test.run()

import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine, type EngineOptions } from '../../../core/engine.ts'
import { isEngineError } from '../../../core/errors.ts'
import { defineModel } from '../../../core/model/model.ts'
import { observedStore } from '../../../core/observation/observed-store.ts'
import type { Observer } from '../../../core/observation/observer.ts'
import { pacedStore } from '../../../core/scheduler/paced-store.ts'
import { inBackground } from '../../../core/store/in-background.ts'
import { storeConformance } from '../../conformance/index.ts'

const Player = defineModel({
  name: 'Player',
  table: 'players',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, energy: t.number }),
})

// An observed store is a store.
const watching: Observer = { request: () => ({ within: (work) => work(), end: () => {} }) }
for (const { name, run } of storeConformance('observed memory', () => observedStore(memoryStore(), watching))) {
  test(name, run)
}

// An engine asks what it was given; a store that is paced or watched needs its streams no less.
test('what a store is and needs is told by whatever wraps it', () => {
  const store = { ...memoryStore(), system: 'mine', needsStreams: true }
  for (const wrapped of [observedStore(store, watching), pacedStore(store), inBackground(store)]) {
    assert.equal([wrapped.system, wrapped.needsStreams, wrapped.limits], ['mine', true, store.limits])
  }
})

/** How often the function ran, and what became of it. */
async function runWith(telemetry: Observer): Promise<{ readonly runs: number; readonly energy: number | undefined }> {
  const { unitOfWork } = createEngine({ store: memoryStore(), models: [Player], telemetry })
  let runs = 0
  await unitOfWork.run('create', (work) => {
    runs++
    work.create(Player, { id: 'ann', energy: 10 })
  })
  const found = await unitOfWork.run((work) => work.find(Player, { id: 'ann' }))
  return { runs, energy: found?.energy }
}

const everywhere = (within: <A>(work: () => A) => A): Observer => {
  const begin = () => ({ within, end: () => {} })
  return { unitOfWork: begin, attempt: begin, request: begin }
}

test('whatever an observer does around the work, the work is done once', async () => {
  const done = { runs: 1, energy: 10 }
  assert.equal(await runWith(everywhere((work) => work())), done)
  assert.equal(await runWith(everywhere(() => undefined as never)), done)
  assert.equal(
    await runWith(
      everywhere((work) => {
        work()
        return work()
      }),
    ),
    done,
  )
  assert.equal(
    await runWith(
      everywhere((work) => {
        work()
        throw new Error('broken')
      }),
    ),
    done,
  )
  assert.equal(
    await runWith(
      everywhere(() => {
        throw new Error('broken')
      }),
    ),
    done,
  )
})

test('an observer or a logger whose promise rejects is complained about, and ends nothing', async () => {
  // Its promises were nobody's, so that a rejection ended the process.
  const warned: string[] = []
  const unheard: unknown[] = []
  const onWarning = (warning: Error & { readonly detail?: string }) => void warned.push(String(warning.detail))
  const onUnheard = (reason: unknown) => void unheard.push(reason)
  process.on('warning', onWarning)
  process.on('unhandledRejection', onUnheard)
  const broken = async (): Promise<never> => {
    throw new Error('no line')
  }
  const end = () => ({ end: broken as never })
  const within = () => ({
    end: () => {},
    within: (async (work: () => unknown) => {
      await work()
      throw new Error('no line')
    }) as never,
  })
  const done = { runs: 1, energy: 10 }
  for (const begin of [end, within]) {
    assert.equal(await runWith({ unitOfWork: begin, attempt: begin, request: begin, note: broken as never }), done)
  }
  const plain = { debug: broken, info: broken, warn: broken, error: broken }
  for (const log of [plain, { ...plain, child: () => plain as never }]) {
    const { unitOfWork } = createEngine({ store: memoryStore(), models: [Player], log })
    await unitOfWork.run((work) => void work.create(Player, { id: 'ann', energy: 10 }))
  }
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('warning', onWarning)
  process.off('unhandledRejection', onUnheard)
  assert.equal(unheard, [])
  assert.is(warned.filter((detail) => detail.includes('no line')).length, 4)
})

test('what an observer hands on of work that fails is not its own failure', async () => {
  const warned: unknown[] = []
  const onWarning = (warning: unknown) => void warned.push(warning)
  process.on('warning', onWarning)
  const handsOn = everywhere((async (work: () => unknown) => await work()) as never)
  const { unitOfWork } = createEngine({ store: memoryStore(), models: [Player], telemetry: handsOn })
  const thrown = await unitOfWork
    .run(() => {
      throw new Error('mine')
    })
    .catch((error) => error)
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('warning', onWarning)
  assert.equal([thrown.message, warned], ['mine', []])
})

test('an observer is told what the engine did, in order', async () => {
  const seen: string[] = []
  const told = (name: string) => ({
    end: ({ kind }: { readonly kind: string }) => void seen.push(`${name} ${kind}`),
  })
  await runWith({
    unitOfWork: ({ path }) => told(path.join('/')),
    attempt: ({ attempt }) => told(`attempt ${attempt}`),
    request: ({ operation }) => told(operation),
    note: ({ kind }) => void seen.push(kind),
  })
  assert.equal(seen, [
    'defined',
    'commit returned',
    'attempt 1 returned',
    'create returned',
    'read returned',
    'attempt 1 returned',
    'anonymous returned',
  ])
})

test('what a request consumed reaches the observer and the caller', async () => {
  const consumed = [{ table: 'players', readUnits: 2, writeUnits: 0 }]
  const store = memoryStore()
  const reporting: typeof store = {
    ...store,
    read: (addresses, options) => {
      options.onConsumed?.(consumed)
      return store.read(addresses, options)
    },
  }
  const seen: unknown[] = []
  const observed = observedStore(reporting, {
    request: () => ({ end: (ending) => void seen.push(ending.consumed) }),
  })
  await observed.read([], { consistent: true, onConsumed: (units) => void seen.push(units) })
  assert.equal(seen, [consumed, consumed])
})

test('what is no observer is refused', () => {
  assert.throws(
    () => createEngine({ store: memoryStore(), models: [], telemetry: 'on' } as unknown as EngineOptions),
    (error: unknown) => isEngineError(error, 'INVALID_ARGUMENT') && error.payload.argument === 'telemetry',
  )
})

test.run()

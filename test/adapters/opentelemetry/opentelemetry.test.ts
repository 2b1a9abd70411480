import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, type ContextManager, context, ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { opentelemetry } from '../../../adapters/opentelemetry/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { isEngineError } from '../../../core/errors.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { Store } from '../../../core/store/store.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { throttled, watchedStore } from '../../support/watched-store.ts'

function accountModel(prefix: string) {
  return defineModel({
    name: 'Account',
    table: `${prefix}-accounts`,
    key: { partition: 'id' },
    schema: t.type({ id: t.string, balance: t.number }),
  })
}

function telemetrySdk() {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 2 ** 30 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  return {
    tracerProvider,
    meterProvider,
    /** Every span under its parents' names, children in the order of their beginning. */
    tree(): readonly string[] {
      const spans = exporter.getFinishedSpans()
      const pathOf = (span: (typeof spans)[number]): string => {
        const parent = spans.find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId)
        return parent ? `${pathOf(parent)} / ${span.name}` : span.name
      }
      return spans.map(pathOf).sort()
    },
    span(name: string) {
      const found = exporter.getFinishedSpans().find((span) => span.name === name)
      if (!found) throw new Error(`No span ${name}`)
      return found
    },
    spans: () => exporter.getFinishedSpans(),
    /** Sums or counts of one metric, by attributes. */
    async metric(name: string): Promise<ReadonlyMap<string, number>> {
      await reader.forceFlush()
      const all =
        metricExporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? []
      const points = all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
      return new Map(
        points.map(({ attributes, value }) => [
          Object.values(attributes).join(' '),
          typeof value === 'number' ? value : value.count!,
        ]),
      )
    },
  }
}

async function scene(kind: StoreKind, wrap: (store: Store) => Store = (store) => store) {
  const store = openStore(kind)
  const prefix = tablePrefix()
  const Account = accountModel(prefix)
  const sdk = telemetrySdk()
  const quiet = createEngine({ store, models: [Account], journalTable: `${prefix}-journal` })
  await quiet.tables.create()
  await quiet.unitOfWork.run((work) => {
    for (const id of ['ann', 'bob']) work.create(Account, { id, balance: 10 })
  })
  const { tracerProvider, meterProvider } = sdk
  const engine = createEngine({
    store: wrap(store),
    models: [Account],
    journalTable: `${prefix}-journal`,
    telemetry: opentelemetry({ tracerProvider, meterProvider }),
    environment: { now: Date.now, random: Math.random, sleep: async () => {} },
  })
  const take = async (work: UnitOfWork, id: string, amount: number) => {
    const account = await work.get(Account, { id })
    work.change(account, (draft) => {
      draft.balance -= amount
    })
  }
  const table = Account.table
  return { engine, quiet, sdk, take, table, end: () => quiet.tables.delete() }
}

for (const kind of storeKinds) {
  const isDynamodb = kind === 'dynamodb'

  test(`spans nest as the work does: unit of work, attempt, request, nested unit of work (${kind})`, async () => {
    const { engine, sdk, take, table, end } = await scene(kind)
    await engine.unitOfWork.run('transfer', async (work) => {
      await take(work, 'ann', 1)
      // Without `work`, from deep inside a call, and at the same time as another.
      await Promise.all([engine.unitOfWork.run('deposit', (sub) => take(sub, 'bob', -1)), work.run('audit', () => {})])
    })
    const [read, write] = isDynamodb ? ['GetItem', 'TransactWriteItems'] : ['read', 'commit']
    assert.equal(
      sdk.tree(),
      [
        'transfer',
        'transfer / attempt',
        `transfer / attempt / ${write} ${table}`,
        'transfer / attempt / audit',
        'transfer / attempt / deposit',
        `transfer / attempt / deposit / ${read} ${table}`,
        `transfer / attempt / ${read} ${table}`,
      ].sort(),
    )
    const { attributes, kind: spanKind, status } = sdk.span(`${write} ${table}`)
    assert.is(spanKind, SpanKind.CLIENT)
    assert.is(status.code, SpanStatusCode.UNSET)
    assert.is(attributes['db.system.name'], isDynamodb ? 'aws.dynamodb' : 'memory')
    assert.is(attributes['db.operation.name'], write)
    assert.is(attributes['db.collection.name'], table)
    assert.is(attributes['db.operation.batch.size'], 2)
    assert.is(attributes['draftwork.outcome'], 'committed')
    assert.equal([...(await sdk.metric('draftwork.unit_of_work.duration'))], [['transfer committed', 1]])
    const requests = await sdk.metric('db.client.operation.duration')
    assert.equal([...requests.values()], [2, 1])
    await end()
  })
}

test('a conflict is an event, an attempt and a retry', async () => {
  const { engine, quiet, sdk, take, end } = await scene('memory')
  let interfered = false
  await engine.unitOfWork.run('spend', async (work) => {
    await take(work, 'ann', 1)
    if (interfered) return
    interfered = true
    await quiet.unitOfWork.run((other) => take(other, 'ann', 2), { propagation: 'independent' })
  })
  const attempts = sdk.spans().filter(({ name }) => name === 'attempt')
  assert.equal(
    attempts.map(({ attributes }) => attributes['draftwork.outcome']),
    ['conflict', 'committed'],
  )
  const [event] = attempts[0]!.events
  assert.equal(event?.attributes, { 'draftwork.model': 'Account', 'draftwork.path': 'balance' })
  assert.equal([...(await sdk.metric('draftwork.conflicts'))], [['Account', 1]])
  assert.equal([...(await sdk.metric('draftwork.retries'))], [['spend function', 1]])
  assert.equal(
    new Set(await sdk.metric('draftwork.attempts')),
    new Set([
      ['spend conflict', 1],
      ['spend committed', 1],
    ]),
  )
  await end()
})

test('a rollback has the type of its error, and no message', async () => {
  const { engine, sdk, end } = await scene('memory')
  const fail = () => {
    throw new RangeError('balance is 7')
  }
  await engine.unitOfWork.run('outer', (work) => work.run('inner', fail)).catch(() => undefined)
  for (const name of ['outer', 'attempt', 'inner']) {
    const { attributes, status, events } = sdk.span(name)
    assert.is(attributes['error.type'], 'RangeError')
    assert.equal({ status, events }, { status: { code: SpanStatusCode.ERROR }, events: [] })
  }
  assert.equal([...(await sdk.metric('draftwork.unit_of_work.duration'))], [['outer rolled_back RangeError', 1]])
  await end()
})

test('a request that is sent again, and what requests consumed', async () => {
  const { engine, sdk, take, table, end } = await scene('memory', (store) => {
    const watched = watchedStore(store)
    watched.twist(throttled)
    const commit: Store['commit'] = (plan, options) => {
      options?.onConsumed?.([{ table, index: 'byCity', readUnits: 0, writeUnits: 2 }])
      return watched.commit(plan, options)
    }
    return { ...watched, system: 'aws.dynamodb', commit }
  })
  await engine.unitOfWork.run('spend', (work) => take(work, 'ann', 1))
  const sent = sdk.spans().filter(({ attributes }) => attributes['db.operation.name'] === 'UpdateItem')
  assert.equal(
    sent.map(({ attributes }) => [attributes['draftwork.request.attempt'], attributes['error.type']]),
    [
      [undefined, 'throttled'],
      [2, undefined],
    ],
  )
  assert.match(String(sent[0]?.attributes['aws.dynamodb.consumed_capacity']), '"WriteCapacityUnits":2')
  assert.equal([...(await sdk.metric('draftwork.consumed_capacity'))], [[`${table} byCity write`, 4]])
  const retries = await sdk.metric('draftwork.retries')
  assert.equal([...retries], [[`aws.dynamodb UpdateItem ${table} request`, 1]])
  await end()
})

/** As `@opentelemetry/context-async-hooks` has it. */
class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  active = () => this.#storage.getStore() ?? ROOT_CONTEXT
  with: ContextManager['with'] = (own, work, thisArg, ...args) =>
    this.#storage.run(own, () => work.call(thisArg as never, ...args))
  bind: ContextManager['bind'] = (_, target) => target
  enable = () => this
  disable = () => this
}

test("a program's own spans are parents and children of the engine's", async () => {
  context.setGlobalContextManager(new AsyncContextManager())
  try {
    const { engine, sdk, take, table, end } = await scene('memory')
    const tracer = sdk.tracerProvider.getTracer('program')
    await tracer.startActiveSpan('handler', async (outer) => {
      await engine.unitOfWork.run('spend', (work) =>
        tracer.startActiveSpan('domain', async (inner) => {
          await take(work, 'ann', 1)
          inner.end()
        }),
      )
      outer.end()
    })
    assert.equal(sdk.tree(), [
      'handler',
      'handler / spend',
      'handler / spend / attempt',
      `handler / spend / attempt / commit ${table}`,
      'handler / spend / attempt / domain',
      `handler / spend / attempt / domain / read ${table}`,
    ])
    await end()
  } finally {
    context.disable()
  }
})

test('waiting for capacity is measured by priority', async () => {
  const sdk = telemetrySdk()
  const { tracerProvider, meterProvider } = sdk
  const Account = accountModel(tablePrefix())
  const { unitOfWork, tables, close } = createEngine({
    store: openStore('memory'),
    models: [Account],
    scheduler: { limits: { [Account.table]: { read: 100, write: 100 } } },
    telemetry: opentelemetry({ tracerProvider, meterProvider }),
  })
  await tables.create()
  const create = (n: number) => unitOfWork.run((work) => void work.create(Account, { id: `a${n}`, balance: 1 }))
  await Promise.all([...Array(130).keys()].map(create))
  const [[name, waits] = []] = await sdk.metric('draftwork.queue.wait.duration')
  assert.is(name, `commit ${Account.table}`)
  assert.ok(Number(waits) > 0)
  await close()
})

test('what is no provider is refused; without an SDK nothing happens', async () => {
  assert.throws(
    () => opentelemetry({ tracerProvider: {} as never }),
    (error: unknown) => isEngineError(error, 'INVALID_ARGUMENT') && error.payload.argument === 'tracerProvider',
  )
  const store = openStore('memory')
  const Account = accountModel(tablePrefix())
  const { unitOfWork } = createEngine({ store, models: [Account], telemetry: opentelemetry() })
  await unitOfWork.run((work) => void work.create(Account, { id: 'ann', balance: 1 }))
  assert.is((await unitOfWork.run((work) => work.get(Account, { id: 'ann' }))).balance, 1)
})

test.run()

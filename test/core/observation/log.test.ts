import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine, type EngineOptions } from '../../../core/engine.ts'
import { isEngineError } from '../../../core/errors.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { PinoLogger } from '../../../core/observation/logger.ts'
import type { Store } from '../../../core/store/store.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { contention, lostAfter, meanwhile, throttled, watchedStore } from '../../support/watched-store.ts'

const Account = defineModel({
  name: 'Account',
  table: 'accounts',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, balance: t.number, secret: t.string }),
})

interface Line {
  readonly logger: string
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Shaped as pino: the fields first, names by child loggers. */
function recorder(on: readonly string[] = ['debug', 'info', 'warn', 'error']) {
  const lines: Line[] = []
  const loggerOf = (bindings: { readonly logger?: string }): PinoLogger => {
    const at = (level: string) => (fields: object, message: string) => {
      lines.push({ logger: bindings.logger ?? '', level, message, fields: fields as Line['fields'] })
    }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (more) => loggerOf({ ...bindings, ...more }),
      isLevelEnabled: (level) => on.includes(level),
    }
  }
  const of = (logger: string) => lines.filter((line) => line.logger === logger)
  return { log: loggerOf({}), lines, of, messages: (logger: string) => of(logger).map(({ message }) => message) }
}

const open = (log: EngineOptions['log'], store: Store = memoryStore()) =>
  createEngine({ store, models: [Account], ...(log && { log }) })

const ann = { id: 'ann', balance: 5, secret: 'top secret' }

async function transfer({ unitOfWork }: ReturnType<typeof open>): Promise<void> {
  await unitOfWork.run('create', (work) => void work.create(Account, ann))
  await unitOfWork.run('deposit', async (work) => {
    const account = await work.get(Account, { id: 'ann' })
    work.change(account, (draft) => {
      draft.balance += 1
    })
  })
}

test('three loggers come out of one, each line under its name', async () => {
  const { log, of, messages } = recorder()
  await transfer(open(log))
  assert.equal(of('model'), [
    {
      logger: 'model',
      level: 'debug',
      message: 'defined',
      fields: { model: 'Account', table: 'accounts', key: ['id'] },
    },
  ])
  assert.equal(messages('model.database-access'), ['commit', 'read', 'commit'])
  assert.equal(messages('transactions'), ['begin', 'commit', 'begin', 'commit'])
  const [, read, commit] = of('model.database-access').map(({ fields }) => fields)
  const { ms, ...rest } = read!
  assert.type(ms, 'number')
  assert.equal(rest, {
    operation: 'read',
    tables: ['accounts'],
    keys: [{ table: 'accounts', key: { id: 'ann' } }],
    items: 1,
    attempt: 1,
  })
  assert.equal(commit?.['keys'], [{ table: 'accounts', key: { id: 'ann' }, action: 'update' }])
  assert.is(commit?.['outcome'], 'committed')
})

test('a conflict is told with its paths, and that the function runs again', async () => {
  const { log, of } = recorder()
  const watched = watchedStore(memoryStore())
  const engine = open(log, watched)
  await engine.unitOfWork.run('create', (work) => void work.create(Account, ann))
  const other = open(undefined, watched)
  const spend = async (work: UnitOfWork) => {
    work.change(await work.get(Account, { id: 'ann' }), (draft) => {
      draft.balance -= 1
    })
  }
  let interfered = false
  await engine.unitOfWork.run('spend', async (work) => {
    await spend(work)
    if (!interfered) {
      interfered = true
      await other.unitOfWork.run('other', spend, { propagation: 'independent' })
    }
  })
  const lines = of('transactions').filter(({ fields }) => String(fields['path']) === 'spend')
  assert.equal(
    lines.map(({ message, level }) => `${level} ${message}`),
    ['debug begin', 'info conflict', 'info retry', 'debug commit'],
  )
  assert.equal(lines[1]?.fields['conflicts'], [{ model: 'Account', key: { id: 'ann' }, path: 'balance' }])
})

test('a rollback is told with what was thrown, not with what it said', async () => {
  const { log, of, lines } = recorder()
  const engine = open(log)
  await transfer(engine)
  class TooPoor extends Error {
    override name = 'TooPoor'
  }
  await engine.unitOfWork
    .run('outer', (work) =>
      work.run('inner', async (sub) => {
        await sub.get(Account, { id: 'ann' })
        throw new TooPoor('has only 6')
      }),
    )
    .catch(() => undefined)
  const rollbacks = of('transactions').filter(({ message }) => message === 'rollback')
  assert.equal(
    rollbacks.map(({ fields: { path, error, isNested } }) => ({ path, error, isNested })),
    [
      { path: ['outer', 'inner'], error: { name: 'TooPoor' }, isNested: true },
      { path: ['outer'], error: { name: 'TooPoor' }, isNested: false },
    ],
  )
  assert.not.match(JSON.stringify(lines), 'has only 6')
})

test('every sending of a commit is a line with its attempt and what came of it', async () => {
  const { log, of } = recorder()
  const watched = watchedStore(memoryStore())
  const engine = createEngine({
    store: watched,
    models: [Account],
    log,
    environment: { now: Date.now, random: Math.random, sleep: async () => {} },
  })
  watched.twist(throttled, contention, lostAfter)
  await engine.unitOfWork.run('create', (work) => void work.create(Account, ann))
  const commits = of('model.database-access').map(({ level, fields: { attempt, outcome } }) => [
    level,
    attempt,
    outcome,
  ])
  assert.equal(commits, [
    ['warn', 1, 'throttled'],
    ['debug', 2, 'contention'],
    ['warn', 3, 'unknown'],
    ['debug', 4, 'conflict'],
  ])
})

test('no value of an attribute is logged, whatever happens, unless it is asked for', async () => {
  const outcomes = async (options: (log: PinoLogger) => EngineOptions['log']): Promise<string> => {
    const { log, lines } = recorder()
    const watched = watchedStore(memoryStore())
    const engine = open(options(log), watched)
    await transfer(engine)
    const disturb = meanwhile(() =>
      open(undefined, watched).unitOfWork.run(async (work) => {
        const account = await work.get(Account, { id: 'ann' })
        work.change(account, (draft) => {
          draft.secret += '!'
        })
      }),
    )
    watched.twist(disturb)
    await engine.unitOfWork.run(async (work) => {
      const account = await work.get(Account, { id: 'ann' })
      work.change(account, (draft) => {
        draft.secret = 'another secret'
      })
    })
    await engine.unitOfWork
      .run((work) => void work.create(Account, { ...ann, balance: 'top secret' as never }))
      .catch(() => undefined)
    await engine.unitOfWork.run((work) => void work.create(Account, ann)).catch(() => undefined)
    return JSON.stringify(lines)
  }
  const silent = await outcomes((log) => log)
  assert.match(silent, 'conflict')
  assert.not.match(silent, 'another')
  assert.not.match(silent, 'top secret')
  assert.match(await outcomes((logger) => ({ logger, values: true })), 'top secret')
})

test('what was looked for in an index is no key of a record, so it is not logged either', async () => {
  // An index by an address or a secret put it into every line of its queries.
  const Sealed = defineModel({
    name: 'Sealed',
    table: 'sealed',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, balance: t.number, secret: t.string }),
    indexes: { bySecret: { partition: 'secret', sort: 'balance' } },
  })
  for (const values of [false, true]) {
    const { log, of } = recorder()
    const { records, tables } = createEngine({ store: memoryStore(), models: [Sealed], log: { logger: log, values } })
    await tables.create()
    await records.query(Sealed, { index: 'bySecret', key: { secret: ann.secret, balance: { atLeast: 5 } } }).toArray()
    const query = of('model.database-access').find(({ message }) => message === 'query')
    assert.is(JSON.stringify(query?.fields).includes(ann.secret), values)
    assert.match(JSON.stringify(query?.fields), 'secret')
  }
})

test('a console takes the message first, with the name in front', async () => {
  const printed: string[] = []
  const at = (message: string, fields: object) => void printed.push(`${message} ${Object.keys(fields).length > 0}`)
  await transfer(open({ transactions: { debug: at, info: at, warn: at, error: at } }))
  assert.equal(printed[0], '[transactions] begin true')
  assert.is(printed.length, 4)
})

test('nothing is made for levels that are off', async () => {
  const { log, lines } = recorder(['info', 'warn', 'error'])
  await transfer(open(log))
  assert.equal(lines, [])
})

test('a logger that throws breaks nothing, and is complained about once', async () => {
  const fail = () => {
    throw new Error('disk full')
  }
  const warnings: Error[] = []
  const listen = (warning: Error) => void warnings.push(warning)
  process.on('warning', listen)
  const engine = open({ debug: fail, info: fail, warn: fail, error: fail })
  await transfer(engine)
  const found = await engine.unitOfWork.run((work) => work.get(Account, { id: 'ann' }))
  assert.is(found.balance, 6)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)
  assert.is(warnings.filter(({ message }) => message.startsWith('A logger or telemetry failed')).length, 1)
})

test('what cannot log is refused', () => {
  const refuse = (log: unknown, argument: string) =>
    assert.throws(
      () => open(log as EngineOptions['log']),
      (error: unknown) => isEngineError(error, 'INVALID_ARGUMENT') && error.payload.argument === argument,
    )
  refuse({ info() {} }, 'log')
  refuse({ transaction: console }, 'log')
  refuse({ transactions: {} }, 'log.transactions')
  refuse({ logger: console, values: 'yes' }, 'log.values')
  refuse('console', 'log')
})

test.run()

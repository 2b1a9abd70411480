/**
 * The three loggers: `model`, `model.database-access` and `transactions`, as one observer.
 *
 * Keys are logged. Values of attributes never are, also not in the messages of errors, unless they are asked for.
 *
 * @module
 */
import { assertObject, unexpected } from '../arguments.ts'
import { accessLog } from './access-log.ts'
import { harmless } from './harmless.ts'
import { assertLogger, type Logger, type NamedLog, namedLog } from './logger.ts'
import type { Observer } from './observer.ts'
import { transactionLog } from './transaction-log.ts'

/** Where each of the three loggers writes. Those that are not named are silent, unless `logger` is there for all. */
export interface LogOptions {
  /** For all three, but those that are given apart. */
  readonly logger?: Logger | undefined
  /** Models of a new engine, migrations. */
  readonly model?: Logger | undefined
  /** Each request: operation, tables, keys, outcome, units, milliseconds, attempt. */
  readonly 'model.database-access'?: Logger | undefined
  /** Units of work: begin, conflict with paths, retry, commit, rollback. */
  readonly transactions?: Logger | undefined
  /** Also logs values of attributes: items that are read and written, both sides of a conflict, messages of errors. Default false. */
  readonly values?: boolean | undefined
}

const names = ['model', 'model.database-access', 'transactions'] as const

/** `now` gives milliseconds. Throws `INVALID_ARGUMENT` for what cannot log. */
export function logObserver(given: Logger | LogOptions, now: () => number): Observer {
  const { values = false, ...loggers } = checked(given)
  const { call } = harmless()
  const logs = names.map((name) => {
    const logger = loggers[name] ?? loggers.logger
    return logger && namedLog(logger, name, call)
  })
  const [model, access, transactions] = logs
  return {
    ...(model && modelLog(model)),
    ...(access && accessLog(access, now, values)),
    ...(transactions && transactionLog(transactions, now, values)),
  }
}

function checked(given: Logger | LogOptions): LogOptions {
  if (typeof (given as Partial<Logger> | null)?.info === 'function') {
    assertLogger(given, 'log')
    return { logger: given as Logger }
  }
  assertObject(given, 'log')
  const { values, ...loggers } = given as LogOptions
  if (values !== undefined && typeof values !== 'boolean') throw unexpected('log.values', 'true or false', values)
  for (const [name, logger] of Object.entries(loggers)) {
    if (name !== 'logger' && !names.some((each) => each === name))
      throw unexpected('log', `a logger, or loggers named ${names.join(', ')}`, name)
    if (logger !== undefined) assertLogger(logger, `log.${name}`)
  }
  return given as LogOptions
}

const modelLog = (log: NamedLog): Observer => ({
  note({ kind, ...fields }) {
    const level = kind === 'migrated' ? 'info' : 'debug'
    if (log.isOn(level)) log.write(level, kind, fields)
  },
})

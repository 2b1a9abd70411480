/**
 * Loggers as programs have them, seen as one: pino's take the fields first and are told by `child`, the console's take the
 * message first.
 *
 * @module
 */
import { unexpected } from '../arguments.ts'
import type { Harmless } from './harmless.ts'

type Level = 'debug' | 'info' | 'warn' | 'error'

/** As pino and bunyan have it. */
export type PinoLogger = { readonly [Name in Level]: (fields: object, message: string) => void } & {
  /** A logger whose lines all have these fields too. */
  child(bindings: object): PinoLogger
  /** Where there is one, fields are made only for levels that are on. */
  isLevelEnabled?(level: string): boolean
}

/** As `console` has it. */
export type ConsoleLogger = { readonly [Name in Level]: (message: string, fields: object) => void }

/** Pino, or anything like it; the console, or anything like it. */
export type Logger = PinoLogger | ConsoleLogger

export interface NamedLog {
  isOn(level: Level): boolean
  write(level: Level, message: string, fields: object): void
}

const levels: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** Lines bear the name: pino's as `logger`, the console's in front of the message. */
export function namedLog(logger: Logger, name: string, call: Harmless): NamedLog {
  if ('child' in logger && typeof logger.child === 'function') {
    const own = logger.child({ logger: name })
    return {
      isOn: (level) => own.isLevelEnabled?.(level) ?? true,
      write: (level, message, fields) => call(() => own[level](fields, message)),
    }
  }
  const plain = logger as ConsoleLogger
  return {
    isOn: () => true,
    write: (level, message, fields) => call(() => plain[level](`[${name}] ${message}`, fields)),
  }
}

export function assertLogger(logger: unknown, argument: string): void {
  const methods = logger as Readonly<Record<string, unknown>> | null | undefined
  if (levels.every((level) => typeof methods?.[level] === 'function')) return
  throw unexpected(argument, `a logger with ${levels.join(', ')}, such as console or pino()`, logger)
}

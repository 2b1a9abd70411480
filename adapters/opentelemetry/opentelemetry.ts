/**
 * An observer that makes spans and metrics: unit of work → attempt → request. Keys and values of attributes are in none.
 *
 * @module
 */
import { type Attributes, type MeterProvider, metrics, SpanKind, type TracerProvider, trace } from '@opentelemetry/api'
import { assertOptions, unexpected } from '../../core/arguments.ts'
import { isEngineError } from '../../core/errors.ts'
import type {
  AttemptResult,
  Ending,
  Observer,
  RequestAnswer,
  RequestBegun,
  RequestEnding,
} from '../../core/observation/observer.ts'
import { instruments } from './instruments.ts'
import { consumedAttribute, requestAttributes, requestDetails } from './request-attributes.ts'
import { markFailed, Spans } from './spans.ts'

/** Whom spans and metrics are told to. */
export interface OpentelemetryOptions {
  /** Default: the global one, which does nothing until a program registers its SDK. */
  readonly tracerProvider?: TracerProvider | undefined
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider | undefined
  /** `db.namespace` of all requests, such as the account or region. Default none. */
  readonly namespace?: string | undefined
}

/** Conflicts that one attempt's span lists at most. */
const MAX_EVENTS = 32

/**
 * For `createEngine({ telemetry })`.
 *
 * ```ts
 * createEngine({ store, models, telemetry: opentelemetry() })
 * ```
 */
export function opentelemetry(options: OpentelemetryOptions = {}): Observer {
  assertOptions(options, 'options', ['tracerProvider', 'meterProvider', 'namespace'])
  const { tracerProvider = trace, meterProvider = metrics, namespace } = options
  if (typeof tracerProvider?.getTracer !== 'function')
    throw unexpected('tracerProvider', 'a TracerProvider', tracerProvider)
  if (typeof meterProvider?.getMeter !== 'function') throw unexpected('meterProvider', 'a MeterProvider', meterProvider)
  const spans = new Spans(tracerProvider.getTracer('draftwork'))
  const meter = instruments(meterProvider.getMeter('draftwork'))

  return {
    unitOfWork({ path, isNested }) {
      const elapsed = stopwatch()
      const name = path.at(-1) ?? ''
      const { span, within } = spans.start(name, SpanKind.INTERNAL, { 'draftwork.unit_of_work.path': [...path] })
      return {
        within,
        end(ending) {
          const error = ending.kind === 'threw' ? errorType(ending.error) : undefined
          const outcome = error === undefined ? (isNested ? 'merged' : 'committed') : 'rolled_back'
          span.setAttribute('draftwork.outcome', outcome)
          if (error !== undefined) markFailed(span, error)
          span.end()
          const attributes = { 'draftwork.unit_of_work.name': name, 'draftwork.outcome': outcome, ...failure(error) }
          if (!isNested) meter.units.record(elapsed(), attributes)
        },
      }
    },

    attempt({ path, attempt }) {
      const name = { 'draftwork.unit_of_work.name': path.at(-1) ?? '' }
      const { span, within } = spans.start('attempt', SpanKind.INTERNAL, { 'draftwork.attempt': attempt })
      if (attempt > 1) meter.retries.add(1, { ...name, 'draftwork.retry': 'function' })
      return {
        within,
        end(ending) {
          const outcome = ending.kind === 'threw' ? 'failed' : ending.value.kind
          span.setAttribute('draftwork.outcome', outcome)
          if (ending.kind === 'threw') markFailed(span, errorType(ending.error))
          for (const [i, { model, path }] of conflictsOf(ending).entries()) {
            meter.conflicts.add(1, { 'draftwork.model': model })
            if (i < MAX_EVENTS) span.addEvent('conflict', { 'draftwork.model': model, 'draftwork.path': path })
          }
          span.end()
          meter.attempts.add(1, { ...name, 'draftwork.outcome': outcome })
        },
      }
    },

    request(begun) {
      const elapsed = stopwatch()
      const attributes = requestAttributes(begun, namespace)
      const { span, within } = spans.start(spanName(attributes), SpanKind.CLIENT, {
        ...attributes,
        ...requestDetails(begun),
      })
      if (begun.attempt > 1) meter.retries.add(1, { ...attributes, 'draftwork.retry': 'request' })
      return {
        within,
        end(ending) {
          const error = ending.kind === 'threw' ? errorType(ending.error) : refusal(ending.value)
          if (error !== undefined) markFailed(span, error)
          span.setAttributes(answerAttributes(begun, ending))
          span.end()
          meter.requests.record(elapsed(), { ...attributes, ...failure(error) })
          for (const { table, index, readUnits, writeUnits } of ending.consumed) {
            const of = { 'db.collection.name': table, ...(index !== undefined && { 'aws.dynamodb.index_name': index }) }
            if (readUnits > 0) meter.consumed.add(readUnits, { ...of, 'draftwork.capacity': 'read' })
            if (writeUnits > 0) meter.consumed.add(writeUnits, { ...of, 'draftwork.capacity': 'write' })
          }
        },
      }
    },

    wait({ priority, tables }) {
      const elapsed = stopwatch()
      const [table, ...others] = tables
      const attributes = {
        'draftwork.priority': priority,
        ...(table !== undefined && others.length === 0 && { 'db.collection.name': table }),
      }
      return { end: () => meter.waits.record(elapsed(), attributes) }
    },
  }
}

/** Gives seconds. */
function stopwatch(): () => number {
  const start = performance.now()
  return () => (performance.now() - start) / 1000
}

const spanName = (attributes: Attributes): string =>
  [attributes['db.operation.name'], attributes['db.collection.name']].filter((part) => part !== undefined).join(' ')

/** Few values, as the conventions want it. */
function errorType(error: unknown): string {
  if (isEngineError(error)) return error.code
  return error instanceof Error && error.name !== '' ? error.name : '_OTHER'
}

const failure = (error: string | undefined): Attributes => (error === undefined ? {} : { 'error.type': error })

/** Why the store did not do it. A conflict is none: the request was answered, and somebody else came first. */
function refusal(answer: RequestAnswer): string | undefined {
  if (answer.kind !== 'outcome') return undefined
  const { kind } = answer.outcome
  return kind === 'committed' || kind === 'conflict' ? undefined : kind
}

function answerAttributes({ system }: RequestBegun, ending: RequestEnding): Attributes {
  const { consumed } = ending
  const answer = ending.kind === 'returned' ? ending.value : undefined
  return {
    ...(answer?.kind === 'outcome' && { 'draftwork.outcome': answer.outcome.kind }),
    ...(answer?.kind === 'items' && {
      'db.response.returned_rows': answer.items.filter((item) => item !== undefined).length,
    }),
    ...(consumed.length > 0 &&
      system === 'aws.dynamodb' && { 'aws.dynamodb.consumed_capacity': [...consumedAttribute(consumed)] }),
  }
}

const conflictsOf = (ending: Ending<AttemptResult>) =>
  ending.kind === 'returned' && ending.value.kind === 'conflict' ? ending.value.conflicts() : []

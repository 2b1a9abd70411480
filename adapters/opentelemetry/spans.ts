/**
 * Spans that find their parents: the active span where the program has a context manager, the innermost one of this
 * engine where it has none.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  context,
  type Span,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'

interface OpenSpan {
  readonly span: Span
  readonly within: <A>(work: () => A) => A
}

export class Spans {
  readonly #tracer: Tracer
  readonly #innermost = new AsyncLocalStorage<Context>()

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  start(name: string, kind: SpanKind, attributes: Attributes): OpenSpan {
    const active = context.active()
    const parent = trace.getSpan(active) ? active : (this.#innermost.getStore() ?? active)
    const span = this.#tracer.startSpan(name, { kind, attributes }, parent)
    const own = trace.setSpan(parent, span)
    return { span, within: (work) => this.#innermost.run(own, () => context.with(own, work)) }
  }
}

/** The type of the error only: messages may quote values of attributes. */
export function markFailed(span: Span, errorType: string): void {
  span.setAttribute('error.type', errorType)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

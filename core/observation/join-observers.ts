/**
 * Several observers as one that never fails: what one of them throws neither reaches what is observed nor the others.
 *
 * @module
 */
import { asError } from '../data/print-value.ts'
import type { Observation, Observer } from './observer.ts'

/** Undefined where nobody watches, so that nothing is spent on it. */
export function joinObservers(observers: readonly Observer[]): Observer | undefined {
  if (observers.length === 0) return undefined
  let complained = false

  /** Said once: a broken logger is called all the time. */
  function complain(thrown: unknown): void {
    if (complained) return
    complained = true
    const { stack, message } = asError(thrown)
    const detail = String(stack ?? message)
    process.emitWarning('A logger or telemetry failed; what it watched went on.', { type: 'DraftworkWarning', detail })
  }

  function safely<A>(call: () => A): A | undefined {
    try {
      return call()
    } catch (thrown) {
      complain(thrown)
      return undefined
    }
  }

  function begin<End>(call: (observer: Observer) => Observation<End> | undefined): Observation<End> | undefined {
    const begun = observers.flatMap((observer) => safely(() => call(observer)) ?? [])
    if (begun.length === 0) return undefined
    return {
      within: (work) => begun.reduceRight((inner, each) => () => within(each, inner), work)(),
      end: (ending) => {
        for (const each of begun) safely(() => each.end(ending))
      },
    }
  }

  /** Once, whatever the observer makes of it. */
  function within<A, End>(observation: Observation<End>, work: () => A): A {
    let ran: { readonly value: A } | undefined
    const once = (): A => {
      ran ??= { value: work() }
      return ran.value
    }
    safely(() => observation.within?.(once))
    return once()
  }

  return Object.freeze<Observer>({
    unitOfWork: (begun) => begin((observer) => observer.unitOfWork?.(begun)),
    attempt: (begun) => begin((observer) => observer.attempt?.(begun)),
    request: (begun) => begin((observer) => observer.request?.(begun)),
    wait: (begun) => begin((observer) => observer.wait?.(begun)),
    note: (note) => {
      for (const observer of observers) safely(() => observer.note?.(note))
    },
  })
}

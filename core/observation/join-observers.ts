/**
 * Several observers as one that never fails: what one of them throws neither reaches what is observed nor the others.
 *
 * @module
 */
import { harmless } from './harmless.ts'
import type { Observation, Observer } from './observer.ts'

/** Undefined where nobody watches, so that nothing is spent on it. */
export function joinObservers(observers: readonly Observer[]): Observer | undefined {
  if (observers.length === 0) return undefined
  const { call: safely, complain } = harmless()

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
    let around: unknown
    safely(() => {
      around = observation.within?.(once)
    })
    const value = once()
    if (around instanceof Promise && around !== value) void hear(around, value)
    return value
  }

  /** A promise of the observer's own is waited for by nobody else. What the work failed with is its caller's to hear. */
  async function hear(around: Promise<unknown>, work: unknown): Promise<void> {
    const [observer, own] = await Promise.allSettled([around, work])
    if (observer.status === 'fulfilled') return
    if (own.status === 'fulfilled' || own.reason !== observer.reason) complain(observer.reason)
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

/**
 * Any number of things, also ones that come over time, a few at a time.
 *
 * Nothing that was taken in is lost: where the source throws, or the wait for it is aborted, what it gave before comes
 * first.
 *
 * @module
 */
import { assertNotAborted, requestAborted } from './again.ts'

/** What bulk work takes. */
export type Many<A> = Iterable<A> | AsyncIterable<A>

export async function* chunksOf<A>(
  all: Many<A>,
  size: number,
  signal?: AbortSignal | undefined,
): AsyncGenerator<A[], undefined> {
  let chunk: A[] = []
  let ended: { readonly thrown: unknown } | undefined
  try {
    for await (const [each] of signal ? untilAborted(boxed(all), signal) : boxed(all)) {
      chunk.push(each)
      if (chunk.length < size) continue
      yield chunk
      chunk = []
    }
  } catch (thrown) {
    ended = { thrown }
  }
  if (chunk.length > 0) yield chunk
  if (ended) throw ended.thrown
}

/** Each in an array, since on its way it would be awaited: for ever, where it has a method `then` of its own. */
async function* boxed<A>(all: Many<A>): AsyncGenerator<readonly [A], undefined> {
  if (Symbol.asyncIterator in all) for await (const each of all) yield [each]
  else for (const each of all) yield [each]
}

/** A source that gives nothing for hours must not keep the abort waiting. */
async function* untilAborted<A>(source: AsyncGenerator<A>, signal: AbortSignal): AsyncGenerator<A, undefined> {
  let abort = () => {}
  const aborted = () => abort()
  signal.addEventListener('abort', aborted)
  try {
    for (;;) {
      assertNotAborted(signal)
      // One promise a wait: a race with one that lives as long as the work would keep all of them.
      const next = await new Promise<IteratorResult<A>>((resolve, reject) => {
        abort = () => reject(requestAborted(signal))
        source.next().then(resolve, reject)
      })
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', aborted)
    const closed = source.return(undefined)
    if (signal.aborted) closed.catch(() => undefined)
    else await closed
  }
}

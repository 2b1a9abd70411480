/**
 * Any number of things, also ones that come over time, a few at a time.
 *
 * @module
 */

export async function* chunksOf<A>(all: Iterable<A> | AsyncIterable<A>, size: number): AsyncGenerator<A[], undefined> {
  let chunk: A[] = []
  for await (const each of all) {
    chunk.push(each)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

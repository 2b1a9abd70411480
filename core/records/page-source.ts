/**
 * Pages of one read, of one part or of several at once, each with where it leaves the read.
 *
 * Of each part at most one page is under way or waiting while another is being consumed; nothing is asked for once the
 * consumer has left.
 *
 * @module
 */
import { type Item, type ItemKey, keyOf } from '../data/item.ts'
import { anySignal } from '../store/any-signal.ts'
import type { Page } from '../store/store.ts'
import type { Position } from './cursor.ts'

export interface SourcePage {
  readonly items: readonly Item[]
  readonly count: number
  /** Where the read is behind this page; undefined at its end. */
  readonly next: readonly Position[] | undefined
  /** Where it is behind one of its items. */
  after(item: Item): readonly Position[]
}

interface PageSource {
  /** Where each part begins. */
  readonly positions: readonly Position[]
  /** Attributes by which a part goes on: the keys of table and index. */
  readonly keys: readonly string[]
  /** Whether the next page is asked for while one is being consumed. */
  readonly ahead: boolean
  fetch(part: number, from: ItemKey | undefined, signal: AbortSignal): Promise<Page>
  readonly signal: AbortSignal | undefined
}

interface Arrived {
  readonly part: number
  readonly page: Page
}

export async function* pagesOf({ positions, keys, ahead, fetch, signal }: PageSource): AsyncGenerator<SourcePage> {
  const places = [...positions]
  const stop = new AbortController()
  const all = anySignal([signal, stop.signal])
  /** By part, in the order in which they were asked for, so that none is passed over. */
  const underWay = new Map<number, Promise<Arrived>>()
  const ask = (part: number, from: Position): void => {
    if (from === 'end') return
    const arrived = fetch(part, from === 'start' ? undefined : from, all.signal).then((page) => ({ part, page }))
    // It may fail while nobody waits for it; whoever comes to wait still hears of it.
    arrived.catch(() => undefined)
    underWay.set(part, arrived)
  }
  try {
    for (const [part, position] of places.entries()) ask(part, position)
    while (underWay.size > 0) {
      const { part, page } = await Promise.race(underWay.values())
      underWay.delete(part)
      const next = page.next ?? 'end'
      if (ahead) {
        ask(part, next)
        // Whoever consumes this page may not let go of the event loop before its end, and the request is to leave now.
        if (next !== 'end') await new Promise(setImmediate)
      }
      places[part] = next
      const seen = [...places]
      yield {
        items: page.items,
        count: page.count,
        next: seen.every((place) => place === 'end') ? undefined : seen,
        after: (item) => seen.with(part, keyOf(item, keys)),
      }
      if (!ahead) ask(part, next)
    }
  } finally {
    stop.abort()
    all.release()
  }
}

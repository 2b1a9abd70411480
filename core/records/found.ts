/**
 * What a query or a scan finds: records one by one, by page, all at once, or counted. Nothing is asked for before it is
 * iterated, and each iteration reads anew.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import type { Item } from '../data/item.ts'
import type { Position } from './cursor.ts'
import type { ItemReader } from './item-reader.ts'
import type { SourcePage } from './page-source.ts'

/** Some of the records that were found, and where to go on. */
export interface RecordPage<R> {
  readonly records: readonly R[]
  /** To go on behind this page, also in another process: pass it as `from`. Undefined at the end. */
  readonly cursor: string | undefined
  /** To go on behind one of its records. */
  cursorAfter(record: R): string
}

/**
 * What a query or scan finds. Nothing is asked for before it is iterated or one of its methods is called, and each
 * time is a new search.
 */
export interface Found<R> extends AsyncIterable<R> {
  /** Pages as the store gives them, without those that have no records; together they have `limit` records at most. */
  pages(): AsyncIterable<RecordPage<R>>
  /** All records, up to `limit`, as one page. */
  page(): Promise<RecordPage<R>>
  /** All records, up to `limit`, in memory. */
  toArray(): Promise<R[]>
  /** The first record; undefined where there is none. */
  first(): Promise<R | undefined>
  /**
   * How many there are, up to `limit`. No records come back, but the same capacity is read as for them. Items that do not
   * fit the model are counted too, since nobody looks into them.
   */
  count(): Promise<number>
}

/** How far a read is, which steers how much its next request asks for. */
interface Demand {
  /** Records that are still wanted. */
  left: number
  requests: number
}

/** How many items to look at next: as many as are wanted, then twice as many each time, since the filter has dropped some. */
export function wanted(demand: Demand): number | undefined {
  if (demand.left === Number.POSITIVE_INFINITY) return undefined
  const items = demand.left * 2 ** demand.requests++
  return items < 100_000 ? Math.max(1, items) : undefined
}

interface FoundParts {
  readonly limit: number
  readonly read: ItemReader
  pages(demand: Demand, countOnly: boolean): AsyncGenerator<SourcePage>
  cursor(positions: readonly Position[]): string
}

interface Taken<R> {
  readonly record: R
  readonly item: Item
}

export function found<R>(parts: FoundParts): Found<R> {
  async function* pages(limit: number): AsyncGenerator<RecordPage<R>, undefined> {
    const demand: Demand = { left: limit, requests: 0 }
    if (limit === 0) return
    for await (const source of parts.pages(demand, false)) {
      const taken: Taken<R>[] = []
      let rest = false
      let failure: { readonly error: unknown } | undefined
      for (const item of source.items) {
        rest = demand.left === 0
        if (rest) break
        try {
          const record = parts.read(item) as R | undefined
          if (record === undefined) continue
          taken.push({ record, item })
          demand.left -= 1
        } catch (error) {
          failure = { error }
          break
        }
      }
      if (taken.length > 0) yield page(source, taken, rest || failure !== undefined)
      // Only now, so that one bad item does not take those before it along.
      if (failure) throw failure.error
      if (demand.left === 0) return
    }
  }

  function page(source: SourcePage, taken: readonly Taken<R>[], rest: boolean): RecordPage<R> {
    const behind = rest ? source.after(taken.at(-1)!.item) : source.next
    return Object.freeze({
      records: Object.freeze(taken.map(({ record }) => record)),
      cursor: behind && parts.cursor(behind),
      cursorAfter(record: R) {
        const mine = taken.find((each) => each.record === record)
        if (mine) return parts.cursor(source.after(mine.item))
        throw notOfThisPage()
      },
    })
  }

  async function* records(limit: number): AsyncGenerator<R, undefined> {
    for await (const { records } of pages(limit)) yield* records
  }

  const whole = async (): Promise<RecordPage<R>> => {
    const all: RecordPage<R>[] = []
    for await (const each of pages(parts.limit)) all.push(each)
    const records = all.flatMap((each) => each.records)
    return Object.freeze({
      records: Object.freeze(records),
      cursor: records.length < parts.limit ? undefined : all.at(-1)?.cursor,
      cursorAfter(record: R) {
        const mine = all.find((each) => each.records.includes(record)) ?? all[0]
        if (mine) return mine.cursorAfter(record)
        throw notOfThisPage()
      },
    })
  }

  return Object.freeze({
    [Symbol.asyncIterator]: () => records(parts.limit),
    pages: () => pages(parts.limit),
    page: whole,
    toArray: async () => [...(await whole()).records],
    async first() {
      for await (const record of records(Math.min(1, parts.limit))) return record
      return undefined
    },
    async count() {
      const demand: Demand = { left: parts.limit, requests: 0 }
      let total = 0
      for await (const { count } of parts.pages(demand, true)) {
        total = Math.min(total + count, parts.limit)
        demand.left = parts.limit - total
        if (demand.left === 0) break
      }
      return total
    },
  })
}

const notOfThisPage = () => invalidArgument('record', 'Expected a record of this page.')

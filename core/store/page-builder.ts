/**
 * Pages of stores that walk their items themselves: what a page holds, where it ends and where the next one starts.
 *
 * @module
 */
import { type Item, keyOf } from '../data/item.ts'
import { evaluate } from '../expression/evaluate.ts'
import { keyNames } from './check-keys.ts'
import { project } from './indexed.ts'
import type { Page, QueryRequest, ScanRequest } from './store.ts'
import type { TableDefinition } from './table-definition.ts'

/** DynamoDB ends a page after this much, whatever the limit. */
const PAGE_BYTES = 1024 * 1024

/** One page in the making. Give it the items in their order until it returns the page, or there are no more. */
export class PageBuilder {
  readonly #request: QueryRequest | ScanRequest
  readonly #keys: readonly string[]
  readonly #items: Item[] = []
  #count = 0
  #looked = 0
  #bytes = 0

  constructor(request: QueryRequest | ScanRequest, definition: TableDefinition) {
    this.#request = request
    const index = definition.indexes.find(({ name }) => name === request.index)
    this.#keys = [...new Set([...keyNames(definition), ...(index ? keyNames(index) : [])])]
  }

  /** Takes the next item, as the table or index has it, and its bytes; returns the page if it is full by that. */
  add(item: Item, bytes: number): Page | undefined {
    const { filter, projection, countOnly, limit } = this.#request
    if (filter === undefined || evaluate(filter, item)) {
      this.#count += 1
      if (!countOnly) this.#items.push(projection === undefined ? item : project(item, projection))
    }
    this.#looked += 1
    this.#bytes += bytes
    // As DynamoDB, which does not look whether anything follows: the next page may be empty.
    const full = this.#looked === limit || this.#bytes >= PAGE_BYTES
    return full ? { items: this.#items, count: this.#count, next: keyOf(item, this.#keys) } : undefined
  }

  /** The last page. */
  end(): Page {
    return { items: this.#items, count: this.#count, next: undefined }
  }
}

/**
 * Outputs of Query and Scan → pages of the port. Items are read when somebody looks at them, since the next page can be
 * asked for before that.
 *
 * @module
 */
import type { QueryCommandOutput, ScanCommandOutput } from '@aws-sdk/client-dynamodb'
import type { Item, ItemKey } from '../../core/data/item.ts'
import type { EngineError } from '../../core/errors.ts'
import type { Page } from '../../core/store/store.ts'
import { mapFromWire, type WireMap } from './attribute-values.ts'

/** `failure` is what looking at the items throws where they cannot be read. */
export function readPage(
  output: QueryCommandOutput | ScanCommandOutput,
  failure: (error: unknown) => EngineError,
): Page {
  const { Count, LastEvaluatedKey } = output
  let items: readonly Item[] | undefined
  return {
    get items() {
      try {
        items ??= readInPlace(output.Items ?? [])
        return items
      } catch (error) {
        throw failure(error)
      }
    },
    count: Count ?? output.Items?.length ?? 0,
    next: LastEvaluatedKey && (mapFromWire(LastEvaluatedKey) as ItemKey),
  }
}

/** One by one: the wire's form of those that were read need not outlive the page's next garbage collection. */
function readInPlace(items: (WireMap | Item)[]): readonly Item[] {
  for (const [i, item] of items.entries()) items[i] = mapFromWire(item as WireMap)
  return items as readonly Item[]
}

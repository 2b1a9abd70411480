/**
 * All items of a table, page by page.
 *
 * @module
 */
import type { Item } from '../../core/data/item.ts'
import type { ScanRequest, Store } from '../../core/store/store.ts'

export async function everything(
  store: Store,
  table: string,
  request: Omit<ScanRequest, 'table' | 'consistent' | 'from'> = {},
): Promise<readonly Item[]> {
  const items: Item[] = []
  let from: ScanRequest['from']
  do {
    const page = await store.scan({ ...request, table, consistent: request.index === undefined, from })
    items.push(...page.items)
    from = page.next
  } while (from !== undefined)
  return items
}

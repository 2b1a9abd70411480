/**
 * What no request could carry is told before anything is sent: which model, which limit, and by how much.
 *
 * @module
 */
import { type Item, itemSize, valueSize } from '../data/item.ts'
import type { Update } from '../expression/update.ts'
import { TAIL } from '../journal/tail.ts'
import { tableDefinition } from '../model/key.ts'
import { type StoreLimits, tooLarge } from '../store/limits.ts'
import { storedSize, storedSizeName } from '../store/stored-size.ts'
import type { PlannedAction } from './planned.ts'
import type { RecordIdentity } from './record-identity.ts'

/** Throws `TOO_LARGE`. `actions` counts the engine's own too. */
export function assertWithin(planned: readonly PlannedAction[], actions: number, limits: StoreLimits): void {
  if (actions > limits.actions) {
    const checks = planned.filter(({ action }) => action.kind === 'check').length
    const ends = actions - planned.length
    throw tooLarge(
      planned[0]!.involved.identity.model.name,
      `records in one commit (${planned.length - checks} written, ${checks} only read; read without guarding by work.peek or guard: 'writes'` +
        `${ends > 0 ? `; ${ends} more actions close histories of deleted records or keep an outcome` : ''})`,
      limits.actions,
      actions,
    )
  }
  let total = 0
  for (const { action, involved, next } of planned) {
    const size = next ? itemSize(next) : action.kind === 'update' ? addedSize(action.update) : 0
    if (action.kind !== 'check') assertItemWithin(involved.identity, next, size, limits)
    total += action.kind === 'update' ? Math.max(size, updateSize(action.update)) : size
  }
  if (total > limits.planBytes) {
    throw tooLarge(planned[0]!.involved.identity.model.name, 'bytes in one commit', limits.planBytes, total)
  }
}

/** `size` is that of `next`, or what is known of it. */
function assertItemWithin(
  { model, address }: RecordIdentity,
  next: Item | undefined,
  size: number,
  limits: StoreLimits,
) {
  const table = tableDefinition(model)
  const stored = next ? storedSize(table, next) : size
  if (stored <= limits.itemBytes) return
  const tail = next?.[TAIL] === undefined ? 0 : valueSize(next[TAIL])
  const ofHistory = tail > size / 4 ? ` (${tail} of them its history’s last entries)` : ''
  throw tooLarge(model.name, `${storedSizeName(table)}${ofHistory}`, limits.itemBytes, stored, address.key)
}

/** What a blind change adds at least: of a record that was not read no more is known. */
const addedSize = (update: Update): number =>
  update.reduce((size, action) => {
    if (action.kind === 'append') return size + valueSize(action.values)
    return size + (action.kind === 'add-to-set' ? valueSize(action.elements) : 0)
  }, 0)

const updateSize = (update: Update): number =>
  update.reduce((size, action) => size + (action.kind === 'set' ? valueSize(action.value) : 0), 0)

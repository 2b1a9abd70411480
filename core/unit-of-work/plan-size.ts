/**
 * What no request could carry is told before anything is sent: which model, which limit, and by how much.
 *
 * @module
 */
import { itemSize, valueSize } from '../data/item.ts'
import type { Update } from '../expression/update.ts'
import { TAIL } from '../journal/tail.ts'
import { type StoreLimits, tooLarge } from '../store/limits.ts'
import type { PlannedAction } from './planned.ts'

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
    if (action.kind !== 'check' && size > limits.itemBytes) {
      const { model, address } = involved.identity
      const tail = next?.[TAIL] === undefined ? 0 : valueSize(next[TAIL])
      const limit =
        tail > size / 4 ? `bytes in one item (${tail} of them its history’s last entries)` : 'bytes in one item'
      throw tooLarge(model.name, limit, limits.itemBytes, size, address.key)
    }
    total += action.kind === 'update' ? Math.max(size, updateSize(action.update)) : size
  }
  if (total > limits.planBytes) {
    throw tooLarge(planned[0]!.involved.identity.model.name, 'bytes in one commit', limits.planBytes, total)
  }
}

/** What a blind change adds at least: of a record that was not read no more is known. */
const addedSize = (update: Update): number =>
  update.reduce((size, action) => {
    if (action.kind === 'append') return size + valueSize(action.values)
    return size + (action.kind === 'add-to-set' ? valueSize(action.elements) : 0)
  }, 0)

const updateSize = (update: Update): number =>
  update.reduce((size, action) => size + (action.kind === 'set' ? valueSize(action.value) : 0), 0)

/**
 * What one request consumed, heard by the scheduler and by the caller.
 *
 * @module
 */
import type { ConsumedCapacity } from '../store/capacity.ts'
import type { RequestOptions } from '../store/store.ts'
import type { Cost } from './cost.ts'

/** Options to send the request with; `consumed` is undefined where nothing was told. */
export function consumption(options: RequestOptions) {
  let heard: readonly ConsumedCapacity[] | undefined
  return {
    options: {
      ...options,
      onConsumed(consumed: readonly ConsumedCapacity[]) {
        heard = heard ? [...heard, ...consumed] : consumed
        options.onConsumed?.(consumed)
      },
    },
    consumed: () => heard,
  }
}

/** As if it had been told that it cost what was estimated. */
export const consumedBy = (costs: readonly Cost[]): readonly ConsumedCapacity[] =>
  costs.map(({ table, index, units }) => ({ table, index, readUnits: 0, writeUnits: units }))

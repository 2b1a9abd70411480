/**
 * `draftwork/memory`: the store of tests and the reference meaning of the port.
 *
 * @module
 */
export type { AdverseStore, Adversity } from './adversity.ts'
export type { CapacityPlan, ProvisionedTable, ProvisionedUnits } from './capacity-plan.ts'
export { type MemoryStoreOptions, memoryStore } from './memory-store.ts'

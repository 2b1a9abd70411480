/**
 * `draftwork/conformance`: what every store must do, as cases that any test runner can run.
 *
 * ```ts
 * for (const { name, run } of storeConformance('my store', () => myStore())) test(name, run)
 * ```
 *
 * @module
 */
export { type ConformanceCase, type ConformanceOptions, storeConformance } from './suite.ts'

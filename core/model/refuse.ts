/**
 * What is said of a model's definition that could not work, and what all parts of one have in common.
 *
 * @module
 */

/** Throws `INVALID_MODEL`, which names the model. */
export type Refuse = (reason: string) => never

/** An object of names and values, as authors write them. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

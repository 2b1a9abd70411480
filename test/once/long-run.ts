/**
 * How long the kills go on, and from which seed: a run can be had again as far as the machine’s timing allows.
 *
 * @module
 */

const { ONCE_KILLS, ONCE_SEED } = process.env
/** `ONCE_KILLS=300` for a long run. */
export const killsOr = (usual: number): number => Number(ONCE_KILLS || usual)
/** `ONCE_SEED` repeats what a failure named. */
export const seed = Number(ONCE_SEED || Math.floor(Math.random() * 2 ** 31))

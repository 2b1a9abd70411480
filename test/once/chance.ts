/**
 * Seeded chance, so that a run's kills and faults can be had again as far as the machine's timing allows.
 *
 * @module
 */

/** Uniform in [0, 1): mulberry32. */
export function chance(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const { ONCE_KILLS, ONCE_SEED } = process.env
/** `ONCE_KILLS=300` for a long run. */
export const killsOr = (usual: number): number => Number(ONCE_KILLS || usual)
/** `ONCE_SEED` repeats what a failure named. */
export const seed = Number(ONCE_SEED || Math.floor(Math.random() * 2 ** 31))

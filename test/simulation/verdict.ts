/**
 * What a simulated run is judged by, whatever its workload: findings, each of a kind, and outcomes as callers know them.
 *
 * @module
 */
import { type Engine, isEngineError, type RunOptions, type Work } from '../../core/index.ts'
import type { Entry } from './checker/history.ts'

export interface Finding {
  readonly kind: string
  readonly story: string
}

/** What domain functions of the simulation throw to be rolled back. */
export class Refused extends Error {}

/** A run that did what must not happen. The message tells all of it, for the report of a shrunk run. */
export class Violation extends Error {
  readonly kind: string

  constructor(findings: readonly Finding[], evidence: unknown) {
    super(
      `${findings.map(({ kind, story }) => `${kind}: ${story}`).join('\n')}\n${JSON.stringify(evidence, undefined, 1)}`,
    )
    this.kind = findings[0]!.kind
  }
}

/** Errors that a unit of work of the simulation may end with; any other is a finding of its own. */
const expected = new Set([
  'CONFLICT',
  'RECORD_EXISTS',
  'RECORD_NOT_FOUND',
  'OUT_OF_BOUNDS',
  'RETRIES_EXHAUSTED',
  'THROTTLED',
])

/**
 * Runs a unit of work and says how it ended. Also judges what needs no history: that only expected errors come, and that
 * its `afterCommit` is called once after a success and never otherwise.
 */
export async function settle(
  { unitOfWork }: Engine,
  work: Work<unknown>,
  findings: Finding[],
  options: RunOptions = {},
): Promise<Entry['outcome']> {
  let callbacks = 0
  const outcome = await unitOfWork
    .run(async (unit) => {
      unit.afterCommit(() => void callbacks++)
      await work(unit)
    }, options)
    .then(
      () => 'ok' as const,
      (thrown: unknown) => {
        if (isEngineError(thrown, 'UNKNOWN_OUTCOME')) return 'unknown' as const
        if (!(thrown instanceof Refused || (isEngineError(thrown) && expected.has(thrown.code))))
          findings.push({ kind: 'unexpected-error', story: String(thrown instanceof Error ? thrown.stack : thrown) })
        return 'fail' as const
      },
    )
  const most = outcome === 'ok' ? 1 : 0
  // A success that an idempotency key remembers from before calls nobody back.
  if (callbacks > most || (callbacks < most && options.idempotencyKey === undefined))
    findings.push({ kind: 'callbacks', story: `${callbacks} calls after ${outcome}` })
  return outcome
}

/**
 * Attempt, outcome, again: runs domain functions as units of work. The only edge of the engine that goes back.
 *
 * @module
 */
import * as TE from 'fp-ts/lib/TaskEither.js'
import { invalidArgument } from '../arguments.ts'
import type { AttributeMap } from '../data/attribute-value.ts'
import { asError } from '../data/print-value.ts'
import { type Environment, fullJitter } from '../environment.ts'
import { type EngineError, engineError } from '../errors.ts'
import type { NumberSource } from '../journal/number-source.ts'
import { keepOutcome, keptOutcome, keptResult, type OnceRequest, outcomeAddress } from '../journal/outcome.ts'
import type { Sealer } from '../journal/sealer.ts'
import type { AnyModel } from '../model/model.ts'
import { type AttemptResult, type Observer, observe, withoutValue } from '../observation/observer.ts'
import type { FailedAction } from '../store/commit-outcome.ts'
import type { Store } from '../store/store.ts'
import { assertNotAborted } from './aborted.ts'
import { conflictError, explainConflicts, unreadConflict } from './conflict.ts'
import { runInScope, runningScope, runOutside } from './current.ts'
import { IdentityMap, type Seeds } from './identity-map.ts'
import { involvedIn } from './involved.ts'
import { mergeMetadata } from './metadata.ts'
import type { Planned } from './planned.ts'
import { released } from './released.ts'
import { checked, onceRequest, type RunOptions, runArguments } from './run-options.ts'
import { Scope } from './scope.ts'
import { scopedUnitOfWork } from './scoped-unit-of-work.ts'
import { settle } from './settle.ts'
import type { Work } from './unit-of-work.ts'

/** Runs units of work: `engine.unitOfWork`. */
export interface UnitOfWorkRunner {
  /**
   * Runs a domain function and commits what it changed, atomically. On a conflict it runs again on fresh records.
   * Inside a running unit of work of the same engine it is a nested one.
   *
   * @throws what the function throws, unchanged, with nothing written; otherwise an `EngineError`
   */
  run<A>(work: Work<A>, options?: RunOptions): Promise<A>
  /** With a name, which the history keeps: one of few, such as `collect reward`, not one for each record. */
  run<A>(name: string, work: Work<A>, options?: RunOptions): Promise<A>

  /**
   * The same as a `TaskEither` that never rejects. Left is what `run` would have thrown: an `EngineError`, or whatever the
   * function threw, whose type `E` only the caller can know.
   */
  attempt<A, E extends Error = Error>(work: Work<A>, options?: RunOptions): TE.TaskEither<EngineError | E, A>
  /** With a name, as `run`. */
  attempt<A, E extends Error = Error>(
    name: string,
    work: Work<A>,
    options?: RunOptions,
  ): TE.TaskEither<EngineError | E, A>
}

interface RunnerParts {
  readonly store: Store
  readonly models: ReadonlySet<AnyModel>
  readonly environment: Environment
  readonly sealer: Sealer
  readonly numbers: NumberSource
  /** Name of the table for outcomes and for what has left records' tails. */
  readonly journalTable: string
  /** What every entry of the history tells besides, such as who is acting. */
  readonly metadata: (() => unknown) | undefined
  readonly isClosed: () => boolean
  readonly observer?: Observer | undefined
}

/** What one run of a function is given besides. */
interface AttemptGiven {
  /** From 1. */
  readonly attempt: number
  readonly isLast: boolean
  readonly once: OnceRequest | undefined
  readonly metadata: AttributeMap | undefined
  readonly seeds: Seeds
}

/** What one run of a function came to. */
type Attempted<A> =
  | { readonly kind: 'committed'; readonly root: Scope; readonly plan: Planned | undefined; readonly result: A }
  | { readonly kind: 'repeated'; readonly result: unknown }
  | { readonly kind: 'conflict'; readonly plan: Planned; readonly failures: readonly FailedAction[] }

function resultOf(done: Attempted<unknown>, isLast: boolean): AttemptResult {
  switch (done.kind) {
    case 'committed':
      return { kind: 'committed', commitId: done.plan?.id, actions: done.plan?.actions.length ?? 0 }
    case 'repeated':
      return { kind: 'repeated' }
    case 'conflict':
      return { kind: 'conflict', isLast, conflicts: () => explainConflicts(done.plan.planned, done.failures) }
    default:
      return done satisfies never
  }
}

export function unitOfWorkRunner(parts: RunnerParts): UnitOfWorkRunner {
  const { store, models, environment, numbers, journalTable, observer } = parts
  const owner = {}

  function runRoot<A>(name: string, fn: Work<A>, options: RunOptions): Promise<A> {
    const observation = observer?.unitOfWork?.({ path: [name], isNested: false })
    return observe(observation, () => runAttempts(name, fn, options), withoutValue)
  }

  async function runAttempts<A>(name: string, fn: Work<A>, options: RunOptions): Promise<A> {
    const maxAttempts = checked(options)
    const once = onceRequest(name, fn, options)
    const metadata = mergeMetadata(parts.metadata, options.metadata)
    const { signal } = options
    let seeds: Seeds = new Map()
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= maxAttempts
      const done = await observe(
        observer?.attempt?.({ path: [name], attempt }),
        () => runAttempt(name, fn, options, { attempt, isLast, once, metadata, seeds }),
        (ending) => (ending.kind === 'threw' ? ending : { kind: 'returned', value: resultOf(ending.value, isLast) }),
      )
      if (done.kind === 'repeated') return done.result as A
      if (done.kind === 'conflict') {
        const { plan, failures } = done
        if (isLast) throw gaveUp(plan, failures, attempt)
        seeds = seedsOf(plan, failures, attempt)
        if (attempt > 1) await environment.sleep(fullJitter(attempt - 1, environment), signal)
        continue
      }
      await callBack(done.root)
      return done.result
    }
  }

  async function runAttempt<A>(
    name: string,
    fn: Work<A>,
    options: RunOptions,
    { attempt, isLast, once, metadata, seeds }: AttemptGiven,
  ): Promise<Attempted<A>> {
    const { signal } = options
    if (parts.isClosed()) throw engineError('CLOSED', 'The engine was closed; create another one.', {})
    assertNotAborted(signal)
    const before = once && (await readOutcome(once, signal))
    if (before) return { kind: 'repeated', result: before.result }
    const records = new IdentityMap(store, seeds, signal)
    const root = new Scope(
      {
        owner,
        records,
        models,
        environment,
        numbers,
        isRepeated: attempt > 1,
        read: (addresses) => store.read(addresses, { consistent: true, signal }),
        running: () => runningScope(owner),
        signal,
      },
      undefined,
      [name],
    )
    const returned = released(await runScope(root, fn))
    root.assertUntouched()
    const kept = once && { request: once, result: keptResult(returned) }
    const own = (id: string) => kept && keepOutcome(journalTable, kept.request, id, kept.result, environment.now())
    const settled = await settle({ records: involvedIn(root, records, options.guard), metadata, own, signal }, parts)
    if (settled.kind === 'conflict') {
      // Another attempt would look first; where there is none, who got there first may have done this very work.
      const first = isLast && once && (await readOutcome(once, signal))
      return first ? { kind: 'repeated', result: first.result } : settled
    }
    // What is kept, not what was returned: the first caller must not get another outcome than those after it.
    return { kind: 'committed', root, plan: settled.plan, result: kept ? (kept.result as A) : returned }
  }

  /** The outcome of an earlier call under this key. */
  async function readOutcome(once: OnceRequest, signal: AbortSignal | undefined) {
    const [item] = await store.read([outcomeAddress(journalTable, once)], { consistent: true, signal })
    return keptOutcome(item, once, environment.now())
  }

  async function runNested<A>(parent: Scope, name: string, fn: Work<A>, options: RunOptions): Promise<A> {
    checked(options)
    if (options.propagation === 'independent') return runOutside(owner, () => runRoot(name, fn, options))
    if (options.idempotencyKey !== undefined) {
      throw invalidArgument(
        'idempotencyKey',
        'Only the outermost unit of work commits, so only it can have an idempotencyKey.',
      )
    }
    const child = new Scope(parent.attempt, parent, [...parent.path, name])
    try {
      return await observe(
        observer?.unitOfWork?.({ path: child.path, isNested: true }),
        () => runScope(child, fn, () => child.mergeIntoParent()),
        withoutValue,
      )
    } finally {
      // What a rolled back child saw may have steered its parent, so its looks stay.
      child.leaveReads()
    }
  }

  async function runScope<A>(scope: Scope, fn: Work<A>, returned?: () => void): Promise<A> {
    let result: A
    try {
      result = await runInScope(scope, async () => fn(scopedUnitOfWork(scope, runNested)))
    } catch (thrown) {
      scope.abandon()
      throw thrown
    }
    scope.end()
    returned?.()
    return result
  }

  function run<A>(...args: unknown[]): Promise<A> {
    return (async () => {
      const { name, fn, options } = runArguments<A, RunOptions>(args)
      const around = runningScope(owner)?.nearestRunning()
      return around ? runNested(around, name, fn, options) : runOutside(owner, () => runRoot(name, fn, options))
    })()
  }

  return Object.freeze({
    run,
    attempt: <A, E extends Error>(...args: unknown[]): TE.TaskEither<EngineError | E, A> =>
      TE.tryCatch(
        () => run<A>(...args),
        (thrown) => asError(thrown) as EngineError | E,
      ),
  })
}

const gaveUp = (plan: Planned, failures: readonly FailedAction[], attempts: number): EngineError =>
  unreadConflict(plan.planned, failures) ?? conflictError(explainConflicts(plan.planned, failures), attempts)

/**
 * What the next attempt need not read. Images are fresh at the first repetition, which follows at once; later ones wait
 * and read again. Only of what the function never read, a blind change or a creation, must the image be kept: without it
 * the next attempt could not know better.
 */
function seedsOf(plan: Planned, failures: readonly FailedAction[], attempt: number): Seeds {
  const seeds = failures.flatMap(({ position, present }) => {
    const involved = plan.planned[position]?.involved
    if (!involved) return []
    return attempt === 1 || !involved.isLoaded ? [[involved.identity.id, present] as const] : []
  })
  return new Map(seeds)
}

/** A callback's failure cannot undo the commit, so it must not look like one: it is reported as a warning. */
async function callBack(root: Scope): Promise<void> {
  for (const callback of root.callbacks()) {
    try {
      await runOutside(root.attempt.owner, callback)
    } catch (thrown) {
      const { stack, message } = asError(thrown)
      const detail = String(stack ?? message)
      process.emitWarning('An afterCommit callback failed; the commit stands.', { type: 'DraftworkWarning', detail })
    }
  }
}

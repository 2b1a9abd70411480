/**
 * Any number of puts and deletes, in batches, a bounded number of them at a time.
 *
 * Of two writes of one record the later one wins, also across batches: a batch waits for those under way that touch one
 * of its records. Nothing that was taken in is forgotten: what is not written when the work ends is told, each with the
 * reason.
 *
 * @module
 */
import { addressKey } from '../data/item.ts'
import { asError, sentence } from '../data/print-value.ts'
import type { Environment } from '../environment.ts'
import { type BulkFailure, type EngineError, engineError, isEngineError } from '../errors.ts'
import type { BulkOutcome, BulkWrite } from '../store/bulk-write.ts'
import type { RequestOptions, Store } from '../store/store.ts'
import { assertNotAborted, patience } from './again.ts'
import { chunksOf, type Many } from './chunks.ts'

interface WriteManyParts<Input> {
  readonly store: Store
  readonly environment: Environment
  readonly inputs: Many<Input>
  readonly options: RequestOptions
  readonly concurrency: number
  /** Goes on without inputs that are invalid, and tells them at the end. */
  readonly skipInvalid: boolean
  /** Throws an EngineError for what is no record or key; whatever else it throws ends the work. */
  prepare(input: Input): BulkWrite
  onProgress(done: number): unknown
}

/** What bulk writing came to, where it came to its end. */
export interface BulkResult {
  /** How many inputs are written; of several for one record each counts. */
  readonly written: number
  /** What was left out for being invalid, where that was asked for. */
  readonly skipped: readonly BulkFailure[]
}

/** One write, and all inputs that it stands for: the last of them is what is written. */
interface Planned {
  write: BulkWrite
  readonly inputs: unknown[]
}

/** By address, since a batch must not name one twice. */
type Batch = Map<string, Planned>

/** A batch is given up when the store left all of it unprocessed this often in a row. */
const MAX_FRUITLESS = 10

/** Throws INCOMPLETE where it ends early: what was taken in and is not written, or what ended it. */
export async function writeMany<Input>(parts: WriteManyParts<Input>): Promise<BulkResult> {
  const writer = new BulkWriter(parts)
  const skipped: BulkFailure[] = []
  try {
    for await (const inputs of chunksOf(parts.inputs, parts.store.limits.batchWrites, parts.options.signal)) {
      const { batch, refused } = planBatch(inputs, parts.prepare)
      const goesOn = parts.skipInvalid && refused.every(({ error }) => isEngineError(error))
      if (goesOn) skipped.push(...refused)
      else for (const { input, error } of refused) writer.fail([input], error)
      await writer.add(batch)
      if (writer.ended) break
    }
  } catch (thrown) {
    writer.fail([], thrown)
  }
  await writer.settled()
  const { written, failed, ended } = writer
  if (ended) throw incomplete(written, failed, ended.cause)
  return Object.freeze({ written, skipped: Object.freeze(skipped) })
}

class BulkWriter {
  written = 0
  readonly failed: BulkFailure[] = []
  /** By what, where nothing more is to be sent: the first that went wrong. */
  ended: { readonly cause: unknown } | undefined
  readonly #parts: Omit<WriteManyParts<never>, 'inputs' | 'prepare'>
  readonly #underWay = new Set<{ readonly addresses: ReadonlySet<string>; readonly done: Promise<void> }>()

  constructor(parts: Omit<WriteManyParts<never>, 'inputs' | 'prepare'>) {
    this.#parts = parts
  }

  /**
   * Returns when the batch was sent, which is when there is room and nothing that it touches is under way; or when it is
   * not to be sent any more.
   */
  async add(batch: Batch): Promise<void> {
    const addresses = new Set(batch.keys())
    const meets = (other: ReadonlySet<string>) => [...other].some((address) => addresses.has(address))
    const inTheWay = () => [...this.#underWay].filter((other) => meets(other.addresses))
    while (inTheWay().length > 0) await inTheWay()[0]!.done
    while (this.#underWay.size >= this.#parts.concurrency)
      await Promise.race([...this.#underWay].map(({ done }) => done))
    if (this.ended) return this.fail(inputsOf(batch), unsent())
    const sent = { addresses, done: this.#send(batch).finally(() => this.#underWay.delete(sent)) }
    this.#underWay.add(sent)
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#underWay].map(({ done }) => done))
  }

  /** These are not written, and no others are sent. */
  fail(inputs: readonly unknown[], thrown: unknown): void {
    this.ended ??= { cause: thrown }
    const error = asError(thrown)
    this.failed.push(...inputs.map((input) => ({ input, error })))
  }

  /** Never rejects: it may end while nobody waits for it. Whatever is thrown, what is left of the batch has failed. */
  async #send(batch: Batch): Promise<void> {
    const { environment, options } = this.#parts
    try {
      for (let fruitless = 0; ; ) {
        const before = batch.size
        const reasons = await this.#write(batch)
        if (batch.size === 0) return
        fruitless = batch.size < before ? 0 : fruitless + 1
        if (fruitless === MAX_FRUITLESS) throw exhausted(reasons)
        await environment.sleep(patience(fruitless + 1, environment), options.signal)
      }
    } catch (thrown) {
      this.fail(inputsOf(batch), thrown)
    }
  }

  /** Leaves in the batch what was not written, and returns why. */
  async #write(batch: Batch): Promise<readonly string[]> {
    const { store, options, onProgress } = this.#parts
    assertNotAborted(options.signal)
    const writes = [...batch.values()].map(({ write }) => write)
    let outcome: BulkOutcome
    try {
      outcome = await store.write(writes, options)
    } catch (thrown) {
      if (!isEngineError(thrown, 'THROTTLED')) throw thrown
      return thrown.payload.reasons
    }
    this.#drop(batch, new Set(outcome.unprocessed.map(addressKey)))
    await onProgress(this.written)
    return outcome.reasons
  }

  /** What was written is done with. */
  #drop(batch: Batch, left: ReadonlySet<string>): void {
    for (const [address, { inputs }] of batch) {
      if (left.has(address)) continue
      this.written += inputs.length
      batch.delete(address)
    }
  }
}

/** Each record once, as the last input of it says. */
function planBatch<Input>(inputs: readonly Input[], prepare: (input: Input) => BulkWrite) {
  const batch: Batch = new Map()
  const refused: BulkFailure[] = []
  for (const input of inputs) {
    try {
      const write = prepare(input)
      const address = addressKey(write)
      const known = batch.get(address)
      if (known) known.write = write
      else batch.set(address, { write, inputs: [] })
      batch.get(address)!.inputs.push(input)
    } catch (thrown) {
      refused.push({ input, error: asError(thrown) })
    }
  }
  return { batch, refused }
}

const inputsOf = (batch: Batch): readonly unknown[] => [...batch.values()].flatMap(({ inputs }) => inputs)

const unsent = (): EngineError =>
  engineError('ABORTED', 'Not sent, since bulk work ended at another failure; see the cause of the whole.', {})

const exhausted = (reasons: readonly string[]): EngineError => {
  const message = `The store left writes unprocessed ${MAX_FRUITLESS} times in a row; write more slowly or raise the capacity.`
  return engineError('THROTTLED', message, { reasons, attempts: MAX_FRUITLESS })
}

function incomplete(written: number, failed: readonly BulkFailure[], cause: unknown): EngineError {
  const message =
    `Bulk work ended early: ${written} written, ${failed.length} taken in and not written, and no more was taken in: ` +
    `${sentence(asError(cause).message)}${failed.length === 0 ? '' : ' payload.failed has each with its reason.'}`
  return engineError('INCOMPLETE', message, { written, failed: Object.freeze([...failed]) }, { cause })
}

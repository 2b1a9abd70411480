/**
 * How far a migration of a table has come, kept in the journal table, so that it goes on after a kill.
 *
 * One item says which run is under way, and one a segment where that goes on; what is left of other runs bears another
 * id. A page is noted when all of it is done: what is done twice is found migrated the second time.
 *
 * @module
 */
import { type AttributeMap, type AttributeValue, isMap } from '../data/attribute-value.ts'
import type { Item, ItemAddress, ItemKey } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { engineError } from '../errors.ts'
import { all } from '../expression/condition.ts'
import { commitId } from '../journal/commit-id.ts'
import type { AnyModel } from '../model/model.ts'
import type { Store } from '../store/store.ts'
import { type Counts, noCounts } from './migration-report.ts'

interface SegmentProgress {
  /** Where its next page starts; undefined at its beginning, and at its end. */
  readonly from: ItemKey | undefined
  readonly isDone: boolean
  readonly counts: Counts
}

export interface RunProgress {
  readonly run: string
  readonly to: number
  readonly segments: readonly SegmentProgress[]
}

const RUN = 'run'

export class MigrationProgress {
  readonly #store: Store
  readonly #table: string
  readonly #environment: Environment

  constructor(store: Store, journalTable: string, environment: Environment) {
    this.#store = store
    this.#table = journalTable
    this.#environment = environment
  }

  /** The last run of this model's migrations, if there was any. */
  async find(model: AnyModel): Promise<RunProgress | undefined> {
    const [header] = await this.#store.read([this.#address(model, RUN)], { consistent: true })
    if (!header) return undefined
    const { run, to, segments } = header as unknown as { run: string; to: number; segments: number }
    const addresses = Array.from({ length: segments }, (_, i) => this.#address(model, String(i)))
    const items = await this.#store.read(addresses, { consistent: true })
    return { run, to, segments: items.map((item) => segmentOf(item?.['run'] === run ? item : undefined)) }
  }

  async start(model: AnyModel, to: number, segments: number): Promise<RunProgress> {
    const run = commitId(this.#environment)
    await this.#put(this.#address(model, RUN), { run, to, segments })
    return { run, to, segments: freshSegments(segments) }
  }

  async save(model: AnyModel, { run }: RunProgress, segment: number, progress: SegmentProgress): Promise<void> {
    const { from, isDone, counts } = progress
    await this.#put(this.#address(model, String(segment)), { run, isDone, ...counts, ...(from && { from }) })
  }

  #address(model: AnyModel, part: string): ItemAddress {
    return { table: this.#table, key: { p: `M#${model.name}`, s: part } }
  }

  /** Unconditional, so that it may be sent again after whatever outcome. */
  async #put({ table, key }: ItemAddress, attributes: AttributeMap): Promise<void> {
    const item: Item = { ...key, ...attributes }
    for (let attempt = 1; ; attempt++) {
      const id = commitId(this.#environment)
      const outcome = await this.#store.commit({ id, actions: [{ kind: 'put', table, key, item, condition: all([]) }] })
      if (outcome.kind === 'committed') return
      if (attempt === 10 || outcome.kind === 'invalid') {
        const reason = outcome.kind === 'invalid' ? outcome.reason : outcome.kind
        throw engineError('REJECTED', `The progress of the migration could not be kept in ${table}: ${reason}.`, {
          reason,
        })
      }
      await this.#environment.sleep(100 * attempt)
    }
  }
}

export const freshSegments = (count: number): readonly SegmentProgress[] =>
  Array.from({ length: count }, () => segmentOf(undefined))

function segmentOf(item: Item | undefined): SegmentProgress {
  if (!item) return { from: undefined, isDone: false, counts: noCounts }
  const count = (name: keyof Counts): number => Number((item[name] as AttributeValue | undefined) ?? 0)
  const { from } = item
  return {
    from: isMap(from) ? (from as ItemKey) : undefined,
    isDone: item['isDone'] === true,
    counts: {
      scanned: count('scanned'),
      migrated: count('migrated'),
      untouched: count('untouched'),
      failed: count('failed'),
    },
  }
}

/**
 * Judges the histories that a simulated run left: each record's events, folded by a few lines of their own that know nothing
 * of the engine's, must give the stored record; and versions must be without a gap.
 *
 * @module
 */
import type { AttributeValue } from '../../core/data/attribute-value.ts'
import { equal } from '../../core/data/attribute-value.ts'
import type { Item } from '../../core/data/item.ts'
import type { AnyModel, Engine, HistoryEvent } from '../../core/index.ts'
import { TAIL } from '../../core/journal/tail.ts'
import type { Store } from '../../core/store/store.ts'
import type { WritePlan } from '../../core/store/write-plan.ts'
import { everything } from '../support/everything.ts'
import type { Finding } from './verdict.ts'

const JOURNAL = 'draftwork-journal'

interface Evidence {
  readonly store: Store
  readonly engine: Engine
  readonly models: readonly AnyModel[]
  /** Plans that were answered as committed. */
  readonly acknowledged: readonly WritePlan[]
}

/** Everything that is wrong with the histories of all records of these models. */
export async function judgeHistories({ store, engine, models, acknowledged }: Evidence): Promise<Finding[]> {
  const findings: Finding[] = []
  const journal = await everything(store, JOURNAL)
  for (const model of models) {
    const [partition = ''] = model.definition.keyParts.map(({ attribute }) => attribute)
    const items = new Map((await everything(store, model.table)).map((item) => [String(item[partition]), item]))
    const deleted = journal.flatMap((item) =>
      item['t'] === model.table ? [String((item['k'] as Item)[partition])] : [],
    )
    for (const id of new Set([...items.keys(), ...deleted])) {
      const key = { [partition]: id } as never
      const story = (problem: string) => findings.push({ kind: 'history', story: `${model.name} ${id}: ${problem}` })
      const events = (await engine.history.of(model, key).toArray()) as HistoryEvent<AnyModel>[]
      for (const commit of commitsTo(acknowledged, model.table, partition, id)) {
        if (!events.some(({ commitId }) => commitId === commit))
          story(`commit ${commit}, which was acknowledged, is missing`)
      }
      const folded = fold(events, story)
      const { _v, _h, _g, ...stored } = items.get(id) ?? {}
      if (!equal(folded as AttributeValue, stored as AttributeValue)) {
        story(`its events give ${print(folded)}, stored is ${print(stored)}`)
      }
      if (Number(_v ?? 0) !== (items.has(id) ? (events.at(-1)?.version ?? 0) : 0))
        story(`_v is ${_v}, not the last event's`)
      const backwards = await engine.history.of(model, key, { reverse: true }).toArray()
      if (print(backwards.reverse()) !== print(events)) story('backwards it is another')
      const { ok, problems } = await engine.history.verify(model, key)
      if (!ok) story(print(problems))
    }
  }
  return findings
}

/** Commits that changed the record; what cuts its tail leaves no entry. */
const commitsTo = (plans: readonly WritePlan[], table: string, partition: string, id: string): readonly string[] =>
  plans.flatMap(({ id: commit, actions }) => {
    const action = actions.find((each) => each.table === table && String(each.key[partition]) === id)
    if (!action || action.kind === 'check') return []
    const leaves =
      action.kind !== 'update' || action.update.some(({ kind, path }) => kind !== 'remove' && path[0] === TAIL)
    return leaves ? [commit] : []
  })

function fold(events: readonly HistoryEvent<AnyModel>[], story: (problem: string) => void): Record<string, unknown> {
  let state: Record<string, unknown> = {}
  let last: HistoryEvent<AnyModel> | undefined
  for (const event of events) {
    const isNext =
      last?.generation !== event.generation
        ? event.version === 1 && event.kind === 'created'
        : event.version - last.version <= 1 && event.version >= last.version
    if (!isNext) story(`version ${event.version} follows ${last?.version}`)
    if (last && last.generation !== event.generation && last.kind !== 'deleted')
      story('a life began before the last had ended')
    for (const { path, old, new: now } of event.changes) {
      if (!equal(state[path] as AttributeValue, old))
        story(`${path} was ${print(state[path])}, the event says ${print(old)}`)
      const { [path]: _, ...others } = state
      state = now === undefined ? others : { ...others, [path]: now }
    }
    last = event
  }
  return state
}

const print = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    each instanceof Set ? [...each].map(String).sort() : typeof each === 'bigint' ? String(each) : each,
  )

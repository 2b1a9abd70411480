/**
 * What lists tell by themselves: their order, who wrote what, and every anomaly that needs no cycle.
 *
 * @module
 */
import { type Anomaly, type AnomalyKind, type Entry, type History, nameOf } from './history.ts'

export interface Observations {
  readonly anomalies: readonly Anomaly[]
  /** The order of values of each key. */
  readonly orders: ReadonlyMap<string, readonly number[]>
  readonly writerOf: (key: string, value: number) => Entry | undefined
  /** Those whose changes were seen or reported. */
  readonly happened: ReadonlySet<Entry>
}

interface Read {
  readonly entry: Entry
  readonly key: string
  /** What others had written: the list without what the entry itself put at its end. */
  readonly list: readonly number[]
}

export function observe({ entries, final }: History): Observations {
  const anomalies: Anomaly[] = []
  const report = (kind: AnomalyKind, story: string) => void anomalies.push({ kind, story })
  const writers = new Map<string, Entry>()
  for (const entry of entries) {
    for (const { key, value } of appendsOf(entry)) {
      if (writers.has(slot(key, value))) throw new Error(`Two units of work append ${value} to ${key}: not a history`)
      writers.set(slot(key, value), entry)
    }
  }
  const writerOf = (key: string, value: number) => writers.get(slot(key, value))
  const reads = entries.filter(({ outcome }) => outcome === 'ok').flatMap(readsOf)
  const happened = new Set(entries.filter(({ outcome }) => outcome === 'ok'))

  for (const [key, list] of Object.entries(final)) {
    if (new Set(list).size < list.length) report('duplicate', `${key} ends as ${list}`)
    for (const value of list) {
      const writer = writerOf(key, value)
      if (!writer) report('garbage', `${key} ends with ${value}, which nobody wrote`)
      else if (writer.outcome === 'fail')
        report('failed-visible', `${nameOf(writer)} failed, but ${key} has its ${value}`)
      else happened.add(writer)
    }
  }
  for (const { entry, key, list } of reads) {
    if (new Set(list).size < list.length) report('duplicate', `${nameOf(entry)} read ${key} as ${list}`)
    for (const value of list) {
      const writer = writerOf(key, value)
      if (!writer) report('garbage', `${nameOf(entry)} read ${value} in ${key}, which nobody wrote`)
      else if (writer.outcome === 'fail') report('G1a', `${nameOf(entry)} read ${value} of failed ${nameOf(writer)}`)
      else happened.add(writer)
    }
    const last = list.at(-1)
    const writer = last === undefined ? undefined : writerOf(key, last)
    const lastOfWriter = writer && appendsOf(writer).findLast((append) => append.key === key)?.value
    if (writer && writer !== entry && lastOfWriter !== last)
      report('G1b', `${nameOf(entry)} read ${key} up to ${last}, before ${lastOfWriter} of ${nameOf(writer)}`)
  }
  for (const entry of happened) {
    const appends = appendsOf(entry)
    const missing = appends.filter(({ key, value }) => !final[key]?.includes(value))
    if (missing.length === 0) continue
    const kind = missing.length < appends.length ? 'torn' : 'lost'
    report(
      kind,
      `${nameOf(entry)} (${entry.outcome}): ${missing.map(({ key, value }) => `${value} of ${key}`)} missing`,
    )
  }
  for (const entry of entries)
    if (entry.outcome === 'ok') for (const story of contradictions(entry)) report('internal', story)

  const orders = new Map(Object.entries(final))
  for (const { key, list } of reads) if (list.length > (orders.get(key)?.length ?? 0)) orders.set(key, list)
  const seen = [...reads, ...Object.entries(final).map(([key, list]) => ({ key, list, entry: undefined }))]
  for (const { key, list, entry } of seen) {
    const order = orders.get(key)!
    if (list.some((value, position) => order[position] !== value))
      report('incompatible-order', `${key}: ${entry ? nameOf(entry) : 'the end'} has ${list}, others ${order}`)
  }
  return { anomalies, orders, writerOf, happened }
}

export function readsOf(entry: Entry): readonly Read[] {
  const own = new Set(appendsOf(entry).map(({ key, value }) => slot(key, value)))
  return entry.ops.flatMap((op) => {
    if (op.f !== 'read') return []
    const end = op.list.findLastIndex((value) => !own.has(slot(op.key, value)))
    return [{ entry, key: op.key, list: op.list.slice(0, end + 1) }]
  })
}

const appendsOf = (entry: Entry) => entry.ops.flatMap((op) => (op.f === 'append' ? [op] : []))

const slot = (key: string, value: number): string => JSON.stringify([key, value])

/** Where the entry's own looks do not fit together with each other and with what it had appended by then. */
function contradictions(entry: Entry): readonly string[] {
  const before = new Map<string, readonly number[]>()
  const appended = new Map<string, readonly number[]>()
  const stories: string[] = []
  for (const op of entry.ops) {
    const own = appended.get(op.key) ?? []
    if (op.f === 'append') {
      appended.set(op.key, [...own, op.value])
      continue
    }
    const split = op.list.length - own.length
    if (split < 0 || String(op.list.slice(split)) !== String(own)) {
      stories.push(`${nameOf(entry)} appended ${own} to ${op.key}, then read ${op.list}`)
      continue
    }
    const others = op.list.slice(0, split)
    const known = before.get(op.key)
    if (known && String(known) !== String(others))
      stories.push(`${nameOf(entry)} saw ${op.key} as ${known} and as ${others}`)
    before.set(op.key, others)
  }
  return stories
}

/**
 * The isolation checker: list-append history in, anomalies out. Empty for what a strict serializable store could do.
 *
 * Lists show the order of their versions, so dependencies are known, not guessed: who overwrote whom (ww), who read from
 * whom (wr), who missed whom (rw). A cycle is an anomaly, and its kind is told by the edges it needs (Adya 1999; Elle).
 *
 * @module
 */
import { cyclicComponents, shortestWay } from './graph.ts'
import { type Anomaly, type AnomalyKind, type Entry, type History, nameOf } from './history.ts'
import { type Observations, observe, readsOf } from './observations.ts'

type EdgeKind = 'ww' | 'wr' | 'rw' | 'process'

interface Edges {
  readonly nodes: readonly Entry[]
  readonly byKind: Readonly<Record<EdgeKind, readonly Set<number>[]>>
}

export function checkHistory(history: History): readonly Anomaly[] {
  const observations = observe(history)
  const edges = dependencies(history, observations)
  const cycles = cyclesOf(edges, [])
  return [...observations.anomalies, ...(cycles.length > 0 ? cycles : cyclesOf(edges, ['process']))]
}

function dependencies({ entries }: History, { orders, writerOf, happened }: Observations): Edges {
  const nodes = [...happened]
  const numbers = new Map(nodes.map((entry, number) => [entry, number]))
  const none = () => nodes.map(() => new Set<number>())
  const byKind = { ww: none(), wr: none(), rw: none(), process: none() }
  const link = (kind: EdgeKind, from: Entry | undefined, to: Entry | undefined): void => {
    const [a, b] = [from && numbers.get(from), to && numbers.get(to)]
    if (a !== undefined && b !== undefined && a !== b) byKind[kind][a]!.add(b)
  }
  for (const [key, order] of orders) {
    for (const [position, value] of order.entries())
      if (position > 0) link('ww', writerOf(key, order[position - 1]!), writerOf(key, value))
  }
  for (const entry of nodes) {
    if (entry.outcome !== 'ok') continue
    for (const { key, list } of readsOf(entry)) {
      if (list.length > 0) link('wr', writerOf(key, list.at(-1)!), entry)
      const next = orders
        .get(key)
        ?.slice(list.length)
        .find((value) => writerOf(key, value) !== entry)
      // Behind its own values others follow by ww.
      if (next !== undefined) link('rw', entry, writerOf(key, next))
    }
  }
  const last = new Map<number, Entry>()
  for (const entry of entries.toSorted((a, b) => a.index - b.index)) {
    if (entry.outcome !== 'ok') continue
    link('process', last.get(entry.process), entry)
    last.set(entry.process, entry)
  }
  return { nodes, byKind }
}

/** Cycles of the strictest kind there is; weaker kinds are only looked for where there is none. */
function cyclesOf({ nodes, byKind }: Edges, also: readonly EdgeKind[]): readonly Anomaly[] {
  const suffix = also.length > 0 ? '-process' : ''
  const graphOf = (kinds: readonly EdgeKind[]) =>
    nodes.map((_, node) => new Set(kinds.flatMap((kind) => [...byKind[kind][node]!])))
  const tell = (kind: string, way: readonly number[]): Anomaly => ({
    kind: `${kind}${suffix}` as AnomalyKind,
    story: way
      .map((node, step) => (step === 0 ? '' : ` -${edgeName(way[step - 1]!, node)}-> `) + nameOf(nodes[node]!))
      .join(''),
  })
  const edgeName = (from: number, to: number) =>
    (['ww', 'wr', 'rw', 'process'] as const).filter((kind) => byKind[kind][from]!.has(to)).join('/')
  const within = (kind: string, kinds: readonly EdgeKind[]): readonly Anomaly[] => {
    const graph = graphOf([...kinds, ...also])
    return cyclicComponents(graph).map(([node]) => tell(kind, shortestWay(graph, node!, node!)!))
  }

  const writes = within('G0', ['ww'])
  if (writes.length > 0) return writes
  const information = within('G1c', ['ww', 'wr'])
  if (information.length > 0) return information
  const forward = graphOf(['ww', 'wr', ...also])
  for (const [reader, missed] of byKind.rw.entries()) {
    for (const writer of missed) {
      const way = shortestWay(forward, writer, reader)
      if (way) return [tell('G-single', [reader, ...way])]
    }
  }
  return within('G2', ['ww', 'wr', 'rw'])
}

/**
 * Directed graphs: strongly connected components and shortest ways, for finding cycles.
 *
 * @module
 */

/** Where each node leads; nodes are numbers from 0. */
type Graph = readonly ReadonlySet<number>[]

/** Components of more than one node: every node of one lies on a cycle. Tarjan's algorithm, without recursion. */
export function cyclicComponents(graph: Graph): readonly (readonly number[])[] {
  const order = new Map<number, number>()
  const low = new Map<number, number>()
  const stack: number[] = []
  const onStack = new Set<number>()
  const components: number[][] = []
  for (const root of graph.keys()) {
    if (order.has(root)) continue
    const path = [{ node: root, rest: enter(root) }]
    while (path.length > 0) {
      const { node, rest } = path.at(-1)!
      const { value: next, done } = rest.next()
      if (!done) {
        if (!order.has(next)) path.push({ node: next, rest: enter(next) })
        else if (onStack.has(next)) low.set(node, Math.min(low.get(node)!, order.get(next)!))
        continue
      }
      path.pop()
      const parent = path.at(-1)?.node
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, low.get(node)!))
      if (low.get(node) === order.get(node)) {
        const component = stack.splice(stack.indexOf(node))
        for (const each of component) onStack.delete(each)
        if (component.length > 1) components.push(component)
      }
    }
  }
  return components

  function enter(node: number): Iterator<number, undefined> {
    order.set(node, order.size)
    low.set(node, order.get(node)!)
    stack.push(node)
    onStack.add(node)
    return graph[node]!.values() as Iterator<number, undefined>
  }
}

/** The nodes of a shortest way, both ends included; undefined where there is none. From a node to itself: a cycle. */
export function shortestWay(graph: Graph, from: number, to: number): readonly number[] | undefined {
  const cameFrom = new Map<number, number>()
  let border = [from]
  while (border.length > 0) {
    const further: number[] = []
    for (const node of border) {
      for (const next of graph[node]!) {
        if (cameFrom.has(next)) continue
        cameFrom.set(next, node)
        if (next === to) return back(cameFrom, from, to)
        further.push(next)
      }
    }
    border = further
  }
  return undefined
}

function back(cameFrom: ReadonlyMap<number, number>, from: number, to: number): readonly number[] {
  const way = [to]
  let node = cameFrom.get(to)!
  while (node !== from) {
    way.unshift(node)
    node = cameFrom.get(node)!
  }
  return [from, ...way]
}

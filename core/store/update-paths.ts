/**
 * Whether the paths of an update can stand side by side: DynamoDB refuses an update that names one place twice, a place
 * and a part of it, or one value both as a map and as a list.
 *
 * @module
 */
import { type DocumentPath, printPath } from '../data/document-path.ts'
import type { Update } from '../expression/update.ts'

interface Node {
  /** An action's path ends here. */
  named: boolean
  readonly children: Map<string | number, Node>
}

const newNode = (): Node => ({ named: false, children: new Map() })

/** What is wrong with the paths, if anything; `keys` are the attributes that no update may touch. */
export function updatePathsProblem(update: Update, keys: readonly string[]): string | undefined {
  const root = newNode()
  for (const { path } of update) {
    const [first] = path
    if (typeof first !== 'string') return `Expected a path that starts with an attribute, got ${printPath(path)}`
    if (keys.includes(first)) return `An update cannot change ${first}, which is part of the key`
    const problem = place(root, path)
    if (problem) return problem
  }
  return undefined
}

function place(root: Node, path: DocumentPath): string | undefined {
  let node = root
  for (const step of path) {
    if (node.named) return `Two paths of the update overlap: ${printPath(path)}`
    const [sibling] = node.children.keys()
    if (sibling !== undefined && typeof sibling !== typeof step)
      return `Two paths of the update clash: ${printPath(path)}`
    const next = node.children.get(step) ?? newNode()
    node.children.set(step, next)
    node = next
  }
  if (node.named || node.children.size > 0) return `Two paths of the update overlap: ${printPath(path)}`
  node.named = true
  return undefined
}

/**
 * A store of one's own, as small as it can be: tables are maps, and whatever is asked for walks all of one. It imports what
 * the package exports and nothing else, and passes the conformance suite, but for the change feed, which it lacks.
 *
 * @module
 */
import type {
  BulkOutcome,
  BulkWrite,
  CommitOutcome,
  Condition,
  Page,
  QueryRequest,
  RequestOptions,
  ScanRequest,
  Store,
  TableDefinition,
  WriteAction,
  WritePlan,
} from 'draftwork'
import {
  type AttributeValue,
  acceptBatch,
  acceptPlan,
  assertSameKeys,
  changeTable,
  compare,
  decide,
  dynamodbLimits,
  engineError,
  equal,
  evaluate,
  give,
  type Item,
  type ItemKey,
  indexed,
  itemAfter,
  itemProblem,
  itemSize,
  keyNames,
  keyProblem,
  PageBuilder,
  RecentPlans,
  requestProblem,
  type ScalarValue,
  scalarKey,
  valuesProblem,
} from 'draftwork/store'

interface Table {
  readonly definition: TableDefinition
  /** By the text of their key. */
  readonly items: Map<string, Item>
}

export function mapStore(): Store {
  const tables = new Map<string, Table>()
  const recent = new RecentPlans<readonly WriteAction[]>(Date.now)
  let isClosed = false

  /** Everything passes here. JavaScript runs one thing at a time, so what follows happens at one instant. */
  async function request<Answer>(act: () => Answer, { signal }: RequestOptions = {}): Promise<Answer> {
    if (isClosed) throw engineError('CLOSED', 'The store was closed', {})
    if (signal?.aborted) throw engineError('ABORTED', 'The request was aborted', {}, { cause: signal.reason })
    return act()
  }

  function tableOf(name: string): Table {
    const table = tables.get(name)
    if (table === undefined) throw rejected(`There is no table ${name}`)
    return table
  }

  function read(name: string, key: ItemKey): Item | undefined {
    const { definition, items } = tableOf(name)
    const problem = keyProblem(definition, key)
    if (problem) throw rejected(problem)
    const item = items.get(keyText(definition, key))
    return item && give(item)
  }

  function page(asked: QueryRequest | ScanRequest): Page {
    const { definition, items } = tableOf(asked.table)
    const problem = requestProblem(definition, asked)
    if (problem) throw rejected(problem)
    const index = definition.indexes.find(({ name }) => name === asked.index)
    const schema = index ?? definition
    const inOrder = (a: Item | ItemKey, b: Item | ItemKey): number =>
      keyNames(schema)
        .map((name) => compare(a[name]!, b[name]!) ?? 0)
        .find((order) => order !== 0) ?? (keyText(definition, a) < keyText(definition, b) ? -1 : 1)
    const isIn = (item: Item): boolean =>
      keyNames(schema).every((name) => Object.hasOwn(item, name)) && !valuesProblem(schema, item)
    const found = [...items.values()].filter((item) => isIn(item) && isWanted(item, asked, schema.partition.name))
    found.sort(inOrder)
    const isReverse = 'reverse' in asked && asked.reverse
    const { from } = asked
    const isSeen = (item: Item): boolean =>
      from !== undefined &&
      (keyText(definition, item) === keyText(definition, from) || inOrder(item, from) < 0 !== isReverse)
    const builder = new PageBuilder(asked, definition)
    for (const item of isReverse ? found.reverse() : found) {
      if (isSeen(item)) continue
      const full = builder.add(give(index ? indexed(definition, index, item) : item), itemSize(item))
      if (full) return full
    }
    return builder.end()
  }

  function commit(plan: WritePlan): CommitOutcome {
    const missing = plan.actions.find(({ table }) => !tables.has(table))
    if (missing) return { kind: 'invalid', reason: `There is no table ${missing.table}` }
    const definitionOf = ({ table }: WriteAction): TableDefinition => tableOf(table).definition
    const actions = acceptPlan(plan, definitionOf, dynamodbLimits)
    if ('kind' in actions) return actions
    const repeated = recent.find(plan.id)
    if (repeated !== undefined) {
      if (sameActions(repeated, actions)) return { kind: 'committed' }
      return { kind: 'invalid', reason: `Another plan was committed under the id ${plan.id}` }
    }
    const present = actions.map(({ table, key }) => read(table, key))
    const problemOf = (action: WriteAction, next: Item) => itemProblem(next, definitionOf(action), dynamodbLimits)
    const { outcome, next } = decide(actions, present, problemOf)
    if (next === undefined) return outcome
    for (const [position, { kind, table, key }] of actions.entries()) {
      if (kind !== 'check') set(table, key, next[position])
    }
    if (actions.length > 1) recent.add(plan.id, actions)
    return outcome
  }

  function write(writes: readonly BulkWrite[]): BulkOutcome {
    const accepted = acceptBatch(writes, ({ table }) => tableOf(table).definition, dynamodbLimits)
    if ('problem' in accepted) throw rejected(accepted.problem)
    for (const each of accepted) set(each.table, each.key, itemAfter(each))
    return { unprocessed: [], reasons: [] }
  }

  function set(name: string, key: ItemKey, item: Item | undefined): void {
    const { definition, items } = tableOf(name)
    if (item === undefined) items.delete(keyText(definition, key))
    else items.set(keyText(definition, key), item)
  }

  return {
    limits: dynamodbLimits,
    read: (addresses, options) => request(() => addresses.map(({ table, key }) => read(table, key)), options),
    query: (query, options) => request(() => page(query), options),
    scan: (scan, options) => request(() => page(scan), options),
    commit: (plan, options) => request(() => commit(plan), options),
    write: (writes, options) => request(() => (writes.length === 0 ? nothingLeft : write(writes)), options),
    // biome-ignore lint/correctness/useYield: it ends before there is anything
    async *changes() {
      throw rejected('This store tells no changes')
    },
    createTable: (definition, options) =>
      request(() => {
        const present = tables.get(definition.table)
        if (present) assertSameKeys(present.definition, definition)
        if (!present) tables.set(definition.table, { definition, items: new Map() })
      }, options),
    deleteTable: (name, options) => request(() => void tables.delete(name), options),
    describeTable: (name, options) =>
      request(() => (tables.has(name) ? { ...tableOf(name).definition, status: 'active' } : undefined), options),
    updateTable: (change, options) =>
      request(() => {
        const { definition, items } = tableOf(change.table)
        const next = changeTable(definition, change)
        if (typeof next === 'string') throw rejected(next)
        tables.set(change.table, { definition: next, items })
      }, options),
    async close() {
      isClosed = true
    },
  }
}

const rejected = (reason: string) => engineError('REJECTED', reason, { reason })

const nothingLeft: BulkOutcome = { unprocessed: [], reasons: [] }

const sameActions = (a: readonly WriteAction[], b: readonly WriteAction[]): boolean =>
  equal(a as unknown as AttributeValue, b as unknown as AttributeValue)

const keyText = (definition: TableDefinition, key: Item | ItemKey): string =>
  JSON.stringify(keyNames(definition).map((name) => scalarKey(key[name] as ScalarValue)))

/** Of the partition and within the bounds of a query, or of the segment of a scan. */
function isWanted(item: Item, asked: QueryRequest | ScanRequest, partition: string): boolean {
  if ('partition' in asked) {
    if (!equal(item[partition], asked.partition.value)) return false
    return asked.sort === undefined || evaluate(boundsOf(asked.sort), item)
  }
  if (asked.segment === undefined) return true
  const text = scalarKey(item[partition] as ScalarValue)
  const hash = [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 65_521, 0)
  return hash % asked.segment.of === asked.segment.index
}

function boundsOf({ attribute, ...bounds }: NonNullable<QueryRequest['sort']>): Condition {
  const path = [attribute]
  if (bounds.operator === 'between') return { kind: 'between', path, low: bounds.low, high: bounds.high }
  if (bounds.operator === 'begins-with') return { kind: 'begins-with', path, prefix: bounds.prefix }
  return { kind: 'compare', path, operator: bounds.operator, value: bounds.value }
}

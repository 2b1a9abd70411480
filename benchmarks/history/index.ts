/**
 * What a history costs: requests and write units a commit, with history, without, and with the textbook outbox, a second
 * item in a transaction.
 *
 * Requests are counted as they leave the client. Units are added up from the sizes of the items before and after each
 * write, as DynamoDB bills them, since DynamoDB Local misreports those of transactions. Sealing is part of it.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import * as t from 'io-ts'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { type Item, itemSize } from '../../core/data/item.ts'
import { createEngine, defineModel, type Store } from '../../core/index.ts'
import { writeUnits } from '../../core/store/capacity.ts'
import { passingStore } from '../../test/support/passing-store.ts'
import { type Counted, connect, counting, tableName } from '../dynamodb.ts'
import { exactly } from '../spread.ts'
import type { Context, Report, Row, Section, Suite } from '../suite.ts'

const SIZES = [500, 1000, 3000, 10_000]
const WIDE = 10

interface Cost {
  readonly requests: number
  readonly units: number
}

/** A way to change records one after the other. Resolves to what it wrote, in units. */
interface Way {
  readonly name: string
  open(
    table: string,
    journal: string,
  ): { commit(ids: readonly string[], n: number): Promise<void>; end(): Promise<void> }
}

const unitsOf = (before: Item | undefined, after: Item | undefined): number =>
  writeUnits(Math.max(before ? itemSize(before) : 0, after ? itemSize(after) : 0))

async function run({ options, log, confirm }: Context): Promise<Report> {
  const commits = options.quick ? 150 : 1000
  await confirm({ reads: commits * SIZES.length * 60, writes: commits * SIZES.length * 120, storedMegabytes: 5 })
  const makeClient = await connect(options)
  const counted = counting(makeClient())
  // Looks at items before and after each write; its requests do not count.
  const looking = dynamodbStore({ client: makeClient() })
  let units = 0

  /** The store that adds up what commits cost. */
  function metered(store: Store): Store {
    const looks = (plan: Parameters<Store['commit']>[0]) => looking.read(plan.actions, { consistent: true })
    // Sealing goes on beside commits, but never two writes of one item at once: what is looked at holds still.
    let turn = Promise.resolve()
    return passingStore(store, {
      commit(plan, given) {
        const own = turn.then(async () => {
          const before = await looks(plan)
          const outcome = await store.commit(plan, given)
          const after = await looks(plan)
          const factor = plan.actions.length > 1 ? 2 : 1
          for (const i of plan.actions.keys()) units += factor * unitsOf(before[i], after[i])
          return outcome
        })
        turn = own.then(
          () => undefined,
          () => undefined,
        )
        return own
      },
    })
  }

  const unitOfWork = (history: boolean): Way => ({
    name: history ? 'draftwork, with history' : 'draftwork, history: false',
    open(table, journalTable) {
      const Doc = defineModel({
        name: 'Doc',
        table,
        key: { partition: 'id' },
        schema: t.type({ id: t.string, n: t.number, text: t.string }),
        history,
      })
      const store = metered(dynamodbStore({ client: counted.client }))
      const engine = createEngine({ store, models: [Doc], journalTable, scheduler: false })
      return {
        commit: (ids, n) =>
          engine.unitOfWork.run('change document', async (work) => {
            const docs = await work.getMany(
              Doc,
              ids.map((id) => ({ id })),
            )
            for (const doc of docs) {
              work.change(doc!, (draft) => {
                draft.n = n
              })
            }
          }),
        end: () => engine.close(),
      }
    },
  })

  const outbox: Way = {
    name: 'outbox: a second item in a transaction',
    open: (table, journal) => ({
      async commit(ids, n) {
        const keys = ids.map((id) => ({ table, key: { id } }))
        const before = await looking.read(keys, { consistent: true })
        const at = new Date().toISOString()
        const commit = randomUUID()
        const writes = ids.flatMap((id, i): TransactWriteItem[] => {
          const old = Number(before[i]!['n'])
          const event = JSON.stringify({ name: 'change document', at, changes: [{ path: 'n', old, new: n }] })
          return [
            {
              Update: {
                TableName: table,
                Key: { id: { S: id } },
                UpdateExpression: 'SET n = :new',
                ConditionExpression: 'n = :old',
                ExpressionAttributeValues: { ':new': { N: String(n) }, ':old': { N: String(old) } },
              },
            },
            {
              Put: {
                TableName: journal,
                Item: { p: { S: `E#${id}` }, s: { S: `${at}#${commit}` }, event: { S: event } },
              },
            },
          ]
        })
        await counted.client.send(new TransactWriteItemsCommand({ TransactItems: writes }))
        const after = await looking.read(keys, { consistent: true })
        for (const i of ids.keys()) {
          const put = writes[2 * i + 1]!.Put!.Item!
          const event = Object.fromEntries(Object.entries(put).map(([name, value]) => [name, value.S!]))
          units += 2 * (unitsOf(before[i], after[i]) + unitsOf(undefined, event))
        }
      },
      async end() {},
    }),
  }

  const ways = [unitOfWork(true), unitOfWork(false), outbox]

  async function measure(way: Way, size: number, records: number): Promise<Cost> {
    const table = tableName(options, 'documents')
    const journal = tableName(options, 'journal')
    const tables = [
      { table, partition: { name: 'id', type: 'S' as const }, indexes: [] },
      {
        table: journal,
        partition: { name: 'p', type: 'S' as const },
        sort: { name: 's', type: 'S' as const },
        indexes: [],
      },
    ]
    await Promise.all(tables.map((definition) => looking.createTable(definition)))
    try {
      const ids = Array.from({ length: records }, (_, i) => `document-${i}`)
      const { commit, end } = way.open(table, journal)
      for (const id of ids) {
        const bare: Item = { id, n: 1_000_000, text: '' }
        const item = { ...bare, text: 'x'.repeat(size - itemSize(bare)) }
        await looking.commit({
          id: randomUUID(),
          actions: [{ kind: 'put', table, key: { id }, item, condition: { kind: 'all', conditions: [] } }],
        })
      }
      const wide = Math.ceil(commits / records)
      units = 0
      const requests = writesSent(counted)
      for (let n = 0; n < wide; n++) await commit(ids, 1_000_001 + n)
      await end()
      return { requests: (writesSent(counted) - requests) / wide, units: units / wide }
    } finally {
      await Promise.all(tables.map((definition) => looking.deleteTable(definition.table)))
    }
  }

  const sections: Section[] = []
  const wanted: Report['wanted'][number][] = []
  for (const records of [1, WIDE]) {
    for (const size of SIZES) {
      log(`${records} records of ${size} bytes`)
      const costs = new Map<Way, Cost>()
      for (const way of ways) costs.set(way, await measure(way, size, records))
      const base = costs.get(outbox)!.units
      sections.push({
        title: `${records === 1 ? 'one record' : `${records} records`} of ${size.toLocaleString('en')} bytes a commit`,
        columns: [
          { name: '× units of the outbox', better: 'less', digits: 2 },
          { name: 'write units', better: 'less', digits: 2 },
          { name: 'requests besides the read', better: 'less', digits: 2 },
        ],
        rows: [...costs].map(
          ([{ name }, cost]): Row => ({
            name,
            figures: [exactly(cost.units / base), exactly(cost.units), exactly(cost.requests)],
          }),
        ),
      })
      if (records > 1) continue
      const ours = costs.get(ways[0]!)!
      const share = ours.units / base
      const what = `one record of ${size} bytes`
      wanted.push(
        { what: `${what}: requests`, wanted: '≤ 1.3', got: ours.requests.toFixed(2), holds: ours.requests <= 1.3 },
        { what: `${what}: units of the outbox's`, wanted: '≤ 0.60', got: share.toFixed(2), holds: share <= 0.6 },
      )
    }
  }
  return { sections, wanted }
}

/** Writes and what sealing asks for; not the reads that every way needs. */
const writesSent = ({ writes }: Counted): number => writes

const suite: Suite = {
  name: 'history',
  question: 'What does a history cost?',
  run,
}
export default suite

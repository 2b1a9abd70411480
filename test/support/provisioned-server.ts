/**
 * A server on loopback that answers like DynamoDB and enforces provisioned capacity: its buckets are those of the memory
 * store's adversity. It stores what it is sent and looks at no condition: what is measured is pace, not meaning.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mapFromWire, type WireMap } from '../../adapters/dynamodb/attribute-values.ts'
import { CapacityMeter, type Charge } from '../../adapters/memory/capacity-meter.ts'
import type { ProvisionedTable } from '../../adapters/memory/capacity-plan.ts'
import { itemSize } from '../../core/data/item.ts'
import { readUnits, writeUnits } from '../../core/store/capacity.ts'

export interface ProvisionedServer {
  readonly endpoint: string
  /** Makes a table, or gives it another capacity. All have a partition key `id`, but for those of the engine: `p` and `s`. */
  provision(table: string, provisioned: ProvisionedTable): void
  /** Units written to the table since it was made, and requests refused for lack of them. */
  statistics(table: string): { readonly units: number; readonly throttled: number; readonly requests: number }
  close(): Promise<void>
}

interface Stored {
  readonly item: WireMap
  readonly bytes: number
}

interface Answer {
  readonly status: number
  readonly body: object
}

// biome-ignore lint/suspicious/noExplicitAny: inputs of many operations, as they come
type Input = any

export async function provisionedServer(): Promise<ProvisionedServer> {
  const database = new Database()
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
      const { status, body } = database.answer(operation, JSON.parse(text || '{}'))
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.keepAliveTimeout = 60_000
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    provision: (table, provisioned) => database.provision(table, provisioned),
    statistics: (table) => database.statistics(table),
    close: () => closed(server),
  }
}

class Database {
  readonly #meter = new CapacityMeter({ tables: {} }, () => performance.timeOrigin + performance.now())
  readonly #items = new Map<string, Map<string, Stored>>()
  readonly #statistics = new Map<string, { units: number; throttled: number; requests: number }>()

  provision(table: string, provisioned: ProvisionedTable): void {
    this.#meter.provision(table, provisioned)
  }

  statistics(table: string) {
    const known = this.#statistics.get(table)
    if (known) return known
    const fresh = { units: 0, throttled: 0, requests: 0 }
    this.#statistics.set(table, fresh)
    return fresh
  }

  answer(operation: string, input: Input): Answer {
    switch (operation) {
      case 'PutItem':
        return this.#write(input.TableName, input.Item, input.Item)
      case 'UpdateItem':
        return this.#write(input.TableName, input.Key, { ...input.Key, ...valuesOf(input) })
      case 'DeleteItem':
        return this.#write(input.TableName, input.Key, undefined)
      case 'BatchWriteItem':
        return this.#batch(input.RequestItems)
      case 'TransactWriteItems':
        return this.#transact(input.TransactItems)
      case 'GetItem':
        return this.#get(input)
      case 'Query':
        return this.#query(input)
      case 'DescribeTable':
        return this.#describe(input.TableName)
      default:
        return { status: 400, body: { __type: `${PREFIX}UnknownOperationException`, message: operation } }
    }
  }

  #write(table: string, key: WireMap, item: WireMap | undefined): Answer {
    const charge = this.#chargeOf(table, key, item, 1)
    const reasons = this.#take(table, [charge])
    if (reasons.length > 0) return throttled(reasons)
    this.#store(table, key, item)
    return ok({ ConsumedCapacity: consumed(charge) })
  }

  #batch(requests: { readonly [table: string]: readonly Input[] }): Answer {
    const unprocessed: { [table: string]: Input[] } = {}
    const units: Charge[] = []
    let reasons: readonly string[] = []
    for (const [table, writes] of Object.entries(requests)) {
      for (const write of writes) {
        const [key, item] = [write.PutRequest?.Item ?? write.DeleteRequest?.Key, write.PutRequest?.Item]
        const charge = this.#chargeOf(table, key, item, 1)
        const lacking = this.#take(table, [charge])
        if (lacking.length > 0) {
          reasons = lacking
          unprocessed[table] = [...(unprocessed[table] ?? []), write]
        } else {
          this.#store(table, key, item)
          units.push(charge)
        }
      }
    }
    if (units.length === 0 && reasons.length > 0) return throttled(reasons)
    return ok({ UnprocessedItems: unprocessed, ConsumedCapacity: units.map(consumed) })
  }

  #transact(actions: readonly Input[]): Answer {
    const charges = actions.map((each) => {
      const action = each.Put ?? each.Update ?? each.Delete ?? each.ConditionCheck
      const item = each.Put?.Item ?? (each.Update && { ...action.Key, ...valuesOf(action) })
      return {
        key: action.Item ?? action.Key,
        item,
        charge: this.#chargeOf(action.TableName, action.Item ?? action.Key, item, 2),
      }
    })
    const reasons = this.#take(
      charges[0]!.charge.table,
      charges.map(({ charge }) => charge),
    )
    if (reasons.length > 0) {
      const CancellationReasons = charges.map(() => ({ Code: 'ProvisionedThroughputExceeded', Message: reasons[0] }))
      const message = 'Transaction cancelled, please refer cancellation reasons for specific reasons'
      return { status: 400, body: { __type: `${PREFIX}TransactionCanceledException`, message, CancellationReasons } }
    }
    for (const { key, item, charge } of charges) this.#store(charge.table, key, item)
    return ok({ ConsumedCapacity: charges.map(({ charge }) => consumed(charge)) })
  }

  #get({ TableName: table, Key, ConsistentRead }: Input): Answer {
    const found = this.#table(table).get(keyText(Key))
    const units = readUnits(found?.bytes ?? 0, ConsistentRead === true)
    const charge: Charge = { table, kind: 'read', units }
    const reasons = this.#take(table, [charge])
    return reasons.length > 0 ? throttled(reasons) : ok({ Item: found?.item, ConsumedCapacity: consumed(charge) })
  }

  /** By partition key alone, which is all that leases need. */
  #query({
    TableName: table,
    KeyConditionExpression,
    ExpressionAttributeNames,
    ExpressionAttributeValues,
  }: Input): Answer {
    const [, name, value] = /^(#\w+) = (:\w+)$/.exec(KeyConditionExpression) ?? []
    const wanted = JSON.stringify(ExpressionAttributeValues[value!])
    const items = [...this.#table(table).values()]
      .map(({ item }) => item)
      .filter((item) => JSON.stringify(item[ExpressionAttributeNames[name!]]) === wanted)
    return ok({ Items: items, Count: items.length })
  }

  #describe(table: string): Answer {
    const found = this.#meter.provisioned(table)
    const ProvisionedThroughput = { ReadCapacityUnits: found?.read ?? 0, WriteCapacityUnits: found?.write ?? 0 }
    return ok({ Table: { TableName: table, TableStatus: 'ACTIVE', ProvisionedThroughput } })
  }

  #chargeOf(table: string, key: WireMap, item: WireMap | undefined, factor: number): Charge {
    const before = this.#table(table).get(keyText(key))?.bytes ?? 0
    const after = item ? itemSize(mapFromWire(item)) : 0
    return { table, kind: 'write', units: writeUnits(Math.max(before, after)) * factor }
  }

  /** Reasons to refuse; otherwise the units are taken. */
  #take(table: string, charges: readonly Charge[]): readonly string[] {
    const statistics = this.statistics(table)
    statistics.requests++
    const reasons = this.#meter.lacks(charges)
    if (reasons.length > 0) statistics.throttled++
    else {
      this.#meter.take(charges)
      for (const { kind, units } of charges) if (kind === 'write') statistics.units += units
    }
    return reasons
  }

  #store(table: string, key: WireMap, item: WireMap | undefined): void {
    if (item) this.#table(table).set(keyText(key), { item, bytes: itemSize(mapFromWire(item)) })
    else this.#table(table).delete(keyText(key))
  }

  #table(table: string): Map<string, Stored> {
    const known = this.#items.get(table) ?? new Map<string, Stored>()
    this.#items.set(table, known)
    return known
  }
}

const PREFIX = 'com.amazonaws.dynamodb.v20120810#'

const ok = (body: object): Answer => ({ status: 200, body })

function throttled(reasons: readonly string[]): Answer {
  const message =
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.'
  const ThrottlingReasons = reasons.map((text) => {
    const [reason, resource] = text.split(' ')
    return { reason, resource }
  })
  return {
    status: 400,
    body: { __type: `${PREFIX}ProvisionedThroughputExceededException`, message, ThrottlingReasons },
  }
}

const consumed = ({ table, units }: Charge) => ({
  TableName: table,
  CapacityUnits: units,
  Table: { CapacityUnits: units },
})

const keyText = ({ id, p, s }: WireMap): string => JSON.stringify(id ?? [p, s])

/** What an update brings along, as attributes of some name. */
const valuesOf = ({ ExpressionAttributeValues = {} }: Input): WireMap =>
  Object.fromEntries(
    Object.entries(ExpressionAttributeValues).map(([name, value]) => [name.slice(1), value]),
  ) as WireMap

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

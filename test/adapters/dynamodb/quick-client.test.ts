import { createHash, createHmac } from 'node:crypto'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore, tunedClient } from '../../../adapters/dynamodb/index.ts'
import * as u from '../../../core/expression/update.ts'
import { put, update } from '../../conformance/bench.ts'
import { onLocal, plan } from './local-table.ts'

const local = await onLocal(test)

/** Signed headers of a request, as they would travel. */
type Headers = Readonly<Record<string, string>>

interface Sent {
  readonly headers: Headers
  readonly body: string
}

/** Answers nothing to everything and keeps what was sent. */
function recorder(): {
  readonly requestHandler: NonNullable<DynamoDBClientConfig['requestHandler']>
  readonly sent: Sent[]
} {
  const sent: Sent[] = []
  const handle = async ({ headers, body }: { readonly headers: Headers; readonly body: string | Uint8Array }) => {
    sent.push({ headers, body: typeof body === 'string' ? body : new TextDecoder().decode(body) })
    return { response: { statusCode: 200, headers: {}, body: new TextEncoder().encode('{}') } }
  }
  return { requestHandler: { handle } as never, sent }
}

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const read = { table: 't', key: { id: 'a' } }

const makes = { plain: (config: DynamoDBClientConfig) => new DynamoDBClient(config), tuned: tunedClient }

for (const [kind, make] of Object.entries(makes))
  test(`middleware that is added, moved or removed later is honoured by the next request, read or write (${kind})`, async () => {
    const { requestHandler } = recorder()
    const client = make({ region: 'eu-north-1', credentials, requestHandler })
    const store = dynamodbStore({ client })
    const seen: string[] = []
    const both = async (): Promise<string> => {
      seen.length = 0
      await store.read([read], { consistent: true })
      await store.commit(plan(update('t', 'a', [u.set(['n'], 1)])))
      return seen.join(' ')
    }
    const note = (name: string) => (next: (args: never) => Promise<never>) => (args: never) => {
      seen.push(name)
      return next(args)
    }
    assert.is(await both(), '')
    client.middlewareStack.add(note('one') as never, { step: 'initialize', name: 'one' })
    assert.is(await both(), 'one one')
    client.middlewareStack.addRelativeTo(note('two') as never, { relation: 'before', toMiddleware: 'one', name: 'two' })
    assert.is(await both(), 'two one two one')
    client.middlewareStack.remove('one')
    client.middlewareStack.remove('two')
    client.middlewareStack.add(note('late') as never, { step: 'finalizeRequest', priority: 'low' })
    client.middlewareStack.add(note('early') as never, { step: 'initialize' })
    assert.is(await both(), 'early late early late')
  })

const silent = (): void => {}
const silentLogger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent }

test('a logger of the caller’s is told of each request, also one set later', async () => {
  const told: unknown[] = []
  const logger = { ...silentLogger, info: (line: unknown) => told.push(line) }
  for (const make of Object.values(makes)) {
    told.length = 0
    const client = make({ region: 'eu-north-1', credentials, requestHandler: recorder().requestHandler, logger })
    await dynamodbStore({ client }).read([read], { consistent: true })
    assert.is(told.length, 1)
  }
  told.length = 0
  const client = new DynamoDBClient({ region: 'eu-north-1', credentials, requestHandler: recorder().requestHandler })
  const store = dynamodbStore({ client })
  await store.read([read], { consistent: true })
  client.config.logger = logger
  await store.read([read], { consistent: true })
  assert.is(told.length, 1)
})

const isShort = ({ headers }: Sent): boolean => headers['amz-sdk-invocation-id'] === undefined

/** What was signed for: the parts of a signature that do not hold the time. */
const signedBy = ({ authorization, host }: Headers): string =>
  `${host} ${/Credential=(\S+?)\/\d{8}(\S+), SignedHeaders=(\S+),/.exec(authorization!)!.slice(1).join(' ')}`

/** The signature that a request should have, worked out from what it says it signed. */
function signatureOf({ headers, body }: Sent): string {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const [, scope, names] = /Credential=[^/]+\/(\S+), SignedHeaders=(\S+),/.exec(headers['authorization']!)!
  const signed = names!.split(';').map((name) => `${name}:${headers[name]}\n`)
  const canonical = `POST\n/\n\n${signed.join('')}\n${names}\n${hash(body)}`
  const key = scope!.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  return hmac(key, `AWS4-HMAC-SHA256\n${headers['x-amz-date']}\n${scope}\n${hash(canonical)}`).toString('hex')
}

for (const [kind, make] of Object.entries(makes))
  test(`each request is signed, the SDK’s and the store’s own, for the same place (${kind})`, async () => {
    for (const sessionToken of [undefined, 'token']) {
      const { requestHandler, sent } = recorder()
      const session = { ...credentials, ...(sessionToken !== undefined && { sessionToken }) }
      const store = dynamodbStore({ client: make({ region: 'eu-north-1', credentials: session, requestHandler }) })
      for (let i = 0; i < 2; i++) {
        await store.read([read], { consistent: true })
        await store.commit({ id: 'same', actions: [put('t', { id: 'a', n: 1, bytes: new Uint8Array([1, 2, 3]) })] })
      }
      assert.is(sent.length, 4)
      const [first, write, ...short] = sent
      for (const [i, each] of sent.entries()) {
        assert.match(each.headers['authorization']!, `Signature=${signatureOf(each)}`, `request ${i}`)
        assert.is(each.headers['x-amz-security-token'], sessionToken)
        assert.equal(signedBy(each.headers).split(' ').slice(0, 3), signedBy(first!.headers).split(' ').slice(0, 3))
      }
      // Those behind the first of their kind are signed in fewer headers, and say the same.
      assert.equal(
        short.map(({ body }) => JSON.parse(body)),
        [first, write].map((each) => JSON.parse(each!.body)),
      )
      assert.ok(short.every(isShort))
      for (const { headers, body } of short) assert.is(headers['content-length'], String(Buffer.byteLength(body)))
    }
  })

/** Reads three times; which of the requests went without the SDK's pipeline. */
async function ways(config: DynamoDBClientConfig, prepare = (client: DynamoDBClient): DynamoDBClient => client) {
  const { requestHandler, sent } = recorder()
  const client = prepare(new DynamoDBClient({ region: 'eu-north-1', credentials, requestHandler, ...config }))
  const store = dynamodbStore({ client })
  for (let i = 0; i < 3; i++) await store.read([read], { consistent: true })
  return sent.map((each) => (isShort(each) ? 'short' : 'pipeline')).join(' ')
}

test('a client as the SDK makes it goes the short way, also under a document client', async () => {
  assert.is(await ways({}), 'pipeline short short')
  assert.is(
    await ways({ maxAttempts: 7, endpoint: 'http://127.0.0.1:1', customUserAgent: 'us' }),
    'pipeline short short',
  )
  assert.is(await ways({}, DynamoDBDocumentClient.from), 'pipeline short short')
})

test('whatever takes part in requests keeps them in the pipeline', async () => {
  const all = 'pipeline pipeline pipeline'
  const { sha256, signer } = new DynamoDBClient({ region: 'eu-north-1', credentials }).config
  assert.is(await ways({ retryMode: 'adaptive' }), all)
  assert.is(await ways({ signer: (scheme) => signer(scheme) }), all)
  assert.is(await ways({ sha256: class extends sha256 {} as never }), all)
  assert.is(await ways({ logger: silentLogger }), all)
  const added = (client: DynamoDBClient) => {
    client.middlewareStack.add((next) => (args) => next(args), { step: 'build', name: 'mine' })
    return client
  }
  assert.is(await ways({}, added), all)
  const replaced = (client: DynamoDBClient) => {
    const place = { step: 'initialize', tags: ['LOGGER'], name: 'loggerMiddleware', override: true } as never
    client.middlewareStack.add((next) => (args) => next(args), place)
    return client
  }
  assert.is(await ways({}, replaced), all)
})

// Where a request goes was kept for all of its kind, so that a table of another account was asked for in the caller's own.
test('a table that is named by its ARN is looked for in its own account, and no other table is', async () => {
  const { requestHandler, sent } = recorder()
  const account = (id: number) => String(id).repeat(12)
  const ofAccount = { ...credentials, accountId: account(1) }
  const store = dynamodbStore({
    client: new DynamoDBClient({ region: 'eu-north-1', credentials: ofAccount, requestHandler }),
  })
  const tables = [1, 2, 3, 1].map((id) => (id === 1 ? 'own' : `arn:aws:dynamodb:eu-north-1:${account(id)}:table/t`))
  const actions: ((table: string) => Promise<unknown>)[] = [
    (table) => store.read([{ table, key: { id: 'a' } }], { consistent: true }),
    (table) => store.scan({ table, consistent: true }),
    (table) => store.write([{ kind: 'delete', table, key: { id: 'a' } }]),
    (table) => store.commit(plan(put(table, { id: 'a' }), put(table, { id: 'b' }))),
  ]
  for (const act of actions) {
    sent.length = 0
    for (const table of tables) await act(table)
    assert.equal(
      sent.map(({ headers }) => headers['host']),
      [1, 2, 3, 1].map((id) => `${account(id)}.ddb.eu-north-1.amazonaws.com`),
    )
    assert.ok(isShort(sent.at(-1)!))
  }
})

test('the pipeline is asked anew after a minute', async () => {
  const { requestHandler, sent } = recorder()
  const store = dynamodbStore({ client: new DynamoDBClient({ region: 'eu-north-1', credentials, requestHandler }) })
  const { now } = Date
  try {
    for (const seconds of [0, 1, 59, 61, 62]) {
      Date.now = () => now() + seconds * 1000
      await store.read([read], { consistent: true })
    }
  } finally {
    Date.now = now
  }
  assert.equal(sent.map(isShort), [false, true, true, false, true])
})

// A success gives back what failures use up. Without it, a client that met fifty failures would never repeat a read again.
test('the SDK’s retries hear of successes on the short way', async () => {
  const { requestHandler } = recorder()
  const client = new DynamoDBClient({ region: 'eu-north-1', credentials, requestHandler })
  const strategy = (await client.config.retryStrategy()) as unknown as { capacity: number }
  const store = dynamodbStore({ client })
  await store.read([read], { consistent: true })
  strategy.capacity = 100
  for (let i = 0; i < 10; i++) await store.read([read], { consistent: true })
  assert.is(strategy.capacity, 110)
})

// The trace's header was kept with the form of a request, so that later requests would have told an old trace.
test('on Lambda each request tells the trace of its own invocation', async () => {
  const { env } = process
  try {
    process.env = { ...env, AWS_LAMBDA_FUNCTION_NAME: 'f' }
    const { requestHandler, sent } = recorder()
    const store = dynamodbStore({ client: new DynamoDBClient({ region: 'eu-north-1', credentials, requestHandler }) })
    for (const trace of ['one', 'two', undefined]) {
      if (trace === undefined) delete process.env['_X_AMZN_TRACE_ID']
      else process.env['_X_AMZN_TRACE_ID'] = trace
      await store.read([read], { consistent: true })
    }
    assert.equal(
      sent.map(({ headers }) => headers['X-Amzn-Trace-Id']),
      ['one', 'two', undefined],
    )
    assert.equal(sent.map(isShort), [false, true, true])
  } finally {
    process.env = env
  }
})

test('a tuned client takes new credentials when the old ones end, and region and endpoint as usual', async () => {
  const { requestHandler, sent } = recorder()
  let n = 0
  const expiring = async () => ({
    ...credentials,
    accessKeyId: `KEY${++n}`,
    expiration: new Date(Date.now() + (n === 1 ? -1 : 3600_000)),
  })
  const client = tunedClient({ region: 'eu-west-1', credentials: expiring, requestHandler })
  const store = dynamodbStore({ client })
  for (let i = 0; i < 3; i++) await store.read([read], { consistent: true })
  const keys = sent.map(({ headers }) => signedBy(headers).split(' ')[1])
  assert.is(keys.at(-1), `KEY${n}`)
  assert.is.not(keys.at(-1), 'KEY1')
  assert.match(signedBy(sent[0]!.headers), 'dynamodb.eu-west-1.amazonaws.com')
  assert.match(signedBy(sent[0]!.headers), '/eu-west-1/dynamodb/aws4_request')

  const other = recorder()
  const elsewhere = tunedClient({
    region: 'local',
    endpoint: 'http://127.0.0.1:1',
    credentials,
    requestHandler: other.requestHandler,
  })
  await dynamodbStore({ client: elsewhere }).read([read], { consistent: true })
  assert.match(signedBy(other.sent[0]!.headers), '127.0.0.1:1 AKIDEXAMPLE /local/dynamodb')
})

test('a tuned client’s own requests are signed with new credentials as soon as there are some', async () => {
  const { requestHandler, sent } = recorder()
  const expiration = new Date(Date.now() + 3600_000)
  let n = 0
  const provider = async () => ({ ...credentials, accessKeyId: `KEY${++n}`, ...(n === 1 && { expiration }) })
  const store = dynamodbStore({ client: tunedClient({ region: 'eu-west-1', credentials: provider, requestHandler }) })
  for (let i = 0; i < 4; i++) {
    if (i === 2) expiration.setTime(0)
    await store.read([read], { consistent: true })
  }
  assert.equal(
    sent.map(({ headers }) => signedBy(headers).split(' ')[1]),
    ['KEY1', 'KEY1', 'KEY2', 'KEY2'],
  )
})

local('a tuned client reads and writes, also under a document client', async ({ table, endpoint }) => {
  const client = tunedClient({ endpoint, region: 'local', credentials })
  for (const each of [client, DynamoDBDocumentClient.from(client)]) {
    const store = dynamodbStore({ client: each })
    const item = { id: 'tuned', n: 1 }
    assert.equal(await store.commit(plan(put(table, item))), { kind: 'committed' })
    assert.equal(await store.read([{ table, key: { id: 'tuned' } }], { consistent: true }), [item])
  }
  client.destroy()
})

test.run()

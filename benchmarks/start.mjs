// `npm run bench`: installs what the suites compare with, compiles them together with the library, and runs them as plain
// JavaScript: what a loader adds on the fly would be measured too. Neither users nor `npm test` come here.
import { execFileSync, execSync } from 'node:child_process'
import { existsSync, rmSync, statSync } from 'node:fs'

const installed = 'benchmarks/node_modules/.package-lock.json'
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('benchmarks/package-lock.json').mtimeMs) {
  console.log('Installing what the benchmarks compare with (once) …')
  execSync('npm ci --ignore-scripts --no-audit --no-fund', {
    cwd: 'benchmarks',
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
rmSync('benchmarks/dist', { recursive: true, force: true })
execFileSync('node_modules/.bin/tsc', ['-p', 'benchmarks', '--pretty', 'false'], { stdio: 'inherit' })

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
// Of the SDK v2, which a peer stands on.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = 'true'
await import('./dist/benchmarks/run.js')

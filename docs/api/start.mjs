// `npm run docs`: the API reference from doc comments, into docs/api/out. typedoc needs a TypeScript older than the project's
// own, so both live in a package apart, installed on first use; neither users nor `npm test` come here.
// Fails where a public name or signature has no doc comment.
import { execSync, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

const cwd = 'docs/api'
const installed = `${cwd}/node_modules/.package-lock.json`
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(`${cwd}/package-lock.json`).mtimeMs) {
  console.log('Installing typedoc (once) …')
  execSync('npm ci --no-audit --no-fund', { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}

const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/typedoc/bin/typedoc'], {
  cwd,
  encoding: 'utf8',
  env: { ...process.env, NO_COLOR: '1' },
})
const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
const undocumented = lines.filter((line) => line.includes('does not have any documentation'))
for (const line of lines) console.log(line)
console.log(`${undocumented.length} public names or signatures have no doc comment of their own`)
console.log(`open ${cwd}/out/index.html`)
process.exitCode = undocumented.length > 0 ? 1 : (status ?? 1)

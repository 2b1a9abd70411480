// Every check of the project, one after the other, and one closing line that counts them: `N passed, N failed`.
import { spawn } from 'node:child_process'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const uvu = ['--conditions=draftwork-source', '--import', 'tsx', 'node_modules/uvu/bin.js', 'test', '\\.test\\.ts$']

const checks = [
  { name: 'types and type tests', command: ['node_modules/.bin/tsc', '--pretty', 'false'] },
  { name: 'format, lint and layers', command: ['node_modules/.bin/biome', 'ci', '--colors=off', '.'] },
  { name: 'doc comments of public names', command: [process.execPath, '.ci/documented.mjs'] },
  { name: 'examples of the documentation', command: [process.execPath, '.ci/examples.mjs'] },
  { name: 'types budget', command: [process.execPath, '.ci/types-budget.mjs'] },
  { name: 'footprint', command: [process.execPath, '.ci/footprint.mjs'] },
  { name: 'tests', command: [process.execPath, ...uvu], counts: true },
]

/** Runs a command with its output passed through; resolves to its exit code and what it printed. */
const run = ([file, ...args]) =>
  new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
const count = (output, word) =>
  Number(new RegExp(`^\\s*${word}:\\s+(\\d+)\\s*$`, 'm').exec(output.replace(colours, ''))?.[1] ?? 0)

/** What the runner said of each test that failed; a log cut to its end still tells. */
const failures = (output) =>
  output
    .replace(colours, '')
    .split(/^(?=\S+\.test\.ts$)/m)
    .flatMap((file) =>
      /^ +FAIL /m.test(file)
        ? [`${file.split('\n', 1)}\n${file.slice(file.search(/^ +FAIL /m)).replace(/\s+Total:.*/s, '')}`]
        : [],
    )

let passed = 0
let failed = 0
let skipped = 0
const told = []
for (const { name, command, counts } of checks) {
  console.log(`\n── ${name}`)
  const { code, output } = await run(command)
  if (counts) {
    const total = count(output, 'Total')
    passed += count(output, 'Passed')
    skipped += count(output, 'Skipped')
    // A runner that died before its summary has failed, whatever it counted.
    failed += Math.max(total - count(output, 'Passed'), code === 0 && total > 0 ? 0 : 1)
    told.push(...failures(output))
  } else if (code === 0) passed++
  else {
    failed++
    told.push(`${name}\n${output.split('\n').slice(-40).join('\n')}`)
  }
}
if (told.length > 0) console.log(`\n── what failed\n${told.join('\n')}`)
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed === 0 ? 0 : 1

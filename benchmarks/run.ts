/**
 * `npm run bench -- <suite>`: runs suites, prints their tables, compares them with the saved results and saves them.
 *
 * A suite is a folder with an `index.ts` whose default export is a `Suite`; whatever folders exist are offered.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { readArguments, usage } from './arguments.ts'
import { compare, readSaved, save } from './saved.ts'
import type { BenchOptions, Context, Suite, Units } from './suite.ts'
import { printSection, printWanted } from './table.ts'

const here = (path: string): URL => new URL(path, import.meta.url)
const names = readdirSync(here('.'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(here(`./${entry.name}/index.js`)))
  .map(({ name }) => name)

const isLoopback = ({ endpoint, region }: BenchOptions): boolean =>
  endpoint === undefined
    ? region === undefined
    : ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname)

function contextOf(options: BenchOptions): Context {
  return {
    options,
    log: (line) => console.error(`  ${line}`),
    async confirm({ reads, writes, storedMegabytes }: Units) {
      if (isLoopback(options)) return
      console.log(
        `About to spend some ${reads.toLocaleString('en')} read and ${writes.toLocaleString('en')} write units, and to store ` +
          `${storedMegabytes.toLocaleString('en')} MB for a while, in ${options.region ?? options.endpoint}.`,
      )
      if (options.yes) return
      const terminal = createInterface({ input: process.stdin, output: process.stdout })
      const answer = await terminal.question('Go on? [y/N] ').finally(() => terminal.close())
      if (!/^y(es)?$/i.test(answer.trim())) throw new Error('Nothing was spent.')
    },
  }
}

async function runSuite(name: string, options: BenchOptions, command: string): Promise<void> {
  const { default: suite } = (await import(here(`./${name}/index.js`).href)) as { default: Suite }
  console.log(`\n# ${suite.name}: ${suite.question}\n`)
  const report = await suite.run(contextOf(options))
  for (const section of report.sections) console.log(`${printSection(section)}\n`)
  if (report.wanted.length > 0) console.log(`${printWanted(report.wanted)}\n`)
  const before = readSaved(name)
  if (before) {
    const changes = compare(before, report)
    console.log(
      `Against ${before.at} (${before.machine.cpu}): ${changes.length === 0 ? 'nothing outside of its noise' : ''}`,
    )
    for (const line of changes) console.log(`  ${line}`)
  }
  if (!options.quick) console.log(`Saved ${save(name, command, report).join(' and ')}`)
}

try {
  const { suites, options } = readArguments(process.argv.slice(2))
  const unknown = suites.find((name) => !names.includes(name))
  if (suites.length === 0 || unknown !== undefined) {
    if (unknown !== undefined) console.error(`There is no suite ${unknown}.\n`)
    console.error(`${usage}\n\nSuites: ${names.join(', ')}`)
    process.exit(1)
  }
  for (const name of suites) await runSuite(name, options, `npm run bench -- ${process.argv.slice(2).join(' ')}`)
  process.exit(0)
} catch (error) {
  console.error(error instanceof Error && !(error instanceof TypeError) ? error.message : error)
  process.exit(1)
}

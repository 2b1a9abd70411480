/**
 * A program that migrates the airports of a LevelDB while people visit them, until it is done or killed. What it prints:
 * `v 17` for a stored visit, `p 300` for the airports looked at so far, and at the end the report.
 *
 * @module
 */
import { writeSync } from 'node:fs'
import { levelStore } from 'draftwork/level'
import { engineOf, rows, visitors } from './airports.ts'

const [, , path, resume] = process.argv
const field = { store: levelStore({ path: path! }), prefix: 'a', airports: rows }
// Synchronous: what was stored has been told before anything else happens.
const say = (line: string): void => void writeSync(1, `${line}\n`)

const { Airport, migrations, close } = engineOf(field)
let isDone = false
const visiting = visitors(
  field,
  16,
  () => !isDone,
  (id) => say(`v ${id}`),
)
const report = await migrations.run(Airport, {
  segments: 8,
  resume: resume === 'resume',
  onProgress: ({ scanned }) => say(`p ${scanned}`),
})
isDone = true
await visiting
await close()
say(JSON.stringify(report))
